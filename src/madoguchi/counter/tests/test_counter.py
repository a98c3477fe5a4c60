"""Help at the counter: recorded as the channel, seen as progress only, and forgotten by the tablet."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.booking import admission, pages, views
from madoguchi.casework.models import Case
from madoguchi.counter import rules, selectors, services, tablet
from madoguchi.counter.errors import CodeUnknown
from madoguchi.counter.models import Help
from madoguchi.intake import drafts
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.models import AuditEntry

STRANGERS = ("help", "help_end")
RISAI, CLAIM = "risai-shoumei", "jidou-teate-mishiharai"


def offered(hall: Hall, who: str = "mori", slug: str = RISAI) -> tuple[Help, str]:
    hall.definition(slug)
    return services.help_offer(actor=hall.staff(who), slug=slug)


def at_the_tablet(code: str) -> Client:
    client = Client()
    taken = client.post("/counter/", {"code": code})
    assert taken.status_code == 303, text(taken)
    return client


def guest_of(client: Client):
    from django.http import HttpRequest

    from madoguchi.identity.public import owner_of

    request = HttpRequest()
    request.COOKIES = {key: morsel.value for key, morsel in client.cookies.items()}
    return owner_of(request)


def test_from_the_code_to_the_case(hall: Hall):
    hall.definition(RISAI)
    desk = hall.desk("mori")
    assert desk.post("/staff/counter/", {"slug": "nothing"}).status_code == 422
    page = desk.post("/staff/counter/", {"slug": RISAI})["Location"]
    shown = desk.get(page)
    code = re.search(r"\d{4}-\d{4}", text(shown))[0]
    assert "data:image/svg+xml" in shown.content.decode() and "待っています" in text(shown)
    client = at_the_tablet(code.replace("-", " "))
    assert "端末で開きました" in text(desk.get(page)) and code not in text(desk.get(page))
    start = client.post(f"/p/{RISAI}/start/")
    assert "窓口の端末です" in text(client.get(start["Location"]))
    assert "入力中です。ステップ 1" in text(desk.get(page)) and "ステップ 1 /" not in text(desk.get(page)), "nobody knows how many follow"
    draft = Draft.objects.get()
    assert (draft.channel, draft.supporter) == ("counter", {"staff": "mori", "name": "森 ひろ子"})
    hall.fill(guest_of(client), draft, hall.answers(RISAI))
    assert re.search(r"ステップ (\d+) / \1\b", text(desk.get(page))), "at the last page"
    done = client.post(f"/a/{draft.id}/check/", {"ok": "yes"})
    assert done.status_code == 303, text(done)[:2000]
    shown = text(client.get(done["Location"]))
    assert "この端末には残りません" in shown and "画面を印刷・保存" not in shown, "nobody prints or keeps a page of the counter's tablet"
    run_worker()
    case = Case.objects.get()
    told = text(desk.get(page))
    assert "送信されました" in told and case.receipt in told
    for answer in (case.name, "七尾市神明町"):
        assert answer not in told
    assert "窓口（支援：森 ひろ子）受付" in text(hall.desk("yamada").get(f"/staff/case/{case.id}/"))
    facts = AuditEntry.objects.get(action="application.filed").facts
    assert (facts["channel"], facts["supporter"], facts["help"]) == ("counter", "mori", str(draft.help))
    assert Application.objects.get().support["name"] == "森 ひろ子"
    ended = client.post("/counter/end/")
    assert ended["Location"] == "/counter/?why=ended" and "Clear-Site-Data" in ended.headers
    assert "何も残っていません" in text(client.get(ended["Location"]))
    assert client.get(f"/my/{case.id}/").status_code == 303, "the next person sees nothing"
    assert [e.action for e in AuditEntry.objects.filter(chain=f"help:{draft.help}").order_by("seq")] == [
        "help.offered", "help.started", "help.ended"]
    assert audit.verify() == []


def test_where_there_are_many_procedures_one_searches(hall: Hall, monkeypatch):
    monkeypatch.setattr("madoguchi.counter.staff_views.MOST_NAMES", 1)
    for slug in (RISAI, "inkan-shoumei"):
        hall.definition(slug)
    desk = hall.desk("mori")
    page = text(desk.get("/staff/counter/"))
    assert page.count("<option value=") == 2 and "言葉でさがしてください" in page, "none chosen, and the first by its reading"
    found = text(desk.get("/staff/counter/", {"q": "罹災"}))
    assert f'<option value="{RISAI}"' in found and 'value="inkan-shoumei"' not in found
    assert "見つかりませんでした" in text(desk.get("/staff/counter/", {"q": "ないないない"}))


def test_without_a_tablet_nothing_is_marked(hall: Hall):
    hall.definition(RISAI)
    client = Client()
    client.post(f"/p/{RISAI}/start/")
    draft = Draft.objects.get()
    assert (draft.channel, draft.help, draft.supporter) == ("online", None, {})
    assert client.get("/counter/end/")["Location"] == client.get("/counter/alive/")["Location"] == "/counter/"
    client.cookies[tablet.COOKIE] = "made up"
    assert client.get("/")["Location"] == "/counter/?why=ended"


def test_a_code_serves_once_and_ten_minutes(hall: Hall):
    _, used = offered(hall)
    at_the_tablet(used)
    _, late = offered(hall)
    for code, minutes in ((used, 0), (late, rules.CODE_MINUTES + 1), ("12", 0), ("", 0)):
        with clock.frozen(OPENING + dt.timedelta(minutes=minutes)), pytest.raises(CodeUnknown):
            services.help_take(code=code)
    assert Client().post("/counter/", {"code": used}).status_code == Client().post("/counter/", {"code": "x"}).status_code == 422
    with clock.frozen(OPENING + dt.timedelta(minutes=11)):
        assert "番号の期限が切れました" in [h.words for h in selectors.help_list(actor=hall.staff("mori"))]


def test_whoever_used_it_before_is_forgotten_by_the_code(hall: Hall):
    client = hall.browser("hanako")
    assert client.get("/my/").status_code == 200
    _, code = offered(hall)
    client.post("/counter/", {"code": code})
    assert client.get("/my/").status_code == 303


def test_ten_minutes_untouched_and_it_forgets(hall: Hall, monkeypatch):
    import time

    row, code = offered(hall)
    client = at_the_tablet(code)
    client.post(f"/p/{RISAI}/start/")
    draft = Draft.objects.get()
    began = time.time()
    for minutes in (9, 18):  # every page moves it on
        monkeypatch.setattr("time.time", lambda m=minutes: began + m * 60)
        assert client.get("/counter/alive/").status_code == 204
    monkeypatch.setattr("time.time", lambda: began + 18 * 60 + 601)
    over = client.get(f"/a/{draft.id}/event/")
    assert over["Location"] == "/counter/?why=idle" and over.headers["Clear-Site-Data"]
    monkeypatch.undo()
    assert client.get(f"/a/{draft.id}/event/").status_code == 303, "not even the one who comes next"
    row.refresh_from_db()
    assert (row.state, row.end) == ("ended", "idle")
    assert Draft.objects.filter(id=draft.id, state="open").exists(), "what was written is kept"


def test_no_cookie_of_a_tablet_outlives_its_window(hall: Hall):
    _, code = offered(hall)
    client = at_the_tablet(code)
    started = client.post(f"/p/{RISAI}/start/")
    assert started.cookies["mado_g"].value and not started.cookies["mado_g"]["max-age"] and not started.cookies["mado_g"]["expires"]
    signed = client.post("/sign-in/trial/", {"person": "hanako", "next": "/my/"})
    assert signed.cookies["mado_r"].value and not signed.cookies["mado_r"]["max-age"]
    assert not client.cookies[tablet.COOKIE]["max-age"]
    home = Client()
    home.post(f"/p/{RISAI}/start/")
    assert home.cookies["mado_g"]["max-age"] > 1_000_000, "at home it stays"


def test_a_booking_made_at_the_tablet_is_forgotten_too(hall: Hall):
    client = at_the_tablet(offered(hall)[1])
    ended = client.post("/counter/end/")
    for name, path in ((views.PASS_COOKIE, "/"), (pages.CODE_COOKIE, "/booking/"), (admission.COOKIE, "/booking/")):
        assert name in tablet.PERSONAL and not ended.cookies[name].value and ended.cookies[name]["path"] == path


def test_what_is_unfinished_goes_home_by_mail(hall: Hall):
    _, code = offered(hall)
    client = at_the_tablet(code)
    client.post(f"/p/{RISAI}/start/")
    draft = Draft.objects.get()
    assert "書きかけの手続きがあります" in text(client.get("/counter/end/"))
    assert client.post("/counter/end/", {"mail": "x"}).status_code == 422
    assert client.post("/counter/end/", {"mail": "hanako@example.jp"}).status_code == 303
    run_worker()
    letter = message_from_bytes(next((hall.home / "mail").glob("*")).read_bytes(), policy=policy.default)
    link = re.search(r"/resume/[^/\s]+/", letter.get_body().get_content())
    assert link
    home = Client()
    assert home.post(link[0]).status_code == 303
    draft.refresh_from_db()
    assert draft.channel == "counter" and drafts.draft_get(owner=guest_of(home), draft_id=str(draft.id))


def test_the_supporter_ends_it_and_the_tablet_forgets(hall: Hall):
    row, code = offered(hall)
    client, desk = at_the_tablet(code), hall.desk("mori")
    assert "先に端末の「おわる」でメールアドレスを入力してもらって" in text(desk.get(f"/staff/counter/{row.id}/")), "else it is lost"
    assert desk.post(f"/staff/counter/{row.id}/end/").status_code == 303
    assert client.get("/procedures/")["Location"] == "/counter/?why=ended"
    assert client.get("/procedures/").status_code == 200, "an ordinary browser again"
    assert "職員が終わらせました" in text(desk.get(f"/staff/counter/{row.id}/"))


def test_a_card_is_still_asked_for_where_it_is_needed(hall: Hall):
    _, code = offered(hall, "tanaka", CLAIM)
    client = at_the_tablet(code)
    assert "/sign-in/" in client.post(f"/p/{CLAIM}/start/")["Location"] and not Draft.objects.exists()


def test_a_stranger_learns_nothing(hall: Hall):
    row, _ = offered(hall)
    for route in STRANGERS:
        real, made_up = (reverse(route, kwargs={"help_id": str(i)}) for i in (row.id, uuid.uuid4()))
        for name in ("tanaka", "sato", "admin", "auditor"):
            desk = hall.desk(name)
            for method in ("get", "post"):
                told = [getattr(desk, method)(url).status_code for url in (real, made_up)]
                assert told[0] == told[1] and told[0] in (302, 403, 404, 405), (route, name)
        assert hall.browser("hanako").get(real).status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"
    with pytest.raises(Forbidden):
        services.help_offer(actor=hall.staff("auditor"), slug=RISAI)


def test_a_supporter_sees_nothing_else(hall: Hall):
    case = hall.case("hanako", CLAIM)
    desk = hall.desk("mori")
    assert desk.get(f"/staff/case/{case.id}/").status_code == 404 and case.receipt not in text(desk.get("/staff/"))
    for page in ("/staff/guardians/", "/staff/figures/", "/staff/rights/", "/staff/people/"):
        assert desk.get(page).status_code == 403, page


def test_what_is_long_over_is_destroyed(hall: Hall):
    row, _ = offered(hall)
    with clock.frozen(OPENING + dt.timedelta(days=2)):
        services.helps_sweep()
        row.refresh_from_db()
        assert (row.state, row.end) == ("ended", "idle")
    with clock.frozen(OPENING + dt.timedelta(days=rules.KEEP_DAYS + 1)):
        assert services.helps_sweep() == 1 and not Help.objects.exists()
    assert audit.verify() == []
