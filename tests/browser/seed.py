"""The town: people who have drafts, applications and cases in every state, made over HTTP as `madoguchi demo` does it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import random
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.received import Received
from madoguchi.collection.formats.specimen import received_file
from madoguchi.collection.tests.conftest import accounts_text, names_text
from madoguchi.collection.trial import demands_csv
from madoguchi.config import demo
from madoguchi.counter.rules import IDLE_SECONDS
from madoguchi.identity.public import TRIAL_BUSINESSES
from madoguchi.inventory.generate import as_csv as inventory_csv
from madoguchi.inventory.generate import rows as inventory_rows
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.offices.public import city
from madoguchi.procedures.pack import pack_files, read_file
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.disasters import with_disasters, with_event_days
from madoguchi.procedures.rules.model import Definition
from madoguchi.register.rules.specimens import SPECIMENS

KAZEI = "kazei-shoumei"
RISAI, TEATE, KIFU, PAID = "risai-shoumei", "jidou-teate-nintei", "jidou-teate-kifu", "juuminhyou-utsushi"
DEBIT = "kouza-furikae"
DWELLING = {"cert_kind": "risai", "filer": "self", "survey_way": "onsite", "staying": "home", "photos_ready": True}
WITH_ACCOUNT = {"account_way": "named", "spouse": True}
BY_PHOTO = DWELLING | {"survey_way": "self"}
RESIDENTS = ("hanako", "taro", "ume")
CARE = "kaigo-nintei-shinki"
MOVE = "rainin-yoyaku"


@functools.cache
def definitions() -> dict[str, Definition]:
    """What the city publishes."""
    disasters = {d["番号"]: d["名"] for d in city().disasters if d.get("試用") == "はい"}
    days = {d["番号"]: str(d["発生日"]) for d in city().disasters}
    found = (read_file(path, override, city())[0] for path, override in pack_files(city()))
    return {d.id: with_event_days(with_disasters(d, disasters), days) for d in found if d is not None}


def answers(slug: str, wanted: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Valid answers that say what is wanted."""
    d = definitions()[slug]
    for seed in range(3000):
        found = generate.answers_for(d, random.Random(seed), today=dt.date.today())
        if all(found.get(k) == v for k, v in (wanted or {}).items()):
            return found
    raise LookupError(f"no answers for {slug} with {wanted}")


def known_answers(specimen: int) -> dict[str, Any]:
    """Answers of somebody who stands in the register of the trial just so."""
    entry = SPECIMENS[specimen]
    (sei, mei), (kana_sei, kana_mei) = entry.name.split("\u3000"), entry.kana.split("\u3000")
    place = {"zip": entry.zip, "city": entry.prefecture + entry.city, "town": entry.town, "lot": entry.lot, "building": entry.building}
    return answers(KIFU) | {"name": {"sei": sei, "mei": mei}, "kana": {"sei": kana_sei, "mei": kana_mei}, "born": entry.born, "address": place}


