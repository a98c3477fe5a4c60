"""A standing 委任: nothing works before the other side accepts, everything ends at once, and strangers learn nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import rules, selectors, services
from madoguchi.agency.errors import InvitationWrong, MandateNotFound, MandateOver
from madoguchi.agency.models import Mandate
from madoguchi.casework.models import Case
from madoguchi.identity.public import person_of
from madoguchi.intake import acting, applications, drafts, filing, listing
from madoguchi.intake.errors import AnswersWrong
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry

STRANGERS = ("mandate", "mandate_end", "copy", "copy_receipt")
RISAI = "risai-shoumei"
HANAKO = {"sei": "見本", "mei": "花子"}
UNTIL = OPENING.date() + dt.timedelta(days=90)


@pytest.fixture
def offer(hall: Hall):
    """Hanako offers Taro a mandate; the definition is published."""
    hall.definition(RISAI)

    def make(name: str = "見本太郎", scope: str = RISAI, acts: tuple[str, ...] = ("see", "messages"), until: dt.date = UNTIL):
        return services.mandate_offer(owner=hall.owner("hanako"), name=name, scope=[scope], acts=list(acts), ends_on=until)

    return make


@pytest.fixture
def accepted(hall: Hall, offer):
    def make(**more):
        row, code = offer(**more)
        return services.mandate_answer(owner=hall.owner("taro"), code=code, accept=True)

    return make


def test_who_gave_it_may_look_at_their_own_link(hall: Hall, offer):
    _, code = offer()
    for _ in range(rules.TRIES + 1):
        with pytest.raises(InvitationWrong):
            services.invitation_read(owner=hall.owner("hanako"), code=code)
    assert services.mandate_answer(owner=hall.owner("taro"), code=code, accept=True).state == "accepted"


def answers(hall: Hall, **more):
    """The form as an agent fills it, of a person born when Hanako was."""
    out = hall.answers(RISAI) | {
        "filer": "agent", "relation": "head", "name": HANAKO, "born": "1991-07-25", "agent_name": {"sei": "見本", "mei": "太郎"},
        "agent_address": {"zip": "9260811", "city": "石川県七尾市", "town": "神明町", "lot": "1", "building": ""},
        "agent_phone": "0767123456", "agent_relation": "兄"} | more
    out.pop("corp_name", None)
    return out


def filed(hall: Hall, mandate: Mandate, **more) -> Application:
    owner = hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug=RISAI)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(mandate.id))
    draft.refresh_from_db()
    hall.fill(owner, draft, answers(hall, **more))
    return filing.application_submit(owner=owner, draft_id=str(draft.id), mail="taro@example.jp").application


# --- the way through the pages

DAY = {"ends.era": "r", "ends.y": "9", "ends.m": "2", "ends.d": "1"}


@pytest.mark.parametrize(("typed", "leads"), [
    ({}, "ends-y"), (DAY | {"ends.era": ""}, "ends-era-r"), (DAY | {"ends.m": "13"}, "ends-m"), (DAY | {"ends.y": "20"}, "ends-y")])
def test_the_last_day_is_typed_as_every_other_day(hall: Hall, typed, leads):
    """In 和暦 or 西暦; what is wrong leads to the box that is wrong, and what was typed stays."""
    hall.definition(RISAI)
    page = text(hall.browser("hanako").post("/my/mandates/new/", {"name": "見本 太郎", "scope": RISAI} | typed))
    assert re.findall(r'<li><a href="#([^"]+)">', page) == [leads]
    assert f'id="{leads}"' in page
    for part, value in typed.items():
        assert part == "ends.era" or re.search(rf'name="{part}" value="{value}"', page)


def test_the_last_day_may_be_western(hall: Hall):
    hall.definition(RISAI)
    sent = hall.browser("hanako").post("/my/mandates/new/", {"name": "見本 太郎", "scope": RISAI} | DAY | {"ends.era": "ad", "ends.y": "2027"})
    assert sent.status_code == 303
    assert Mandate.objects.get().ends_on == dt.date(2027, 2, 1)


def test_a_name_that_is_too_long_is_told_and_not_cut(hall: Hall):
    """Cut, it was the name of nobody: the invitation could not be accepted, and nothing said why."""
    hall.definition(RISAI)
    sent = hall.browser("hanako").post("/my/mandates/new/", {"name": "見" * 81, "scope": RISAI} | DAY)
    assert sent.status_code == 422 and not Mandate.objects.exists()
    assert "代理を頼む方の氏名は80文字以内で入力してください" in text(sent) and "見" * 81 in text(sent)


def test_the_last_day_of_a_mandate_to_an_organisation(hall: Hall):
    """The same field; a fault leads to a field that is on the page."""
    care, address, ume = "kaigo-nintei-shinki", "/my/mandates/organisation/", hall.browser("ume")
    hall.definition(care)
    sent = {"organisation": str(hall.organisation("kyotaku", care).id), "scope": care}

    def told(**more: str) -> list[str]:
        page = text(ume.post(address, sent | DAY | more))
        assert 'name="ends.y" value="' in page or not more.get("organisation", "x")
        return re.findall(r'<li><a href="#([^"]+)">', page)

    assert told(**{"ends.y": "きのう"}) == ["ends-y"]
    assert told(**{"ends.y": "20"}) == ["ends-y"], "farther than a mandate may run"
    assert told(scope="", **{"ends.m": "13"}) == ["scope", "ends-m"]
    assert told(organisation="", **{"ends.y": "きのう"}) == ["organisation"]
    assert not Mandate.objects.exists()
    assert ume.post(address, sent | DAY).status_code == 303
    assert Mandate.objects.get().ends_on == dt.date(2027, 2, 1)



def test_from_the_invitation_to_the_case(hall: Hall):
    hall.definition(RISAI)
    hanako, taro = hall.browser("hanako"), hall.browser("taro")
    wrong = hanako.post("/my/mandates/new/", {"name": "", "ends.era": "r", "ends.y": "きのう"})
    assert wrong.status_code == 422
    for words in ("氏名を入力", "任せる手続きを選んで", "終わりの日の「年」は"):
        assert words in text(wrong)
    sent = hanako.post("/my/mandates/new/", {"name": "見本 太郎", "scope": RISAI, "acts": ["see"], "mail": "taro@example.jp"} | DAY)
    assert sent.status_code == 303
    page = text(hanako.get(sent["Location"]))
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)[0]
    assert code not in text(hanako.get(sent["Location"])), "shown once"
    run_worker()
    mail = next((hall.home / "mail").glob("*")).read_text()
    assert "花子" not in mail and "罹災" not in mail
    assert acting.offers(hall.owner("taro"), RISAI) == [], "nothing before acceptance"
    typed = taro.post("/my/mandates/code/", {"code": code.lower().replace("-", " ")})
    shown = text(taro.get(typed["Location"]))
    assert "見本 花子" in shown and "罹災証明書" in shown
    assert taro.post(typed["Location"], {"answer": "accept"}).status_code == 303
    start = taro.post(f"/p/{RISAI}/start/")
    assert start["Location"].endswith("/acting/")
    assert "見本 花子さんの代理" in text(taro.get(start["Location"]))
    assert taro.post(start["Location"], {}).status_code == 422
    mandate = Mandate.objects.get()
    first = taro.post(start["Location"], {"mandate": str(mandate.id)})["Location"]
    assert "見本 花子さんの代理" in text(taro.get(first))
    draft = drafts.Draft.objects.get()
    hall.fill(hall.owner("taro"), draft, answers(hall))
    base = f"/a/{draft.id}/"
    assert "委任状の添付は要りません" in text(taro.get(base + "documents/"))
    done = taro.post(base + "check/", {"ok": "yes"})
    assert done.status_code == 303, text(done)[:3000]
    run_worker()
    case = Case.objects.get()
    assert case.acting == {"kind": "mandate", "mandate": str(mandate.id), "name": "見本 太郎", "giver": "見本 花子", "until": "2027-02-01"}
    seen = text(hall.desk("yamada").get(f"/staff/case/{case.id}/"))
    assert "代理 見本 太郎" in seen and "委任状：" not in seen
    assert "代理の見本 太郎さんが送信" in text(hanako.get("/my/"))
    assert hanako.get(f"/my/{case.id}/").status_code == taro.get(f"/my/{case.id}/").status_code == 200
    assert AuditEntry.objects.get(action="application.filed").facts["mandate"] == str(mandate.id)
    assert [e.action for e in AuditEntry.objects.filter(chain=f"mandate:{mandate.id}").order_by("seq")] == ["mandate.offered", "mandate.accepted"]
    assert audit.verify() == []


def test_the_giver_is_filled_in_and_nothing_of_it_is_kept(hall: Hall, accepted):
    mandate, owner, taro = accepted(), hall.owner("taro"), hall.browser("taro")
    draft = drafts.draft_start(owner=owner, slug=RISAI)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(mandate.id))
    d = hall.definition(RISAI)
    draft.refresh_from_db()
    basis = acting.mandate_of(owner, draft)
    found = acting.card_values(d, d.step("applicant_page"), {"filer": "agent", "relation": "head"}, draft, basis)
    assert (found["name"], found["born"]) == (HANAKO, "1991-07-25")
    assert {v["zip"] for v in found.values() if "zip" in v} == {"9260045"}, "no card says it, the town does"
    agent = acting.card_values(d, d.step("agent_page"), {"filer": "agent"}, draft, basis)
    assert agent["agent_name"] == {"sei": "見本", "mei": "太郎"}
    draft.refresh_from_db()
    assert "花子" not in str(draft.card) and draft.answers == {}
    services.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    answer = taro.get(f"/a/{draft.id}/event/")
    assert answer["Location"].endswith("/acting/?over=1")
    assert "代理が終わりました" in text(taro.get(answer["Location"])) and "花子" not in text(taro.get(answer["Location"]))


# --- what ends, ends at once


@pytest.mark.parametrize("who", ["hanako", "taro"])
def test_either_side_ends_it_and_the_agent_keeps_the_copy_alone(hall: Hall, accepted, who):
    mandate = accepted()
    application = filed(hall, mandate)
    run_worker()
    taro, hanako, url = hall.browser("taro"), hall.browser("hanako"), f"/my/{application.id}/"
    assert taro.get(url).status_code == 200
    assert hall.browser(who).post(f"/my/mandates/{mandate.id}/end/").status_code == 303
    assert taro.get(url)["Location"] == f"{url}copy/"
    page = text(taro.get(f"{url}copy/"))
    assert application.receipt in page and "見本 花子さんの代理として" in page
    assert taro.get(f"{url}copy/receipt/").status_code == 200
    assert taro.get(f"{url}filed/")["Location"] == f"{url}copy/?sent=1"
    for path in ("correct/", "receipt/"):
        assert taro.get(url + path).status_code == 404, path
    for path in ("withdraw/", "documents/"):
        assert taro.post(url + path).status_code == 404, path
    assert hanako.get(url).status_code == 200 and application.receipt in text(hanako.get("/my/"))
    assert f"{url}copy/" in text(taro.get("/my/"))
    assert hanako.get(f"{url}copy/").status_code == hall.browser("jiro").get(f"{url}copy/").status_code == 404
    with pytest.raises(MandateOver):
        filed(hall, mandate)
    for browser in (hanako, taro):
        assert "終わらせました" in text(browser.get(f"/my/mandates/{mandate.id}/")), "listed with its history on both sides"


def test_its_last_day_counts_whole_and_then_it_is_over(hall: Hall, accepted):
    mandate, owner = accepted(), hall.owner("taro")
    for days, works in ((0, True), (1, False)):
        with clock.frozen(dt.datetime.combine(UNTIL, dt.time(23, 59), clock.JST) + dt.timedelta(days=days)):
            assert bool(acting.offers(owner, RISAI)) == works == selectors.works(mandate)


def test_without_the_act_the_agent_files_and_sees_only_the_copy(hall: Hall, accepted):
    application = filed(hall, accepted(acts=()))
    run_worker()
    assert hall.browser("taro").get(f"/my/{application.id}/")["Location"].endswith("/copy/")
    with pytest.raises(NotFound):
        applications.application_get(owner=hall.owner("taro"), application_id=str(application.id))
    assert not acting.tells(application)
    assert [a.id for a in listing.application_list(owner=hall.owner("hanako"))] == [application.id]
    assert listing.application_list(owner=hall.owner("taro")) == []


def test_news_is_mailed_only_while_the_mandate_says_so(hall: Hall, accepted):
    mandate = accepted()
    application = filed(hall, mandate)
    assert acting.tells(application)
    services.mandate_end(owner=hall.owner("taro"), mandate_id=str(mandate.id))
    assert not acting.tells(application)


def test_a_revocation_that_comes_first_stops_the_filing(hall: Hall, accepted):
    mandate, owner = accepted(), hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug=RISAI)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(mandate.id))
    draft.refresh_from_db()
    hall.fill(owner, draft, answers(hall))
    services.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    with pytest.raises(MandateOver):
        filing.application_submit(owner=owner, draft_id=str(draft.id))
    assert not Application.objects.exists()


# --- what it may not be used for


@pytest.mark.parametrize(("more", "at"), [({"name": {"sei": "試用", "mei": "うめ"}}, "name"), ({"born": "1944-11-03"}, "born"),
                                         ({"filer": "self"}, "filer")])
def test_it_serves_for_nobody_but_its_giver(hall: Hall, accepted, more, at):
    with pytest.raises(AnswersWrong) as wrong:
        filed(hall, accepted(), **more)
    assert [f.question for f in wrong.value.faults] == [at]


def test_it_serves_for_nothing_outside_its_scope(hall: Hall, accepted):
    hall.definition("ninshin-todoke")
    mandate, owner = accepted(), hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug="ninshin-todoke")
    assert acting.offers(owner, "ninshin-todoke") == []
    with pytest.raises(MandateOver):
        acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(mandate.id))


def test_a_field_of_life_covers_its_procedures(hall: Hall, accepted):
    assert acting.offers(hall.owner("taro"), RISAI) == []
    accepted(scope="event:disaster")
    assert [m.other for m in acting.offers(hall.owner("taro"), RISAI)] == ["見本 花子"]


# --- strangers


def test_only_the_person_named_can_accept_and_five_others_close_it(hall: Hall, offer):
    _, code = offer()
    with pytest.raises(InvitationWrong):
        services.mandate_answer(owner=hall.owner("hanako"), code=code, accept=True)
    for _ in range(4):
        with pytest.raises(InvitationWrong):
            services.invitation_read(owner=hall.owner("jiro"), code=code)
    with pytest.raises(InvitationWrong):
        services.invitation_read(owner=hall.owner("taro"), code=code)
    assert Mandate.objects.get().state == "offered"


@pytest.mark.parametrize("card, typed", [("髙橋 𠮷男", "高橋吉男"), ("渡邉　うめ", "渡辺 うめ"), ("NGUYEN THI LAN", "Nguyễn Thị Lan")])
def test_a_name_is_taken_as_people_can_type_it(hall: Hall, offer, monkeypatch, card, typed):
    _, code = offer(name=typed)
    monkeypatch.setattr(services, "person_of", lambda owner: dataclasses.replace(person_of(owner), name=card))
    assert services.invitation_read(owner=hall.owner("taro"), code=code).state == "offered"


@pytest.mark.parametrize("one, other", [("斎藤 一", "斉藤 一"), ("見本 花子", "見本 華子"), ("", ""), (" ", "　")])
def test_other_names_stay_others(one, other):
    assert not rules.same_name(one, other)


def test_an_invitation_serves_once_and_not_for_ever(hall: Hall, offer, accepted):
    _, code = offer()
    services.mandate_answer(owner=hall.owner("taro"), code=code, accept=False)
    _, late = offer()
    for used, days in ((code, 0), (late, rules.OFFER_DAYS + 1), ("ZZZZ-ZZZZ-ZZZZ", 0), ("", 0)):
        with clock.frozen(OPENING + dt.timedelta(days=days)), pytest.raises(InvitationWrong):
            services.mandate_answer(owner=hall.owner("taro"), code=used, accept=True)
    assert not Mandate.objects.filter(state="accepted").exists()


def test_a_stranger_cannot_tell_that_a_mandate_exists(hall: Hall, accepted):
    import uuid

    from django.urls import reverse

    mandate = accepted()
    application = filed(hall, mandate)
    for route in STRANGERS:
        key, mine = ("application_id", application.id) if "copy" in route else ("mandate_id", mandate.id)
        real, made_up = (reverse(route, kwargs={key: str(i)}) for i in (mine, uuid.uuid4()))
        jiro = hall.browser("jiro")
        for method in ("get", "post"):  # a button's address leads to its page, a page's takes no form
            told = [getattr(jiro, method)(url) for url in (real, made_up)]
            assert told[0].status_code == told[1].status_code and told[0].status_code in (302, 404, 405), route
            assert getattr(hall.browser(), method)(real).status_code in (303, 302, 405), route
    with pytest.raises(MandateNotFound):
        services.mandate_end(owner=hall.owner("jiro"), mandate_id=str(mandate.id))
    assert "花子" not in text(hall.browser("jiro").get("/my/mandates/"))
    mandate.refresh_from_db()
    assert mandate.state == "accepted"


def test_what_is_over_for_long_is_destroyed_and_the_chain_stays(hall: Hall, accepted, settings):
    mandate = accepted()
    filed(hall, mandate)
    services.mandate_end(owner=hall.owner("taro"), mandate_id=str(mandate.id))
    for years, left in ((4, 1), (6, 0)):
        with clock.frozen(OPENING + dt.timedelta(days=366 * years)):
            services.mandates_sweep()
            assert Mandate.objects.count() == left
    assert audit.verify() == []
    assert AuditEntry.objects.filter(action="mandate.destroyed").count() == 1
