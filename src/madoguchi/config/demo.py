"""`madoguchi demo`: drives a running city hall over HTTP as people would, through public pages only.

It knows the definition files (to answer sensibly) and nothing of the database: every fact in its table was read from
a page or a document that a resident or a clerk can open.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import random
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html as lxml_html
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from madoguchi.identity.public import TRIAL_PASSWORD, TRIAL_STAFF
from madoguchi.kernel.kinds import ours
from madoguchi.offices.public import HOME, TOWN, city
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.conditions import compares
from madoguchi.procedures.rules.model import Definition, Step

WAIT_SECONDS = 90.0  # longer than a lease: a worker that was killed holds its message for a minute
MAIL = "demo@example.jp"
SECURE_CARD = "4000002760003184"  # a number that gateways publish for tests; asks for 3-D Secure


class DemoFailed(Exception):
    """A step did not lead where a person would expect."""


class Browser:
    """A browser without JavaScript: follows links, reads and sends forms."""

    def __init__(self, base: str) -> None:
        self.base, self.session = base.rstrip("/"), requests.Session()
        # A person presses again when nobody answers the door; what was never taken may be sent again, a POST too.
        patient = HTTPAdapter(max_retries=Retry(total=None, connect=8, read=0, redirect=None, backoff_factor=0.2))
        self.session.mount("http://", patient)
        self.session.mount("https://", patient)
        self.url, self.page, self.status, self.body = "", lxml_html.fromstring("<html></html>"), 0, b""

    def _read(self, response: requests.Response) -> Browser:
        self.url, self.status, self.body = response.url, response.status_code, response.content
        if "text/html" in response.headers.get("content-type", ""):
            self.page = lxml_html.fromstring(response.content.decode())
        if response.status_code >= 400:
            raise DemoFailed(f"{response.status_code} {response.url}: {self.errors()}")
        return self

    def get(self, path: str) -> Browser:
        """Open a page."""
        return self._read(self.session.get(urljoin(self.base + "/", path), timeout=30))

    def errors(self) -> str:
        """What the page complains about."""
        found = self.page.xpath("//*[contains(@class,'errsum')]//li | //h1")
        return " / ".join(" ".join(x.text_content().split()) for x in found)[:400]

    def text(self) -> str:
        """The words of the page."""
        return " ".join(self.page.text_content().split())

    def form(self, find: str) -> lxml_html.FormElement:
        """The form whose action or id matches."""
        for form in self.page.forms:
            if find in (form.get("id") or "", form.get("action") or "") or (form.get("action") or "").endswith(find):
                return form
        raise DemoFailed(f"no form {find} on {self.url}")

    def send(self, find: str, data: dict[str, Any], files: list[tuple[str, Any]] | None = None) -> Browser:
        """Fill a form and send it; hidden inputs and what is already filled in go along."""
        form = self.form(find)
        fields: dict[str, list[str]] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        for name, value in data.items():
            fields[name] = value if isinstance(value, list) else [value]
        action = urljoin(self.url, form.get("action") or self.url)
        pairs = [(name, v) for name, values in fields.items() for v in values]
        return self._read(self.session.post(action, data=pairs, files=files or None, timeout=60,
                                            headers={"Referer": self.url}))


def picture() -> bytes:
    """A small photo."""
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


def document() -> bytes:
    """A small PDF."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out)
    return out.getvalue()


@dataclasses.dataclass(slots=True)
class Row:
    """One line of the table."""

    slug: str
    receipt: str = ""
    steps: int = 0
    letter: str = ""
    delivered: str = ""
    ms: int = 0
    error: str = ""


