"""A gateway for trying out, as a server process of its own: it speaks as much of Stripe's published protocol as the city hall
uses (Checkout Sessions with idempotency keys, a hosted page with 3-D Secure, refunds, signed webhooks). No money moves.

    python -m madoguchi.adapters.card_gateway.trial --port 8700 --key sk_test_… --secret whsec_… --hook http://…/hooks/card/

Test cards as Stripe publishes them: 4242424242424242 pays, 4000002760003184 asks for 3-D Secure, 4000000000000002 is declined;
what 4000000000007726 paid goes back only later (pending, then succeeded), and what 4000000000005126 paid seems to go back and then does not.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import hmac
import html
import json
import secrets
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

DECLINED, SECURE = "4000000000000002", "4000002760003184"
REFUNDS = {"4000000000007726": ("pending", "succeeded", "refund.updated"), "4000000000005126": ("succeeded", "failed", "refund.failed")}
PAYS = ("4242424242424242", SECURE, *REFUNDS)
LATER = 30  # seconds until a refund that is not settled at once is
PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>カードでのお支払い(試用)</title><body style="font-family:sans-serif;max-width:30rem;margin:2rem auto;padding:0 1rem">
<h1>カードでのお支払い(試用)</h1><p>架空の決済会社の画面です。お金は動きません。実在のカード番号は入れないでください。</p>%s</body></html>"""


class Gateway:
    """Everything the process remembers."""

    def __init__(self, key: str, secret: str, hook: str, base: str) -> None:
        self.key, self.secret, self.hook, self.base = key, secret, hook, base
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, str] = {}  # by payment_intent
        self.answered: dict[str, tuple[str, dict[str, Any]]] = {}
        self.lock = threading.RLock()

    def once(self, key: str, params: str, make: Any) -> tuple[int, dict[str, Any]]:
        """Idempotency-Key: the same key gives the same answer; with other parameters it is an error."""
        with self.lock:
            if key and key in self.answered:
                before, answer = self.answered[key]
                if before != params:
                    return 400, {"error": {"type": "idempotency_error", "message": "other parameters"}}
                return 200, answer
            answer = make()
            if key:
                self.answered[key] = (params, answer)
            return 200, answer

    def session_make(self, p: dict[str, str]) -> dict[str, Any]:
        """A Checkout Session."""
        sid = f"cs_test_{secrets.token_hex(12)}"
        amount = int(p["line_items[0][price_data][unit_amount]"]) * int(p["line_items[0][quantity]"])
        self.sessions[sid] = {
            "id": sid, "object": "checkout.session", "url": f"{self.base}/pay/{sid}", "status": "open", "payment_status": "unpaid",
            "amount_total": amount, "currency": p["line_items[0][price_data][currency]"], "client_reference_id": p.get("client_reference_id"),
            "payment_intent": None, "success_url": p["success_url"], "cancel_url": p["cancel_url"], "expires_at": int(p["expires_at"]),
            "text": p["line_items[0][price_data][product_data][name]"], "metadata": _metadata(p)}
        return dict(self.sessions[sid])

    def refund_make(self, p: dict[str, str]) -> dict[str, Any]:
        """A refund, never more than was paid."""
        paid = next(s for s in self.sessions.values() if s["payment_intent"] == p["payment_intent"])
        back = sum(r["amount"] for r in self.refunds.values() if r["payment_intent"] == p["payment_intent"] and r["status"] != "failed")
        amount = int(p["amount"])
        if back + amount > paid["amount_total"]:
            raise ValueError("charge_already_refunded")
        rid = f"re_{secrets.token_hex(12)}"
        self.refunds[rid] = {"id": rid, "object": "refund", "amount": amount, "currency": "jpy", "payment_intent": p["payment_intent"],
                             "status": "succeeded", "metadata": _metadata(p)}
        if way := REFUNDS.get(self.cards[p["payment_intent"]]):
            self.refunds[rid]["status"] = way[0]
            timer = threading.Timer(LATER, self.refund_settle, (rid,))
            timer.daemon = True
            timer.start()
        return dict(self.refunds[rid])

    def refund_settle(self, rid: str) -> dict[str, Any]:
        """Some days later, as far as the card's bank goes: it went back now, or came back."""
        with self.lock:
            refund = self.refunds[rid]
            first, last, kind = REFUNDS[self.cards[refund["payment_intent"]]]
            if refund["status"] == first:
                refund["status"] = last
                threading.Thread(target=self.tell, args=(kind, dict(refund))).start()
            return dict(refund)

    def pay(self, sid: str, card: str) -> None:
        """The card was taken."""
        with self.lock:
            session = self.sessions[sid]
            if session["status"] != "open":
                return
            session |= {"status": "complete", "payment_status": "paid", "payment_intent": f"pi_{secrets.token_hex(12)}"}
            self.cards[session["payment_intent"]] = card
        threading.Thread(target=self.tell, args=("checkout.session.completed", dict(session))).start()

    def expire(self, sid: str) -> dict[str, Any]:
        """Close the page."""
        with self.lock:
            session = self.sessions[sid]
            if session["status"] != "open":
                raise ValueError("not open")
            session["status"] = "expired"
            return dict(session)

    def signed(self, body: str, at: int | None = None) -> str:
        """The header Stripe-Signature of a body."""
        at = at or int(time.time())
        return f"t={at},v1={hmac.new(self.secret.encode(), f'{at}.{body}'.encode(), hashlib.sha256).hexdigest()}"

    def tell(self, kind: str, what: dict[str, Any]) -> None:
        """Send a webhook; again with pauses while nobody takes it."""
        body = json.dumps({"id": f"evt_{secrets.token_hex(12)}", "object": "event", "type": kind, "data": {"object": what}})
        for pause in (0, 1, 3, 10, 30) if self.hook else ():
            time.sleep(pause)
            request = urllib.request.Request(self.hook, body.encode(), {"Content-Type": "application/json", "Stripe-Signature": self.signed(body)})  # noqa: S310 - the address is ours
            with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # nosec B310
                if answer.status < 300:
                    return


