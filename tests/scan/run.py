"""./test --scan: scanners that were not written here. Known weaknesses of the libraries (pip-audit), and wapiti against the
served city hall over TLS: nobody, a resident, a clerk. Anything above "informational" fails; what could not be done is
said and never counted as passed.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".cache" / "scan-venv" / "bin"
SCAN_SECONDS, MODULE_SECONDS = 90, 60
# what needs a site of PHP or WordPress, guesses files by the thousand, or calls out to the internet stays out
MODULES = "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,sql,ssl,upload,xss,xxe"


def audit() -> bool | None:
    """True: no known weakness; False: some; None: the advisories could not be asked."""
    done = subprocess.run([TOOLS / "pip-audit", "-r", ROOT / "requirements/runtime.lock", "--require-hashes", "--disable-pip",
                           "-f", "json", "--progress-spinner", "off"], capture_output=True, text=True, timeout=300, check=False)
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print("pip-audit: " + (done.stderr.strip().splitlines() or ["no answer"])[-1][:200])
        return None
    asked = [row for row in rows if "skip_reason" not in row]
    print(f"pip-audit: {len(asked)} / {len(rows)} の部品を調べました / libraries audited")
    bad = [(row["name"], row["version"], weak["id"]) for row in asked for weak in row.get("vulns", [])]
    for found in bad:
        print("  ", *found)
    return False if bad else True if len(asked) == len(rows) and rows else None


def certificate(home: Path) -> tuple[Path, Path]:
    """A key and a certificate of this machine, for an hour."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + dt.timedelta(days=90))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256()))
    (home / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                     serialization.NoEncryption()))
    (home / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return home / "cert.pem", home / "key.pem"


def serve(home: Path, port: int) -> subprocess.Popen[bytes]:
    """The city hall behind TLS, set as for real; a trial one, for a scanner needs somebody to sign in as."""
    cert, key = certificate(home)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MADOGUCHI_", "DATABASE_URL"))}
    env |= {"MADOGUCHI_DATA": str(home), "MADOGUCHI_URL": f"https://127.0.0.1:{port}", "PYTHONPATH": str(ROOT / "src")}
    os.environ.update(env)
    subprocess.run([sys.executable, "-m", "madoguchi", "setup"], env=env, check=True, cwd=ROOT)
    web = subprocess.Popen([sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws",
                            "--log-level", "warning", "--ssl-certificate", cert, "--ssl-keyfile", key, "madoguchi.config.rsgi:app"],
                           env=env, cwd=ROOT, stderr=(home / "web.log").open("wb"))
    trust = ssl.create_default_context(cafile=str(cert))
    for _ in range(300):
        try:
            urllib.request.urlopen(f"https://127.0.0.1:{port}/", timeout=2, context=trust)
            return web
        except OSError:
            time.sleep(0.1)
    web.kill()
    raise SystemExit("the city hall did not open")


def cookies() -> dict[str, str]:
    """Who the scanner is: nobody; Hanako with an application under way; a clerk of the tax section."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    import django

    django.setup()
    from django.http import HttpResponse
    from django.test import Client

    from madoguchi.identity import public as identity
    from madoguchi.intake import drafts

    response = HttpResponse()
    person = identity.resident_signed_in(issuer="trial", subject="hanako", person=identity.TRIAL_RESIDENTS["hanako"])
    identity.sign_in(response, person)
    drafts.draft_start(owner=identity.Owner(f"r:{person.id}", True), slug="risai-shoumei")
    clerk = Client()
    clerk.force_login(identity.Staff.objects.get(username="yamada"))
    return {"nobody": "", "resident": f"mado_r={response.cookies['mado_r'].value}",
            "clerk": f"mado_staff={clerk.cookies['mado_staff'].value}"}


def attack(who: str, cookie: str, base: str, home: Path) -> int:
    """One run. Returns how many findings stand above informational."""
    start = {"nobody": "/", "resident": "/my/", "clerk": "/staff/"}[who]
    report = home / f"{who}.json"
    command = [TOOLS / "wapiti", "-u", f"{base}{start}", "--scope", "domain", "-m", MODULES, "-f", "json", "-o", report, "--flush-session",
               "--store-session", home / f"session-{who}", "--max-scan-time", str(SCAN_SECONDS), "--max-attack-time", str(MODULE_SECONDS),
               "--no-bugreport", "--verify-ssl", "0", "-d", "6", "--max-links-per-page", "60", "-x", f"{base}/sign-out/",
               "-x", f"{base}/staff/sign-out/", "-v", "0", *(["-C", cookie] if cookie else [])]
    # WAPITI keeps its configuration in HOME
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HOME": str(home)}, check=False, timeout=3600)
    if not report.exists():
        print(done.stdout[-2000:], done.stderr[-2000:])
        raise SystemExit(f"wapiti ({who}) made no report")
    found = json.loads(report.read_text())
    rows = [(kind, row) for part in ("vulnerabilities", "anomalies") for kind, entries in found[part].items() for row in entries]
    above = [(kind, row) for kind, row in rows if row["level"] > 0]
    pages = found["infos"].get("crawled_pages_nbr", "?")
    print(f"wapiti ({who}): {pages} pages, {len(rows)} findings, {len(above)} above informational")
    for kind, row in above:
        print(f"   {kind} [{row['level']}] {row['method']} {row['path']} {row.get('parameter', '')}: {row['info'][:300]}")
    if not pages or pages == "?" or int(pages) < 5:
        raise SystemExit(f"wapiti ({who}) saw almost nothing ({pages} pages): that proves nothing")
    return len(above)


def main() -> int:
    """All of it; 0 when nothing was found above informational."""
    audited = audit()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        web = serve(home, port)
        try:
            found = sum(attack(who, cookie, f"https://127.0.0.1:{port}", home) for who, cookie in cookies().items())
        finally:
            web.terminate()
            web.wait(20)
    if audited is None:
        print("未実施 / NOT DONE: 部品の弱点の情報に届かないため、pip-audit では調べていません(調べられた分は上のとおり)")
    print("ウェブの検査 / web scan:", found or "0", "findings above informational")
    return 1 if found or audited is False else 0


if __name__ == "__main__":
    sys.exit(main())