def fields(slug: str, step: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser posts for one page."""
    d = definitions()[slug]
    page = d.step(step)
    assert page is not None, step
    return demo.clean(page, generate.post_data(d, page, given))


def walk(browser: demo.Browser, slug: str, given: Mapping[str, Any], *, stop: str = "", mandate: str = "") -> str:
    """Fill page after page until ``stop`` (not filled any more) or the check page. Returns the draft's address. ``mandate``: of
    whoever it is filed for."""
    browser.get(f"/p/{slug}/").send(f"/p/{slug}/start/", {})
    while True:
        here = re.search(r"(/a/[0-9a-f-]{36}/)([^/]+)/$", browser.url)
        assert here, f"lost at {browser.url}"
        if here[2] in (stop, "check"):
            return here[1]
        if here[2] == "documents":
            demo.upload(browser)
        elif here[2] == "acting":
            browser.send("f", {"mandate": mandate or "self"})
        else:
            browser.send("f", fields(slug, here[2], given) | {"_action": "next"})


@dataclasses.dataclass(slots=True)
class Filed:
    """An application and its case."""

    mine: str  # /my/<id>/
    case: str  # /staff/case/<id>/
    receipt: str
    code: str


class Town:
    """Windows of people by name, and what they have done. Everything is made when first asked for."""

    def __init__(self, base: str, home: Path) -> None:
        self.base, self.home = base, home
        self._windows: dict[str, demo.Browser] = {"nobody": demo.Browser(base)}
        self._tablet_at, self._tablet_until = "", 0.0
        self._held, self._held_until = "", 0.0
        self._read_until = self._signed_until = 0.0

    def window(self, who: str) -> demo.Browser:
        """A resident's browser, or a member of staff's (by account); "guest" is a resident who never signs in."""
        if who not in self._windows:
            window = self._windows[who] = demo.Browser(self.base)
            if who in RESIDENTS:
                demo.sign_in(window, who)
            elif who in TRIAL_BUSINESSES:
                window.get("/sign-in/").send("/sign-in/business/trial/", {"business": who})
            elif who not in ("guest", "tablet", "reader", "signer"):
                window.get("/staff/sign-in/").send("./", {"username": who, "password": demo.TRIAL_PASSWORD})
        return self._windows[who]

    def cookies(self, who: str) -> list[dict[str, Any]]:
        """For a Playwright window. A guest is known by what they began, so they begin something before anybody looks."""
        if who == "guest":
            assert self.draft_new
        jar = self.window(who).session.cookies
        return [{"name": c.name, "value": c.value or "", "url": self.base} for c in jar]

    @functools.cached_property
    def office(self) -> demo.Office:
        """The section that handles 罹災証明書."""
        return demo.Office(self.base, definitions()[RISAI].section)

    @functools.cached_property
    def _app(self) -> str:
        """The secret of Inoue's app for the second proof."""
        import pyotp

        desk = self.window("inoue").get("/staff/account/totp/")
        secret = str(desk.page.xpath("string(//main//code)")).replace(" ", "")
        desk.send("./", {"code": pyotp.TOTP(secret).now()})
        assert "回復コード" in desk.text(), desk.errors()
        return secret

    @property
    def half_signed_in(self) -> str:
        """Inoue's password was right a moment ago (window "half"): the page of the second proof."""
        assert self._app
        self._windows["half"] = demo.Browser(self.base).get("/staff/sign-in/").send("./", {"username": "inoue", "password": demo.TRIAL_PASSWORD})
        assert self._windows["half"].url.endswith("/second/"), self._windows["half"].errors()
        return "/staff/sign-in/second/"

    @functools.cached_property
    def tried_too_often(self) -> str:
        """The page of a card's letter, after so many wrong birthdays for its number that no more are taken."""
        door = demo.Browser(self.base)
        for _ in range(10):
            with contextlib.suppress(demo.DemoFailed):
                door.get("/card/receive/").send("./", {"number": "NT-9090", "born": "1990年4月1日"})
        return "/card/receive/"

    # --- drafts

    @functools.cached_property
    def draft_new(self) -> str:
        """A draft nobody has typed into."""
        return walk(self.window("guest"), RISAI, {}, stop="event")

    @functools.cached_property
    def draft_full(self) -> str:
        """A guest's draft at the check page."""
        return walk(self.window("guest"), RISAI, answers(RISAI, DWELLING))

    @functools.cached_property
    def draft_signed(self) -> str:
        """Hanako's draft with 個人番号 and account, at the check page."""
        return walk(self.window("hanako"), TEATE, answers(TEATE, WITH_ACCOUNT))

    @functools.cached_property
    def draft_before(self) -> str:
        """A form of Hanako's that asks for the account again that she has given for 児童手当."""
        assert self.numbered
        return walk(self.window("hanako"), DEBIT, answers(DEBIT, {"kind": "new", "whose": "self"}), stop="account_page")

    @functools.cached_property
    def resume_link(self) -> str:
        """The link in the letter to a guest who wants to go on elsewhere."""
        guest = self.window("guest")
        guest.get(f"{self.draft_new}saved/").send("./", {"mail": "resume@example.jp"})

        def look() -> str:
            for letter in sorted((self.home / "mail").glob("**/*")):
                if letter.is_file() and (found := re.search(r"/resume/[^/\s]+/", _letter(letter))):
                    return found[0]
            return ""

        return str(demo.wait_for("the letter", look))

    @functools.cached_property
    def code_link(self) -> str:
        """The link in the letter to a guest who lost the access code."""
        self.window("nobody").get("/status/code/").send("./", {"receipt": self.received.receipt, "mail": demo.MAIL})

        def look() -> str:
            for letter in sorted((self.home / "mail").glob("**/*")):
                if letter.is_file() and (found := re.search(r"/status/code/[^/\s]+/", _letter(letter))):
                    return found[0]
            return ""

        return str(demo.wait_for("the letter", look))

    @functools.cached_property
    def plan(self) -> str:
        """Hanako's list of things to do: she moves here, with children and a card."""
        asked = ("child", "pupil", "nursery", "care", "kokuho", "card", "drive", "dog", "foreign", "old", "disabled", "pensioner", "single")
        return self._guided("hikkoshi", {"kind": "in"} | dict.fromkeys(asked, "yes"))

    @functools.cached_property
    def plan_farewell(self) -> str:
        """Her list after somebody of her family died."""
        asked = ("care", "pension", "family", "alone", "head", "teate", "property", "income", "drive", "dog", "disabled", "bank",
                 "housing")
        return self._guided("okuyami", {"insurance": "kokuho"} | dict.fromkeys(asked, "yes"))

    def _guided(self, finder: str, answers: dict[str, str]) -> str:
        hanako, day = self.window("hanako"), dt.date.today()
        hanako.get(f"/guide/{finder}/").send("./", answers | {
            "date.era": "ad", "date.y": str(day.year), "date.m": str(day.month), "date.d": str(day.day)})
        assert "/guide/list/" in hanako.url, hanako.errors()
        return hanako.url.removeprefix(self.base).partition("#")[0]

    # --- agents

    def _offer(self, name: str, *, acts: tuple[str, ...] = ("see",)) -> tuple[str, str]:
        """Hanako offers a mandate for disasters: its address, and that of the invitation."""
        hanako = self.window("hanako")
        until = dt.date.today() + dt.timedelta(days=90)
        day = {"ends.era": "ad", "ends.y": str(until.year), "ends.m": str(until.month), "ends.d": str(until.day)}
        hanako.get("/my/mandates/new/").send("./", {"name": name, "scope": "event:disaster", "acts": list(acts)} | day)
        code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", hanako.text())
        assert code, hanako.errors()
        return hanako.url.removeprefix(self.base), f"/invited/{code[0]}/"

    @functools.cached_property
    def mandate(self) -> str:
        """Hanako's, accepted by Taro."""
        mine, invitation = self._offer("見本 太郎")
        self.window("taro").get(invitation).send("./", {"answer": "accept"})
        return mine

    @functools.cached_property
    def copied(self) -> str:
        """What Taro sent for Hanako, who let him see no more of it."""
        mine, invitation = self._offer("見本 太郎", acts=())
        taro = self.window("taro")
        taro.get(invitation).send("./", {"answer": "accept"})
        given = answers(RISAI, BY_PHOTO) | {
            "filer": "agent", "relation": "head", "name": {"sei": "見本", "mei": "花子"}, "born": "1991-07-25", "agent_phone": "0767123456",
            "agent_name": {"sei": "見本", "mei": "太郎"}, "agent_relation": "兄",
            "agent_address": {"zip": "9260811", "city": "石川県七尾市", "town": "神明町", "lot": "1", "building": ""}}
        walk(taro, RISAI, given, mandate=mine.rstrip("/").rpartition("/")[2])
        taro.send("f", {"ok": "yes", "mail": demo.MAIL})
        assert taro.url.endswith("/copy/?sent=1"), taro.errors()
        return taro.url.removeprefix(self.base).partition("?")[0]

    @functools.cached_property
    def organisation(self) -> str:
        """The trial organisation's page of staff."""
        chief = self.window("ito").get("/staff/organisations/?q=9900000001")
        found = re.search(r"/staff/organisations/[0-9a-f-]{36}/", chief.body.decode())
        assert found, chief.text()
        return found[0]

    @functools.cached_property
    def entrusted(self) -> str:
        """Ume has offered the organisation two mandates, one of which it accepted; it has a draft. Its page."""
        ume, number = self.window("ume"), self.organisation.split("/")[-2]
        until, company = dt.date.today() + dt.timedelta(days=90), self.window("kyotaku")
        day = {"ends.era": "ad", "ends.y": str(until.year), "ends.m": str(until.month), "ends.d": str(until.day)}
        for _ in range(2):
            ume.get(f"/my/mandates/organisation/?organisation={number}").send("/my/mandates/organisation/", {
                "organisation": number, "scope": CARE, "acts": "see"} | day)
        company.get("/office/").send("/answer/", {"answer": "accept"})
        assert self.company_draft
        return "/office/"

    @functools.cached_property
    def company_draft(self) -> str:
        """The organisation has begun for somebody, and not said yet for whom."""
        company = self.window("kyotaku")
        company.get(f"/p/{CARE}/").send(f"/p/{CARE}/start/", {})
        return company.url.removeprefix(self.base).removesuffix("acting/")

    @functools.cached_property
    def company_step(self) -> str:
        """One with the organisation chosen: the page of 提出を代行する方."""
        company, number = self.window("kyotaku"), self.organisation.split("/")[-2]
        company.get(f"/p/{CARE}/").send(f"/p/{CARE}/start/", {}).send("f", {"way": number})
        return company.send("f", {"filer": "agency", "_action": "next"}).url.removeprefix(self.base)

    @functools.cached_property
    def invitation(self) -> str:
        """To Ume, who has not answered."""
        return self._offer("試用 うめ")[1]

    @functools.cached_property
    def draft_for_hanako(self) -> str:
        """Taro's draft, at the question whose it is."""
        assert self.mandate
        taro = self.window("taro")
        taro.get(f"/p/{RISAI}/").send(f"/p/{RISAI}/start/", {})
        return taro.url.removeprefix(self.base).removesuffix("acting/")

    # --- legal representatives

    def _declare(self, *, send: bool = True) -> str:
        """Taro declares that he is the guardian of Ume: its address."""
        taro, issued = self.window("taro"), dt.date.today() - dt.timedelta(days=20)
        taro.get("/my/guardians/new/").send("f", {
            "kind": "adult_guardian", "name.sei": "試用", "name.mei": "うめ", "kana.sei": "シヨウ", "kana.mei": "ウメ",
            "born.era": "s", "born.y": "19", "born.m": "11", "born.d": "3", "address.zip": "9292222",
            "address.city": "石川県七尾市", "address.town": "中島町中島甲",
            "address.lot": "1番地", "issued.era": "ad", "issued.y": str(issued.year), "issued.m": str(issued.month), "issued.d": str(issued.day),
            "mail": demo.MAIL, "_action": "next"})
        here = taro.url.removeprefix(self.base)
        assert re.fullmatch(r"/my/guardians/[0-9a-f-]{36}/", here), taro.errors()
        taro.send(f"{here}proof/", {}, files=[("proof", ("touki.jpg", demo.picture(), "image/jpeg"))])
        taro.get(here)
        if send:
            taro.send("f", {})
        return here

    @functools.cached_property
    def guardian_writing(self) -> str:
        """Not sent yet."""
        return self._declare(send=False)

    @functools.cached_property
    def guardian_asked(self) -> str:
        """Waiting for the city."""
        return self._declare()

    @functools.cached_property
    def guardian(self) -> str:
        """Confirmed by the city."""
        here, until = self._declare(), dt.date.today() + dt.timedelta(days=300)
        desk = f"/staff{here[3:]}"
        days = {"ends": until.isoformat(), "recheck": until.isoformat()}
        self.window("matsuda").get(desk).send(f"{desk}accept/", {"scope": "*", "looked": "yes"} | days)
        return here

    @functools.cached_property
    def guardian_refused(self) -> str:
        """Refused, with a reason."""
        here = self._declare()
        desk = f"/staff{here[3:]}"
        why = "登記事項証明書の2枚目がありません。全部のページを撮って、もう一度申し出てください。"
        self.window("matsuda").get(desk).send(f"{desk}refuse/", {"why": why})
        return here

    # --- the counter

    def _help(self) -> tuple[str, str]:
        """Mori helps with 罹災証明書: the address of the help, and its code."""
        mori = self.window("mori")
        mori.get("/staff/counter/").send("/staff/counter/", {"slug": RISAI})
        code = re.search(r"\d{4}-\d{4}", mori.text())
        assert code, mori.errors()
        return mori.url.removeprefix(self.base), code[0]

    @functools.cached_property
    def help_waiting(self) -> str:
        """Nobody has typed its code."""
        return self._help()[0]

    @property
    def tablet(self) -> str:
        """Somebody writes on the tablet (window "tablet"): the draft's address. Begun anew before it has been idle for too long."""
        if time.monotonic() > self._tablet_until:
            self.help_started, code = self._help()
            self._windows.pop("tablet", None)
            window = self.window("tablet")
            window.get("/counter/").send("./", {"code": code})
            window.send(f"/p/{RISAI}/start/", {})
            self._tablet_at = re.sub(r"[^/]+/$", "", window.url.removeprefix(self.base))
            self._tablet_until = time.monotonic() + IDLE_SECONDS / 3
        return self._tablet_at

    def _asked(self, *, whole: bool, slug: str = KIFU) -> str:
        """Tanaka asks and writes for somebody: the address of the interview; with everything written or with nothing."""
        desk, given = self.window("tanaka"), self._interview_answers if slug == KIFU else answers(slug)
        desk.get("/staff/counter/interview/").send("f", {"p": [slug]})
        here = desk.url.removeprefix(self.base)
        step = re.search(rf"{here}[0-9a-f-]{{36}}/[^/\"]+/", desk.body.decode())
        assert step, desk.errors()
        self._first, at = step[0], step[0]
        while whole and at != here:
            desk.get(at).send("f", fields(slug, at.rstrip("/").rpartition("/")[2], given) | {"_action": "next"})
            at = desk.url.removeprefix(self.base)
        return here

    @functools.cached_property
    def _interview_answers(self) -> dict[str, Any]:
        return known_answers(0)

    def _shown(self, who: str) -> str:
        """An interview whose page is on a tablet (window ``who``)."""
        here, desk = self._asked(whole=True), self.window("tanaka")
        desk.get(here).send("show/", {"identity": "licence"})
        code = re.search(r"\d{4}-\d{4}", desk.text())
        assert code, desk.errors()
        self._windows.pop(who, None)
        self.window(who).get("/counter/").send("./", {"code": code[0]})
        return here

    @functools.cached_property
    def interview(self) -> str:
        """Nothing is written yet."""
        here = self._asked(whole=False)
        self.interview_step = self._first
        return here

    @functools.cached_property
    def interview_paper(self) -> str:
        """Everything is written, and a law asks for paper."""
        return self._asked(whole=True, slug=MOVE)

    @functools.cached_property
    def interview_step(self) -> str:
        """A page of it."""
        return self.interview and self._first

    @property
    def reading(self) -> str:
        """Somebody reads on the tablet what was written (window "reader"). Shown anew before it has been idle for too long."""
        if time.monotonic() > self._read_until:
            self.interview_shown = self._shown("reader")
            self._read_until = time.monotonic() + IDLE_SECONDS / 3
        return "/counter/read/"

    @property
    def receipts(self) -> str:
        """Somebody signed (window "signer")."""
        if time.monotonic() > self._signed_until:
            self.interview_filed = self._shown("signer")
            self.window("signer").get("/counter/read/").send("f", {"_action": "sign", "name": "見本 健太", "ok": "yes"})
            self._signed_until = time.monotonic() + IDLE_SECONDS / 3
        return "/counter/read/"

    @functools.cached_property
    def interview_wrong(self) -> str:
        """Somebody says that two lines are wrong."""
        here = self._shown("signer")
        self._signed_until = 0.0
        reader = self.window("signer").get("/counter/read/")
        reader.send("f", {"_action": "wrong", "wrong": reader.page.xpath("//input[@name='wrong']/@value")[:2]})
        return here

    # --- applications

    def file(self, who: str, slug: str, given: Mapping[str, Any], office: demo.Office | None = None) -> Filed:
        """File an application and wait until the office has it."""
        window = self.window(who)
        walk(window, slug, given)
        window.send("f", {"ok": "yes", "mail": demo.MAIL})
        receipt = re.search(r"R\d+-\d{4}-\d{4}-\d", window.text())
        code = re.search(r"確認番号\s*(\d{8})", window.text())
        assert receipt and "/filed/" in window.url, window.errors()
        mine = window.url.removesuffix("filed/").removeprefix(self.base)
        case = (office or self.office).find(receipt[0]).removeprefix(self.base)
        return Filed(mine, case, receipt[0], code[1] if code else "")

    @functools.cached_property
    def moving(self) -> Filed:
        """Filed, and a law asks for paper beside it."""
        return self.file("guest", MOVE, answers(MOVE), demo.Office(self.base, definitions()[MOVE].section))

    def order(self) -> tuple[str, str]:
        """A certificate whose fee is not paid: the applicant's page of it, and the staff's page of its payment."""
        window, desk = self.window("taro"), self.window("okada")
        given = answers(PAID, {"filer": "self", "show_number": False, "receive": "post", "exempt": False})
        walk(window, PAID, given)
        window.send("f", {"ok": "yes", "mail": demo.MAIL})
        receipt = re.search(r"R\d+-\d{4}-\d{4}-\d", window.text())
        assert receipt and "/filed/" in window.url, window.errors()
        desk.get(f"/staff/payments/?q={receipt[0]}")
        return window.url.removesuffix("filed/").removeprefix(self.base), str(desk.page.xpath("//tbody//a/@href")[0])

    @functools.cached_property
    def owing(self) -> tuple[str, str]:
        """Not paid."""
        return self.order()

    @functools.cached_property
    def slipped(self) -> tuple[str, str]:
        """Not paid, and a 納付書 taken for it."""
        mine, payment = self.order()
        self.window("taro").get(f"{mine}pay/").send(f"{mine}pay/slip/", {})
        return mine, payment

    @functools.cached_property
    def swiped(self) -> tuple[str, str]:
        """Paid at the terminal, which has to give some of it back."""
        mine, payment = self.order()
        clerk = self.window("okada").get(payment)
        clerk.send(f"{payment}terminal/", {"terminal": "shimin1", "brand": "emoney", "slip": "00012"})
        clerk.get(payment).send(f"{payment}refund/", {"amount": "100", "reason": "mistake"})
        act = str(self.window("matsui").get(payment).page.xpath("//form[contains(@action, '/refund/') and .//button[@value='approve']]/@action")[0])
        self.window("matsui").send(act, {"act": "approve"})
        return mine, payment

    @functools.cached_property
    def bought(self) -> tuple[str, str]:
        """Paid in cash at the counter."""
        mine, payment = self.order()
        self.window("okada").get(payment).send(f"{payment}take/", {})
        return mine, payment

    @functools.cached_property
    def taxes(self) -> dict[str, str]:
        """軽自動車税 of sixty people; one has paid, one twice, one by a wrong number. Pages by their name."""
        desk, sheets = self.window("yamada"), "/staff/collection/sheets/"
        year = fiscal_year(dt.date.today())
        desk.get(sheets).send("./", {"kind": "demands", "charge": "keiji", "year": str(year)},
                              [("file", ("調定.csv", demands_csv("keiji", year=year, people=60, seed=1), "text/csv"))])
        demand, *_, owing = map(str, desk.get("/staff/collection/demands/?charge=keiji").page.xpath("//tbody//a/@href"))
        number, yen = (desk.get(demand).page.xpath(f"//tbody/tr[1]/td[@data-l='{label}']/text()")[0] for label in ("納付番号", "期別税額"))
        # in time: who pays late in a year whose rate is not announced yet (each December) is refused
        amount, on = int(yen.replace(",", "").removesuffix("円")), min(dt.date.today(), dt.date(year, 5, 31))
        paid = [Received(n, 0, ref, amount, on, "cvs", "final", "02") for n, ref in enumerate((number, number, "8" * 20), 1)]
        desk.get(sheets).send("./", {"kind": "results", "form": "cvs"},
                              [("file", ("確報.txt", b"".join(received_file(profile("cvs"), paid, on=on)), "text/plain"))])
        sheet = desk.url.removeprefix(self.base)
        money = str(desk.get("/staff/collection/unmatched/").page.xpath("//tbody//a/@href")[0])
        payer = desk.get(demand).page.xpath("//dt[text()='宛名番号']/following-sibling::dd/text()")[0].strip()
        name = desk.get("/staff/collection/names/").send("names/", {}, [
            ("file", ("宛名.csv", names_text((payer,)).encode(), "text/csv"))]).url.removeprefix(self.base)
        # of another charge than the change below: nothing changes while its letters are printed
        run = desk.get("/staff/collection/runs/").send("runs/", {
            "kind": "notice", "charge": "kotei", "year": str(year), "known": "1", "why": "試しの調定"}).url.removeprefix(self.base)
        excess = str(desk.get("/staff/collection/excess/").page.xpath("//tbody//a/@href")[0])
        notice, due = desk.get(demand).page.xpath("//h1/text()")[0].split()[-1], f"{year}-05-31"
        text = f"通知書番号,年税額,期,期別税額,納期限,変更の理由\n{notice},{amount - 900},1,{amount - 900},{due},廃車\n"
        change = desk.get("/staff/collection/changes/").send("changes/", {"charge": "keiji", "year": str(year)}, [
            ("file", ("更正.csv", text.encode(), "text/csv"))]).url.removeprefix(self.base)
        counter = str(desk.get("/staff/collection/demands/?charge=kotei").page.xpath("//tbody//a/@href")[0])  # some of it is still to come
        return {"change": change, "counter": counter, "name": name, "demand": demand, "owing": owing, "sheet": sheet, "money": money, "run": run,
                "excess": excess, "takeback": self._asked_of_bank(owing, due)}

    def _asked_of_bank(self, owing: str, due: str) -> str:
        """Who owes pays by debit from now on, and the bank is asked: the page that takes the request back."""
        desk, debits = self.window("yamada"), "/staff/collection/debits/"
        payer = desk.get(owing).page.xpath("//dt[text()='宛名番号']/following-sibling::dd/text()")[0].strip()
        desk.get(debits).send("debits/file/", {}, [("file", ("口座.csv", accounts_text([payer], "keiji").encode(), "text/csv"))])
        desk.get(debits).send("debits/", {"charge": "keiji", "due": due, "on": str(dt.date.today() + dt.timedelta(days=9))})
        return str(desk.get(debits).page.xpath("//tbody//a[contains(@href, '/back/')]/@href")[0])

    @functools.cached_property
    def tax_order(self) -> str:
        """Hanako's, not paid: its page."""
        hanako = self.window("hanako")
        due = str(hanako.get("/my/taxes/").page.xpath("//input[@name='due']/@value")[0])
        return hanako.send("choose/", {"due": due}).url.removeprefix(self.base)

    @functools.cached_property
    def listed(self) -> dict[str, str]:
        """The first sixty rows of the trial's inventory, and a list whose columns nobody has explained. Pages by their name."""
        desk, form = self.window("admin"), "/staff/inventory/import/"
        desk.get(form).send(form, {}, [("file", ("一覧.csv", inventory_csv(inventory_rows(60, seed=1)), "text/csv"))])
        upload = desk.url.removeprefix(self.base)
        desk.get(form).send(form, {}, [("file", ("なぞ.csv", "手続名,なぞ,ひみつ\n犬の登録,1,2\n".encode(), "text/csv"))])
        asked = desk.url.removeprefix(self.base)
        entry = str(desk.get("/staff/inventory/?q=水道").page.xpath("//tbody//a/@href")[0])
        desk.get(entry).send(entry, {"status_by_hand": "bpr", "note": "料金の計算を先に見直す"})
        return {"upload": upload, "asked": asked, "entry": entry}

    # --- bookings: addresses of pages

    def _slots(self, who: str, path: str) -> list[str]:
        return [str(v) for v in self.window(who).get(path).page.xpath("//button[@name='slot']/@value")]

    def _hold(self, service: str) -> str:
        """Hanako holds the last time of a page: the page of that booking. A browser has one hold: what it held before is given back."""
        self._held_until = 0.0
        slot = self._slots("hanako", f"/booking/{service}/")[-1]
        return self.window("hanako").send("hold/", {"slot": slot}).url.removeprefix(self.base).removesuffix("details/")

    def _book(self, service: str) -> str:
        there, hanako = self._hold(service), self.window("hanako")
        hanako.send("./", {"mail": "hanako@example.jp"}).send("./", {})
        return there

    @property
    def held(self) -> str:
        """Held by hanako, with her name; a new one when the ten minutes run out while others look, or after a booking."""
        if time.monotonic() > self._held_until:
            self._held = self._hold("childcare")
            self._held_until = time.monotonic() + 420
            self.window("hanako").send("./", {"mail": "hanako@example.jp"})
        return self._held

    @functools.cached_property
    def booked(self) -> str:
        """Hanako's."""
        return self._book("moving")

    @functools.cached_property
    def cancelled(self) -> str:
        """Hanako's, given up."""
        there = self._book("care")
        self.window("hanako").get(f"{there}cancel/").send("./", {})
        return there

    @functools.cached_property
    def other_slot(self) -> str:
        """A time to which hanako's could be moved."""
        return self._slots("nobody", "/booking/moving/")[0]

    @functools.cached_property
    def full_day(self) -> str:
        """A day on which the tax counter has no time left."""
        desk, far = self.window("yamada"), dt.date.today() + dt.timedelta(days=20)
        slots = self._slots("yamada", f"/staff/booking/new/tax/?day={far}")
        day = slots[0].partition("T")[0]
        for slot in slots:
            if slot.startswith(day):
                desk.get(f"/staff/booking/new/tax/?slot={slot}").send("new/tax/", {"name": "試用 うめ"})
        return day

    @functools.cached_property
    def waits(self) -> str:
        """Where hanako sees that she waits for that day."""
        hanako = self.window("hanako").get(f"/booking/tax/wait/?day={self.full_day}")
        return hanako.send("./", {"mail": "hanako@example.jp"}).url.removeprefix(self.base)

    @functools.cached_property
    def booked_by_staff(self) -> str:
        """By telephone, as staff see it."""
        slot = self._slots("yamada", "/staff/booking/new/tax-installment/")[-1]
        desk = self.window("yamada").get(f"/staff/booking/new/tax-installment/?slot={slot}")
        return desk.send("new/tax-installment/", {"name": "試用 次郎", "phone": "0767530000"}).url.removeprefix(self.base)

    @functools.cached_property
    def untied(self) -> str:
        """By telephone, for a card whose number was not known."""
        slot = self._slots("okada", "/staff/booking/new/card-pickup/")[-1]
        desk = self.window("okada").get(f"/staff/booking/new/card-pickup/?slot={slot}")
        return desk.send("new/card-pickup/", {"name": "試用 次郎", "phone": "0767530000"}).url.removeprefix(self.base)

    @functools.cached_property
    def closure(self) -> str:
        """That very day is closed, so that it hits a booking."""
        desk = self.window("yamada").get(self.booked_by_staff)
        day = str(desk.page.xpath("//a[contains(@href, 'day=')]/@href")[0]).rpartition("=")[2]
        desk.get("/staff/booking/closures/").send("booking/closures/", {"first": day, "start": "16:00", "reason": "職員の研修"})
        return desk.url.removeprefix(self.base).partition("?")[0]

    # --- the queue

    def _ticket(self) -> str:
        """One that staff handed over: its page on the telephone."""
        desk = self.window("yamada").get("/staff/queue/?section=zeimu")
        return "/queue/t/" + desk.send("queue/ticket/", {"service": "tax"}).url.rstrip("/").rpartition("/")[2] + "/"

    @functools.cached_property
    def on_the_board(self) -> str:
        """A ticket that is called."""
        there, desk = self._ticket(), self.window("yamada").get("/staff/queue/desk/zeimu/0/")
        desk.send("press/", {"act": "next"})
        return there

    @functools.cached_property
    def in_line(self) -> str:
        """A ticket that waits, behind the one that is called."""
        assert self.on_the_board
        return self._ticket()

    @functools.cached_property
    def kiosk(self) -> str:
        """The address of a device."""
        made = self.window("yamada").get("/staff/queue/kiosks/?section=zeimu").send("queue/kiosks/", {"name": "1階の入口"})
        return urlsplit(str(made.page.xpath("//code/text()")[0])).path

    # --- cards

    @functools.cached_property
    def card(self) -> str:
        """Two invented cards in the safe, with their letters: the page of one."""
        rows = ["交付通知書番号,氏名,フリガナ,生年月日,郵便番号,住所,到着日,保管場所",
                "NT-7001,見本 花子,ミホン ハナコ,1990-04-01,926-8611,石川県七尾市試用町1番地,2026-11-16,金庫A-1",
                "NT-7002,試用 クリストファー・アレクサンダー,シヨウ クリストファー,1985-12-24,926-8611,石川県七尾市試用町2番地,2026-11-17,金庫A-2"]
        desk = self.window("okada").get("/staff/cards/import/")
        desk.send("cards/import/", {}, files=[("file", ("cards.csv", "\n".join(rows).encode(), "text/csv"))])
        desk.get("/staff/cards/letters/").send("cards/letters/", {"kind": "notice"})
        return next(str(x) for x in desk.get("/staff/cards/").page.xpath("//tbody//a/@href"))

    @functools.cached_property
    def rates(self) -> bool:
        """Two months of invented statistics, one by district and age."""
        rows = ["年月,地区,年齢,人口,交付", "2026-09,全体,全体,2000,1400", "2026-10,試用東,0〜17歳,200,100", "2026-10,試用東,18歳以上,800,600",
                "2026-10,試用西の長い名前の地区,0〜17歳,100,30", "2026-10,試用西の長い名前の地区,18歳以上,900,700"]
        desk = self.window("okada").get("/staff/cards/rates/")
        desk.send("cards/rates/", {"source": "試用の統計 2026年10月末"}, files=[("file", ("rates.csv", "\n".join(rows).encode(), "text/csv"))])
        return True

    @functools.cached_property
    def expiring(self) -> bool:
        """Three people whose card or certificate ends, one of them soon."""
        soon = str(dt.date.today() + dt.timedelta(days=30))
        rows = ["氏名,フリガナ,生年月日,郵便番号,住所,種類,期限,メール",
                f"見本 花子,ミホン ハナコ,1990-04-01,926-8611,石川県七尾市試用町1番地,カード,{soon},",
                "試用 太郎,シヨウ タロウ,1985-12-24,926-8611,石川県七尾市試用町2番地,電子証明書,2030-12-24,taro@example.jp"]
        desk = self.window("okada").get("/staff/cards/expiries/")
        desk.send("cards/expiries/", {}, files=[("file", ("ends.csv", "\n".join(rows).encode(), "text/csv"))])
        return True

    @functools.cached_property
    def outing(self) -> str:
        """A counter in another place, with fewer people than seats: the page of it."""
        day = str(dt.date.today() + dt.timedelta(days=20))
        desk = self.window("okada").get("/staff/cards/outings/").send("cards/outings/", {
            "kind": "away", "for": "apply", "name": "出張申請(試用工業)", "place": "試用工業 本社", "day": day, "start": "10:00",
            "end": "15:00", "seats": "2", "minutes": "20", "until": "", "who": "試用工業にお勤めの方", "bring": "本人確認書類"})
        return desk.url.removeprefix(self.base)

    # --- paper

    @functools.cached_property
    def on_paper(self) -> tuple[str, str]:
        """A blank form and a sheet without a code, taken in as a scan: the packet's page and the sheet's."""
        self.scan_taken, where = self._scanned(150)
        return (next(x for x in where if "/scans/p/" in x), next(x for x in where if "/scans/page/" in x))

    def _scanned(self, dots: int) -> tuple[str, list[str]]:
        """Take such a scan in, with so many dots an inch: its page, and the addresses on it."""
        import io
        import urllib.request

        import pypdfium2
        from PIL import Image

        with urllib.request.urlopen(f"{self.base}/p/{TEATE}/paper.pdf", timeout=30) as answer:
            document = pypdfium2.PdfDocument(answer.read())
        images = [page.render(scale=dots / 72, grayscale=True).to_pil() for page in document]
        out = io.BytesIO()
        images[0].save(out, "PDF", save_all=True, append_images=[*images[1:], Image.new("L", images[0].size, 255)], resolution=dots)
        desk = self.window("tanaka").get("/staff/scans/").send("staff/scans/", {}, files=[("scan", ("scan.pdf", out.getvalue(), "application/pdf"))])
        taken = desk.url.removeprefix(self.base)
        demo.wait_for("the sheets", lambda: "枚を読み取りました" in desk.get(taken).text())
        return taken, [str(x) for x in desk.page.xpath("//main//a/@href")]

    @functools.cached_property
    def answered_on_paper(self) -> str:
        """A case typed off from paper, of which something must be put right: the page on which the answer is typed off."""
        packet = next(x for x in self._scanned(160)[1] if "/scans/p/" in x)
        desk, given = self.window("tanaka").get(packet), answers(TEATE)
        desk.get(str(desk.page.xpath("//main//a[contains(@href, '/k/')]/@href")[0]))
        while (here := re.search(r"/k/([^/]+)/$", was := desk.url)):
            desk.send("./", fields(TEATE, here[1], given) | {"_action": "next"})
            assert desk.url != was, desk.errors()
        desk.send("./", {"received": str(dt.date.today())})
        receipt = re.search(r"R\d+-\d{4}-\d{4}-\d", desk.text())
        assert receipt, desk.errors()
        office = demo.Office(self.base, "kosodate")
        case = office.find(receipt[0]).removeprefix(self.base)
        office.ask_correction(case)

        def open_now() -> bool:
            with contextlib.suppress(demo.DemoFailed):
                return desk.get(f"{case}answer/").status == 200
            return False

        demo.wait_for("the correction", open_now)
        return f"{case}answer/"

    @functools.cached_property
    def built(self) -> str:
        """A definition that tanaka changes, with something to mend in it: its page."""
        slug = "jidou-teate-henkou"
        desk = self.window("tanaka").get(f"/staff/builder/?q={slug}").send("open/", {})
        there = desk.url.removeprefix(self.base)
        desk.get(f"{there}part/cover/").send("part/cover/", {"b13": "かかる時間は不明"})
        return there

    @functools.cached_property
    def asked_for(self) -> str:
        """A definition that tanaka has changed and wants published: its page."""
        slug = "jidou-teate-shoumetsu"
        desk = self.window("tanaka").get(f"/staff/builder/?q={slug}").send("open/", {})
        there = desk.url.removeprefix(self.base)
        desk.get(f"{there}part/cover/").send("part/cover/", {"b0": "児童手当 受給事由消滅届（試験）"})
        desk.get(there).send("decide/", {})
        return there

    @functools.cached_property
    def offered(self) -> str:
        """A definition as another city would give it: its page."""
        desk = self.window("tanaka")
        data = desk.get("/staff/builder/jidou-teate-kifu/bundle/").body
        desk.get("/staff/builder/offers/").send("/offers/", {}, [("file", ("となり.zip", data, "application/zip"))])
        return desk.url.removeprefix(self.base)

    @functools.cached_property
    def closed(self) -> str:
        """The sheet of a counted cash box."""
        assert self.bought
        desk = self.window("okada").get("/staff/payments/till/shimin/")
        there = str(desk.page.xpath("//input[@name='seen']/@value")[0])
        return desk.send("close/", {"n1": there, "kept": there}).url.removeprefix(self.base)

    @functools.cached_property
    def received(self) -> Filed:
        """Filed, with an inspection; nobody has touched the case."""
        return self.file("guest", RISAI, answers(RISAI, DWELLING))

    @functools.cached_property
    def reported(self) -> Filed:
        """A car under a wall: 罹災届出証明書, for which nobody surveys."""
        return self.file("guest", RISAI, answers(RISAI, {"cert_kind": "todokede", "filer": "self"}))

    @functools.cached_property
    def correcting(self) -> Filed:
        """The clerk asked to look at something again."""
        filed = self.file("guest", RISAI, answers(RISAI, DWELLING))
        self.office.ask_correction(filed.case)
        self._until(filed, "直していただきたい点")
        return filed

    @functools.cached_property
    def proposed(self) -> Filed:
        """The clerk proposed; the chief has not stamped."""
        filed = self.file("guest", RISAI, answers(RISAI, BY_PHOTO))
        self._propose(filed)
        return filed

    @functools.cached_property
    def decided(self) -> Filed:
        """Decided, corrected once on the way, with documents."""
        filed = self.file("guest", RISAI, answers(RISAI, BY_PHOTO))
        desk = self.office.desks["clerk"]
        self.office.ask_correction(filed.case)
        self._until(filed, "直していただきたい点")
        guest, nothing = self.window("guest"), [("_", ("", b"", "application/octet-stream"))]
        guest.get(f"{filed.mine}correct/").send("./", {"_action": "send", "_sure": "1"}, nothing)
        demo.wait_for("answer", lambda: "補正待ち" not in desk.get(filed.case).page.xpath("string(//div[@class='r1'])"))
        desk.get(f"{filed.case}?tab=talk").send("note/", {"text": "電話で写真の場所を確認した。"})
        self.office.decide(filed.case, definitions()[RISAI], random.Random(1))
        self._until(filed, "発行された書類")
        return filed

    @functools.cached_property
    def certificate(self) -> Filed:
        """A certificate that is wanted as a PDF, free of charge; the clerk has not put it in."""
        wanted = {"filer": "self", "receive": "pdf", "exempt": True}
        return self.file("hanako", KAZEI, answers(KAZEI, wanted), demo.Office(self.base, definitions()[KAZEI].section))

    @functools.cached_property
    def numbered(self) -> Filed:
        """A signed application with 個人番号, at the section for children."""
        office = demo.Office(self.base, definitions()[TEATE].section)
        filed = self.file("hanako", TEATE, answers(TEATE, WITH_ACCOUNT), office)
        self.window("tanaka")
        return filed

    # --- bulk review and messages

    @functools.cached_property
    def donors(self) -> list[Filed]:
        """Three cases of one procedure by people whom the register knows; the points of two checklists are marked."""
        office = demo.Office(self.base, definitions()[KIFU].section)
        found = [self.file(who, KIFU, known_answers(n), office) for who, n in zip(RESIDENTS, (1, 4, 5), strict=True)]
        desk = self.window("tanaka")
        for filed in found[:2]:
            points = desk.get(filed.case).page.xpath("//form[contains(@action,'/checklist/')]//input[@name='point']/@value")
            desk.send("/checklist/", {"point": points})
        return found

    def choose(self, act: str) -> str:
        """Tick them all, say what is to be done. Returns the address of the run."""
        desk = self.window("tanaka")
        cases = [filed.case.split("/")[3] for filed in self.donors]
        desk.get(f"/staff/?slug={KIFU}&state=all").send("/staff/bulk/", {"which": "some", "act": act, "case": cases})
        return desk.url.removeprefix(self.base)

    @functools.cached_property
    def bulk_asking(self) -> str:
        """Chosen; the clerk has not said which outcome."""
        return self.choose("propose")

    @functools.cached_property
    def bulk_preview(self) -> str:
        """What can be done, and what can not."""
        return self.choose("take")

    @functools.cached_property
    def bulk_done(self) -> str:
        """The report of what was taken."""
        there, desk = self.choose("take"), self.window("tanaka")
        desk.get(there).send("/confirm/", {"go": desk.page.xpath("//input[@name='go']/@value")})
        return there

    @functools.cached_property
    def talking(self) -> Filed:
        """The section wrote, the applicant answered."""
        filed, desk, mine = self.numbered, self.window("tanaka"), self.window("hanako")
        desk.get(f"{filed.case}?tab=talk").send("/talk/", {"text": "通帳の名義を教えてください。"})
        demo.wait_for("the message", lambda: "通帳の名義" in mine.get(filed.mine).text())
        mine.send("/talk/", {"text": "私の名義です。"})
        demo.wait_for("the answer", lambda: "私の名義です。" in desk.get(f"{filed.case}?tab=talk").text())
        return filed

    @functools.cached_property
    def surveyed(self) -> str:
        """The survey of the received case, with an appointment tomorrow."""
        desk, case = self.office.desks["clerk"], self.received.case
        there = f"/staff/survey/case/{case.split('/')[3]}/"
        demo.wait_for("the survey", lambda: desk.get(there).page.xpath("//form[contains(@action,'/appoint/')]"))
        address = desk.url.removeprefix(self.base)
        desk.send("/appoint/", {"day": self.survey_day, "time": "10:30", "surveyors": "山田、中村",
                                   "_sure": f"{self.survey_day}T10:30:00+09:00"})  # tomorrow may be a closed day
        return address

    @property
    def survey_day(self) -> str:
        """Tomorrow."""
        return (dt.date.today() + dt.timedelta(days=1)).isoformat()

    def _propose(self, filed: Filed) -> None:
        route = definitions()[RISAI]
        alone = dataclasses.replace(route, review=dataclasses.replace(route.review, route=("担当",)))
        self.office.decide(filed.case, alone, random.Random(1))

    def _until(self, filed: Filed, words: str) -> None:
        guest = self.window("guest")
        demo.wait_for(words, lambda: words in guest.get(filed.mine).text())


def _letter(path: Path) -> str:
    import email
    import email.policy

    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""