def _metadata(p: dict[str, str]) -> dict[str, str]:
    return {k[9:-1]: v for k, v in p.items() if k.startswith("metadata[")}


class Handler(BaseHTTPRequestHandler):
    """The HTTP side: /v1/ for the SDK, /pay/ for the payer."""

    gateway: Gateway

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def _send(self, status: int, body: str | dict[str, Any], **headers: str) -> None:
        data = (json.dumps(body) if isinstance(body, dict) else body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if isinstance(body, dict) else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _allowed(self) -> bool:
        sent = self.headers.get("Authorization", "")
        basic = base64.b64encode(f"{self.gateway.key}:".encode()).decode()
        return sent in (f"Bearer {self.gateway.key}", f"Basic {basic}")

    def do_GET(self) -> None:
        """Look at a session or at refunds; the page."""
        at, g = urlsplit(self.path), self.gateway
        parts = at.path.strip("/").split("/")
        if parts[0] == "pay":
            return self._page(parts[1])
        if parts[0] == "health":
            return self._send(200, {"ok": True})
        if not self._allowed():
            return self._send(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        if parts[:3] == ["v1", "checkout", "sessions"] and parts[-1] in g.sessions:
            return self._send(200, g.sessions[parts[-1]])
        if parts[:2] == ["v1", "refunds"]:
            wanted = parse_qs(at.query).get("payment_intent", [""])[0]
            return self._send(200, {"object": "list", "has_more": False, "url": "/v1/refunds",
                                    "data": [r for r in g.refunds.values() if r["payment_intent"] == wanted]})
        return self._send(404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "no such thing"}})

    def do_POST(self) -> None:
        """Make, expire, refund; a card on the page."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        p, g, parts = dict(parse_qsl(body)), self.gateway, urlsplit(self.path).path.strip("/").split("/")
        if parts[0] == "pay":
            return self._card(parts[1], p)
        if not self._allowed():
            return self._send(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        try:
            key = self.headers.get("Idempotency-Key", "")
            if parts == ["v1", "checkout", "sessions"]:
                return self._send(*g.once(key, body, lambda: g.session_make(p)))
            if parts[:3] == ["v1", "test_helpers", "refunds"] and parts[-1] == "settle":  # for tests that do not wait
                return self._send(200, g.refund_settle(parts[3]))
            if parts[-1] == "expire":
                return self._send(200, g.expire(parts[-2]))
            return self._send(*g.once(key, body, lambda: g.refund_make(p)))
        except (ValueError, KeyError, StopIteration) as error:
            return self._send(400, {"error": {"type": "invalid_request_error", "code": str(error)[:60], "message": "refused"}})

    def _page(self, sid: str, said: str = "") -> None:
        session = self.gateway.sessions.get(sid)
        if session is None or session["status"] != "open":
            return self._send(410, PAGE % "<p>このページは、もう使えません。</p>")
        form = (f"<p>{html.escape(session['text'])}</p><p><b>{session['amount_total']:,}円</b></p><p role='alert'>{said}</p>"
                f"<form method='post' action='/pay/{sid}'><label>カード番号<br><input name='card' value='{SECURE}' inputmode='numeric'></label>"
                f"<p><button>支払う</button></p></form><p><a href='{html.escape(session['cancel_url'])}'>支払わずに戻る</a></p>")
        return self._send(200, PAGE % form)

    def _card(self, sid: str, p: dict[str, str]) -> None:
        card, session = p.get("card", "").replace(" ", ""), self.gateway.sessions.get(sid)
        if session is None:
            return self._send(404, PAGE % "<p>ありません。</p>")
        if card == DECLINED or (card == SECURE and p.get("code") == "no"):
            return self._page(sid, "このカードは使えませんでした。別のカードを入力してください。")
        if card not in PAYS:
            return self._page(sid, f"試用の番号ではありません。{'、'.join((*PAYS, DECLINED))} のどれかを入れてください。")
        if card == SECURE and "code" not in p:
            return self._send(200, PAGE % (
                f"<h2>本人認証(3Dセキュア)</h2><form method='post' action='/pay/{sid}'><input type='hidden' name='card' value='{SECURE}'>"
                "<button name='code' value='yes'>認証する</button> <button name='code' value='no'>認証しない</button></form>"))
        self.gateway.pay(sid, card)
        return self._send(303, "", Location=session["success_url"])


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    for name, default in (("--port", "0"), ("--key", "sk_test_trial"), ("--secret", "whsec_trial"), ("--hook", "")):
        parser.add_argument(name, default=default)
    given = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", int(given.port)), Handler)
    Handler.gateway = Gateway(given.key, given.secret, given.hook, f"http://127.0.0.1:{server.server_port}")
    if given.port == "0":
        print(server.server_port, flush=True)  # noqa: T201 - tells the parent where it is
    server.serve_forever()


if __name__ == "__main__":
    main()
