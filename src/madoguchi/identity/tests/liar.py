"""A small OpenID provider that tells lies on demand: what a certified one can not be made to do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

PERSON = {"name": "見本 花子", "birthdate": "1991-07-25", "gender": "female",
          "address": {"formatted": "石川県七尾市袖ヶ江町イ部25番地"}}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


class Liar:
    """``claims`` and ``userinfo`` replace what is true (None removes), ``header`` the token's header, ``signed_by`` the
    key, ``token`` the fields of the token answer, ``published`` the keys, ``metadata`` the discovery document."""

    def __init__(self) -> None:
        self.key = self.signed_by = new_key("k1")
        self.published = [self.key]
        self.claims, self.userinfo, self.header, self.token, self.metadata, self.answer = {}, {}, {}, {}, {}, {}
        self.broken: set[str] = set()
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []  # of requests with a body
        self.nonces: dict[str, str] = {}
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                liar._serve(self, "")

            def do_POST(self) -> None:
                liar.headers.append(dict(self.headers))
                liar._serve(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realms/x"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def id_token(self, nonce: str, access_token: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "s-1", "aud": "cityhall", "iat": now, "exp": now + 60, "nonce": nonce,
                  "acr": "aal3", "at_hash": b64(hashlib.sha256(access_token.encode()).digest()[:16])} | self.claims
        claims = {k: v for k, v in claims.items() if v is not None}
        header = {"alg": "ES256", "kid": self.signed_by.kid} | self.header
        header = {k: v for k, v in header.items() if v is not None}
        if header["alg"] in ("ES256", "RS256"):
            return jwt.encode(header, claims, self.signed_by, algorithms=[header["alg"]])
        body = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        if header["alg"] == "none":
            return body + "."
        # RFC 8725 §2.1: the public key taken for the secret of an HMAC
        return f"{body}.{b64(hmac.new(self.key.as_pem(private=False), body.encode(), hashlib.sha256).digest())}"

    def _serve(self, http: BaseHTTPRequestHandler, body: str) -> None:
        path, query = urlsplit(http.path).path.removeprefix("/realms/x"), dict(parse_qsl(urlsplit(http.path).query))
        self.asked.append(path)
        if path in self.broken:
            return self._send(http, 500, {"error": "server_error"})
        if path == "/authorize":
            return self._authorize(http, query)
        answers = {"/.well-known/openid-configuration": self._discovery, "/jwks": self._jwks,
                   "/token": lambda: self._token(body), "/userinfo": self._userinfo}
        return self._send(http, 200, answers[path]())

    def _send(self, http: BaseHTTPRequestHandler, status: int, body: object) -> None:
        http.send_response(status)
        http.send_header("Content-Type", "application/json")
        http.end_headers()
        http.wfile.write(json.dumps(body).encode())

    def _authorize(self, http: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        code = secrets.token_urlsafe(12)
        self.nonces[code] = query["nonce"]
        answer = {"code": code, "state": query["state"]} | self.answer
        http.send_response(303)
        http.send_header("Location", query["redirect_uri"] + "?" + urlencode(answer))
        http.end_headers()

    def _discovery(self) -> object:
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks"} | self.metadata

    def _jwks(self) -> object:
        return {"keys": [k.as_dict(private=False) for k in self.published]}

    def _token(self, body: str) -> object:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.forms.append(form)
        access = secrets.token_urlsafe(20)
        return {"access_token": access, "token_type": "Bearer", "expires_in": 60,
                "id_token": self.id_token(self.nonces[form["code"]], access)} | self.token

    def _userinfo(self) -> object:
        claims = {"sub": "s-1"} | PERSON | self.userinfo
        return {k: v for k, v in claims.items() if v is not None}