def wait_for(what: str, test: Callable[[], Any]) -> Any:
    """Ask again until it is there (the worker needs a moment)."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = test()
        if found:
            return found
        time.sleep(0.25)
    raise DemoFailed(f"waited {WAIT_SECONDS:.0f}s for {what}")


def addresses() -> tuple[dict[str, str], ...]:
    """Where the invented applicants live: in this city, and elsewhere."""
    here = city()
    if here.code == HOME:
        return generate.ADDRESSES
    home = {"zip": here.zip.replace("-", ""), "city": here.seat, "town": TOWN, "lot": "25番地", "building": ""}
    return home, home | {"building": "見本荘101号"}, {**generate.ADDRESSES[2]}


def must_be_trial(base: str) -> None:
    """Nothing invented is ever filed at a real city hall, whatever the settings on this side say: its own pages tell.
    Raises DemoFailed."""
    page = Browser(base).get("/staff/sign-in/").text()
    if ours("試用の市役所") not in page:
        raise DemoFailed(ours(f"{base} は試用の市役所ではありません。架空の申請は送りませんでした。"))


def sign_in(browser: Browser, person: str) -> None:
    """A resident signs in as an invented person."""
    browser.get("/sign-in/").send("/sign-in/trial/", {"person": person})


def file_it(browser: Browser, d: Definition, rng: random.Random, row: Row) -> str:
    """Walk through the form of one procedure. Returns the address of the application."""
    answers = generate.answers_for(d, rng, today=dt.date.today(), addresses=addresses())
    if d.charge:  # a fee is shown by paying it
        answers |= {c.name: False for x in d.charge.exempt if x.condition for c in compares(x.condition)}
    browser.get(f"/p/{d.id}/").send(f"/p/{d.id}/start/", {})
    for _ in range(60):
        here = re.search(r"/a/[0-9a-f-]{36}/([^/]+)/$", browser.url)
        if not here:
            raise DemoFailed(f"lost at {browser.url}")
        row.steps += 1
        if here[1] == "documents":
            upload(browser)
            continue
        if here[1] == "check":
            browser.send("f", {"ok": "yes", "mail": MAIL})
            break
        step = d.step(here[1])
        assert step is not None
        browser.send("f", clean(step, generate.post_data(d, step, answers)) | {"_action": "next"})
    found = re.search(r"R\d+-\d{4}-\d{4}-\d", browser.text())
    if "/filed/" not in browser.url or not found:
        raise DemoFailed(f"not filed: {browser.url} {browser.errors()}")
    row.receipt = found[0]
    return browser.url.removesuffix("filed/")


def clean(step: Step, data: dict[str, Any]) -> dict[str, Any]:
    """Radio buttons that the page offers prefilled are taken away where the answers say nothing."""
    return {q.id: [] for q in step.questions if q.type in ("複数選択", "宣言") and not step.repeat and q.id not in data} | data


def upload(browser: Browser) -> None:
    """Add a photo or a PDF to every slot."""
    files = []
    for field in browser.page.xpath("//input[@type='file']"):
        jpeg = "image/jpeg" in (field.get("accept") or "")
        body = picture() if jpeg else document()
        files.append((field.get("name"), ("photo.jpg" if jpeg else "document.pdf", body, "image/jpeg" if jpeg else "application/pdf")))
    browser.send("f", {"_action": "next"}, files)


def pay(browser: Browser, mine: str, office: Callable[[], Office], receipt: str) -> None:
    """Pay the fee when there is one: by an invented card with 3-D Secure at the trial gateway, else in cash at the counter."""
    if not browser.get(mine).page.xpath(f"//a[@href='{urlsplit(mine).path}pay/'][contains(@class,'btn')]"):
        return
    browser.get(f"{mine}pay/")
    if browser.page.xpath("//form[contains(@action,'/pay/card/')]"):
        browser.send(urlsplit(f"{mine}pay/card/").path, {})
        for typed in ({"card": SECURE_CARD}, {"card": SECURE_CARD, "code": "yes"}):
            browser.send(urlsplit(browser.url).path, typed)
        wait_for("payment", lambda: "お支払い済みです" in browser.get(f"{mine}pay/").text())
    else:
        office().take_cash(receipt)
    if not read_pdf(browser.get(f"{mine}pay/receipt/").body):
        raise DemoFailed("no receipt for the fee")


class Office:
    """The staff of one section at their desks."""

    def __init__(self, base: str, section: str) -> None:
        self.desks: dict[str, Browser] = {}
        for username, _, memberships in TRIAL_STAFF:
            for where, role in memberships:
                if where == section:
                    self.desks[role] = Browser(base)
                    self.desks[role].get("/staff/sign-in/").send("./", {"username": username, "password": TRIAL_PASSWORD})

    def find(self, receipt: str) -> str:
        """The clerk finds the case by its receipt number."""
        desk = self.desks["clerk"]

        def look() -> str:
            desk.get(f"/staff/?q={receipt}")
            links = desk.page.xpath("//table[contains(@class,'apps')]//a/@href")
            return str(links[0]).partition("?")[0] if links else ""

        return str(wait_for(f"case {receipt}", look))

    def take_cash(self, receipt: str) -> None:
        """The clerk takes the fee of an application in cash."""
        desk = self.desks["clerk"].get(f"/staff/payments/?q={receipt}")
        desk.get(str(desk.page.xpath("//tbody//a/@href")[0])).send("/take/", {})

    def ask_correction(self, case: str) -> str:
        """Ask to look at the first answer once more. Returns its path."""
        desk = self.desks["clerk"].get(f"{case}correct/")
        boxes = desk.page.xpath("//div[contains(@class,'corr-row')][not(contains(., '●'))]//input[@name='path']/@value")
        path = str(boxes[0])
        desk.send("./", {"path": [path], f"note.{path}": "念のため、もう一度確認してください。"})
        return path

    def decide(self, case: str, d: Definition, rng: random.Random) -> None:
        """Put in what is to be issued as a PDF, propose the first outcome; chief and manager stamp as the route says."""
        asked = tuple(dataclasses.replace(q, condition=None, required=True) for q in d.review.questions)
        pretend = dataclasses.replace(
            d, steps=(Step("decision", "決定", asked),), checks=(), derived=(), attachments=(), roles=())
        made = generate.answers_for(pretend, rng, today=dt.date.today())
        data = generate.post_data(pretend, pretend.steps[0], made) | {"_sure": [f"{key}={value}" for key, value in made.items()]}  # days at random
        desk = self.desks["clerk"].get(case)
        for place in desk.page.xpath("//form[.//input[@name='paper']]/@action"):  # a certificate of the core system, wanted as a PDF
            desk.get(case).send(str(place), {}, [("paper", ("certificate.pdf", document(), "application/pdf"))])
        if surveyed := self.survey(case):
            data = {name: value for name, value in data.items() if name.partition(".")[0] not in surveyed}
        desk.get(f"{case}decide/")
        offered = desk.page.xpath("//input[@name='outcome']/@value")
        desk.send("./", data | {"outcome": str(offered[0])})
        for name, role in (("係長", "chief"), ("課長", "manager")):
            if name in d.review.route:
                self.desks[role].get(case).send("approve/", {})

    def survey(self, case: str) -> tuple[str, ...]:
        """Record what the survey found, for a case that has one. Returns the items of the decision that come from it."""
        desk = self.desks["clerk"].get(case)
        there = desk.page.xpath("//a[contains(@href,'/staff/survey/case/')]/@href")
        if not there:
            return ()
        wait_for("the survey", lambda: desk.get(str(there[0])).page.xpath("//form[contains(@action,'/record/')]"))
        if "調査済み" not in desk.page.xpath("string(//div[@class='r1'])"):
            desk.send("/record/", {"grade": "ichibu_sonkai", "surveyed_on": dt.date.today().isoformat(), "surveyors": "試用 調査員"})
        return ("serial", "survey_kind", "survey_day", "grade")

    def delivered(self, receipt: str) -> str:
        """The files that the core systems took for this receipt."""
        desk = self.desks["clerk"].get("/staff/deliveries/")
        rows = desk.page.xpath(f"//tr[th[normalize-space()='{receipt}']]")
        if not rows or not all("渡しました" in r.text_content() for r in rows):
            return ""
        return " ".join(str(r.xpath("string(td[2]/text()[1])")).strip() for r in rows)


def read_pdf(data: bytes) -> str:
    """The words of a PDF."""
    from pypdf import PdfReader

    return " ".join(" ".join((page.extract_text() or "").split()) for page in PdfReader(io.BytesIO(data)).pages)


def one(base: str, d: Definition, seed: int, offices: dict[str, Office]) -> Row:
    """One procedure from the first page to the letter and the core system."""
    row, started, rng = Row(d.id), time.monotonic(), random.Random(seed)  # noqa: S311 - trial data, not secrets
    try:
        resident = Browser(base)
        if d.level != "なし":
            sign_in(resident, "hanako")
        mine = file_it(resident, d, rng, row)
        pay(resident, mine, lambda: Office(base, d.section), row.receipt)
        office = offices.get(d.section) or offices.setdefault(d.section, Office(base, d.section))
        case = office.find(row.receipt)
        office.ask_correction(case)
        wait_for("correction", lambda: "直していただきたい点" in resident.get(mine).text())
        resident.get(f"{mine}correct/").send("./", {"_action": "send", "_sure": "1"}, [("_", ("", b"", "application/octet-stream"))])
        wait_for("answer", lambda: "補正待ち" not in office.desks["clerk"].get(case).page.xpath("string(//div[@class='r1'])"))
        office.decide(case, d, rng)

        def letters() -> list[str]:
            links = resident.get(mine).page.xpath("//a[contains(@href,'/document/')]/@href")
            return [str(link) for link in links]

        for link in wait_for("letter", letters):
            row.letter = row.letter or read_pdf(resident.get(link).body)
        row.delivered = wait_for("delivery", lambda: office.delivered(row.receipt) if d.handovers else "-")
    except (DemoFailed, requests.RequestException, generate.CannotGenerate) as error:
        row.error = f"{type(error).__name__}: {error}"[:300]
    row.ms = round((time.monotonic() - started) * 1000)
    return row
