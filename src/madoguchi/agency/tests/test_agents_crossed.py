"""Where the end of a 委任 or of a legal representation meets a fee, a correction, a message, the result: nobody is told what is not so."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.management import CommandError, call_command
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import guardian_desk, services
from madoguchi.casework import services as desk_work
from madoguchi.casework import talk
from madoguchi.casework.errors import NotNow
from madoguchi.casework.models import Case
from madoguchi.intake import acting, applications, drafts, filing, listing, second
from madoguchi.intake.forgetting import unpaid_sweep
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail
from madoguchi.payments import cashier
from madoguchi.payments.models import Payment

from .test_guardians import CARD, started
from .test_guardians import accepted as represented
from .test_mandates import HANAKO, UNTIL, accepted, filed, offer  # noqa: F401

KAZEI, DUE = "kazei-shoumei", OPENING.date() + dt.timedelta(days=14)


@pytest.fixture
def ordered(hall: Hall) -> Application:
    """Taro, whom Hanako lets file and nothing more, has ordered a certificate for her: its fee comes first."""
    hall.definition(KAZEI)
    row, code = services.mandate_offer(owner=hall.owner("hanako"), name="見本太郎", scope=[KAZEI], acts=[], ends_on=UNTIL)
    mandate = services.mandate_answer(owner=hall.owner("taro"), code=code, accept=True)
    taro = hall.owner("taro")
    draft = drafts.draft_start(owner=taro, slug=KAZEI)
    acting.draft_act(owner=taro, draft_id=str(draft.id), mandate_id=str(mandate.id))
    draft.refresh_from_db()
    plain = {"filer": "agent", "name": {"sei": "見本", "mei": "太郎"}, "born": "1988-03-02", "target_name": HANAKO, "target_born": "1991-07-25",
             "year": 8, "copies": 2, "receive": "counter", "exempt": False}
    place = {"zip": "9260811", "city": "石川県七尾市", "town": "神明町", "lot": "1", "building": ""}
    hall.fill(taro, draft, hall.answers(KAZEI) | {"address": place, "target_address": place} | plain)
    return filing.application_submit(owner=taro, draft_id=str(draft.id), mail="taro@example.jp").application


def test_who_may_only_file_can_pay_what_they_filed(hall: Hall, ordered):
    taro, url = hall.browser("taro"), f"/my/{ordered.id}/"
    copy = text(taro.get(f"{url}filed/", follow=True))
    assert "お支払いが残っています" in copy and "お手続きを受け付けました" not in copy and f'href="{url}pay/"' in copy
    assert "お支払いを待っています" in text(taro.get("/my/"))
    assert "600円" in text(taro.get(f"{url}pay/")) and taro.get(f"{url}pay/receipt/").status_code == 404
    for other in ("jiro", ""):
        assert hall.browser(other).get(f"{url}pay/").status_code in (303, 404)
        assert "600円" not in text(hall.browser(other).get(f"{url}pay/", follow=True))
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(Payment.objects.get().id), tendered=1000)
    run_worker()
    assert taro.get(f"{url}pay/")["Location"] == taro.get(f"{url}pay/back/")["Location"] == f"{url}copy/"
    assert taro.post(f"{url}pay/cancel/").status_code == 404
    after = text(taro.get(f"{url}copy/"))
    assert "お支払いが残っています" not in after and f'href="{url}pay/receipt/"' in after
    assert taro.get(f"{url}pay/receipt/").status_code == 200
    assert "お支払いを待っています" not in text(taro.get("/my/"))


def test_who_filed_hears_that_it_ran_out(hall: Hall, ordered):
    run_worker()
    before = Mail.objects.count()
    with clock.frozen(clock.now() + dt.timedelta(days=9)):
        from madoguchi.payments import services as payments

        payments.payments_expire()
        run_worker()
        unpaid_sweep()
    assert Application.objects.get().status == "lapsed" and Mail.objects.count() == before + 1
    assert "お手続きは取り消されました" in text(hall.browser("taro").get(f"/my/{ordered.id}/copy/"))


def asked(hall: Hall, row: Application, path: str) -> None:
    Case.objects.update(section="kosodate")  # whose people the hall knows
    desk_work.correction_request(actor=hall.staff("tanaka"), case_id=str(row.id), items=[(path, "日中の番号にしてください")], due_on=DUE)
    run_worker()


def staff_page(hall: Hall, row: Application, at: str) -> str:
    return text(hall.desk("tanaka").get(f"/staff/case/{row.id}/{at}"))


def test_what_an_agent_sends_after_the_end_is_said_not_to_have_arrived(hall: Hall, accepted):  # noqa: F811
    mandate = accepted()
    row = filed(hall, mandate)
    run_worker()
    asked(hall, row, "agent_phone")
    taro, url = hall.browser("taro"), f"/my/{row.id}/correct/"
    assert taro.get(url).status_code == 200
    services.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    late = taro.post(url, {"_action": "send", "agent_phone": "0767530009"})
    assert late.status_code == 404 and "いま送った内容は届いていません" in text(late) and "見つかりません" not in text(late)
    assert "控えは、マイページで" in text(taro.get(url))
    assert "見つかりません" in text(hall.browser("jiro").get(url)), "strangers learn nothing"
    assert hall.browser("hanako").post(url, {"_action": "send", "agent_phone": "0767530009"}).status_code == 303


def test_the_section_reads_when_nobody_is_mailed(hall: Hall, accepted):  # noqa: F811
    mandate = accepted()
    row = filed(hall, mandate)
    run_worker()
    Case.objects.update(section="kosodate")
    for at in ("?tab=talk", "correct/"):
        assert "だれにも届きません" not in staff_page(hall, row, at)
    services.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    run_worker()
    before = Mail.objects.count()  # the last one says that it ended
    assert "だれにも届きません" in staff_page(hall, row, "correct/")
    asked(hall, row, "agent_phone")
    page = staff_page(hall, row, "?tab=talk")
    assert "だれにも届いていません" in page and "お知らせのメールは、だれにも届きません" in page and "というメールが届きます" not in page
    talk.talk_write(actor=hall.staff("tanaka"), case_id=str(row.id), text="お電話ください")
    run_worker()
    assert Mail.objects.count() == before
    assert "お電話ください" in text(hall.browser("hanako").get(f"/my/{row.id}/"))


def test_a_representation_that_ended_leaves_nobody_who_reads(hall: Hall):
    guardian = represented(hall)
    owner, draft = hall.owner("taro"), started(hall, guardian)
    row = hall.send(owner, draft, mail="taro@example.jp").application
    assert row.slug == CARD
    run_worker()
    Case.objects.update(section="kosodate")
    page = staff_page(hall, row, "?tab=talk")
    assert "（試用 うめさん）が見られる画面はありません" in page and "ご本人（試用 うめさん）は、マイナンバー" not in page
    guardian_desk.claim_end(actor=hall.staff("matsuda"), guardian_id=str(guardian.id), why="終わったとの届出")
    asked(hall, row, "applicant_phone")
    page = staff_page(hall, row, "?tab=talk")
    assert "法定代理の確認が終わっているので、画面からは答えられません" in page and 'id="talk"' not in page
    with pytest.raises(NotNow, match="not_now") as refused:
        talk.talk_write(actor=hall.staff("tanaka"), case_id=str(row.id), text="お電話ください")
    assert "法定代理の確認が終わっている" in refused.value.ja
    copy = text(hall.browser("taro").get(f"/my/{row.id}/copy/"))
    assert "法定代理の確認が終わっているため" in copy and "ご本人のマイページ" not in copy


def test_who_represents_by_law_may_doubt_the_result_and_a_mandate_for_filing_may_not(hall: Hall, accepted):  # noqa: F811
    row, taro = filed(hall, accepted()), hall.owner("taro")
    assert not second.is_own(taro, row) and second.is_own(hall.owner("hanako"), row)
    row.acting, row.principal = row.acting | {"kind": "guardian"}, ""
    assert second.is_own(taro, row) and not second.is_own(hall.owner("jiro"), row) and not second.is_own(None, row)
    assert applications.application_get(owner=taro, application_id=str(row.id))


def test_the_person_reads_what_their_agent_did(hall: Hall, accepted):  # noqa: F811
    row = filed(hall, accepted())
    run_worker()
    asked(hall, row, "agent_phone")
    taro, hanako, url = hall.browser("taro"), hall.browser("hanako"), f"/my/{row.id}/"
    assert taro.post(f"{url}correct/", {"_action": "send", "agent_phone": "0767530009"}).status_code == 303
    run_worker()
    asked(hall, row, "agent_phone")
    assert hanako.post(f"{url}correct/", {"_action": "send", "agent_phone": "0767530008"}).status_code == 303
    assert "見本 花子さんの代理として取り下げます" in text(taro.get(f"{url}withdraw/"))
    assert "代理として取り下げます" not in text(hanako.get(f"{url}withdraw/"))
    assert taro.post(f"{url}withdraw/").status_code == 303
    run_worker()
    page = text(hanako.get(url))
    assert page.count("直した内容を送りました（代理：見本 太郎）") == 1 and page.count("直した内容を送りました") == 2
    assert "取下げを申し出ました（代理：見本 太郎）" in page
    history = re.findall(r'data-l="だれ">([^<]+)</td><td data-l="行い">([^<]+)<', text(hall.desk("tanaka").get(f"/staff/case/{row.id}/?tab=history")))
    assert ("手続きした方（代理の方）", "取下げを申し出た") in history
    assert [who for who, what in history if what == "補正の答えを送った"] == ["手続きした方", "手続きした方（代理の方）"]


def test_what_waits_for_who_filed_it_is_listed_however_much_they_filed_since(hall: Hall, accepted, monkeypatch):  # noqa: F811
    mandate = accepted()
    old = filed(hall, mandate)
    run_worker()
    asked(hall, old, "agent_phone")
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        newer = filed(hall, mandate)
    monkeypatch.setattr(listing, "LISTED", 1)
    assert [row.id for row in listing.application_list(owner=hall.owner("taro"))] == [newer.id, old.id]


def test_everybody_sees_who_wrote_a_message(hall: Hall, accepted):  # noqa: F811
    row, said, tax = filed(hall, accepted()), "お電話ください", "yamada"
    run_worker()
    talk.talk_write(actor=hall.staff(tax), case_id=str(row.id), text=said)
    run_worker()
    url, taro, hanako = f"/my/{row.id}/", hall.browser("taro"), hall.browser("hanako")
    assert taro.post(f"{url}talk/", {"text": "太郎が答えます"}).status_code == 303
    assert hanako.post(f"{url}talk/", {"text": "花子が答えます"}).status_code == 303
    run_worker()

    def who(page: str) -> list[str]:
        found = {words: writer for writer, words in re.findall(r'<p class="line">([^　]+?)　.*?</p><p>(.*?)</p>', page)}
        return [found["太郎が答えます"], found["花子が答えます"]]

    desk = text(hall.desk(tax).get(f"/staff/case/{row.id}/?tab=talk"))
    assert who(text(taro.get(url))) == ["あなたから", "ご本人から"]
    assert who(text(hanako.get(url))) == ["代理の見本 太郎さんから", "あなたから"]
    hanako.cookies["ui_lang"] = "en"
    foreign = text(hanako.get(url))
    assert "From your agent, " in foreign and "From you · " in foreign and "あなたから" not in foreign
    assert "代理の見本 太郎さんから" in desk and "手続きした方から" in desk and desk.count('<span class="chip notice">未読</span>') == 2



def test_the_case_says_that_what_it_was_filed_on_has_ended(hall: Hall, accepted):  # noqa: F811
    """The band named the day until which it was to last, also after both sides (or the city, at a death) had ended it."""
    mandate, row = accepted(), represented(hall)
    of_mandate = filed(hall, mandate)
    by_law = hall.send(hall.owner("taro"), started(hall, row)).application
    run_worker()
    pages = {f"/staff/case/{of_mandate.id}/": "yamada", f"/staff/case/{by_law.id}/": "sato"}
    for page, who in pages.items():
        assert "いまは終わっています" not in text(hall.desk(who).get(page))
    services.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    guardian_desk.claim_end(actor=hall.staff("matsuda"), guardian_id=str(row.id), why="ご本人が亡くなったため")
    for page, who in pages.items():
        seen = text(hall.desk(who).get(page))
        assert "まで。いまは終わっています" in seen
        assert f"{UNTIL.isoformat()}まで" not in seen, "a day as people write it"


def test_a_mandate_whose_giver_has_died_is_ended_by_the_city(hall: Hall, accepted):  # noqa: F811
    """民法111条1項1号: neither side is there to end it, and its agent could file on for somebody dead."""
    mandate = accepted()
    row = filed(hall, mandate)
    draft = drafts.draft_start(owner=hall.owner("taro"), slug=row.slug)
    acting.draft_act(owner=hall.owner("taro"), draft_id=str(draft.id), mandate_id=str(mandate.id))
    run_worker()
    for wrong in ("", "1234", "00000000", f"{mandate.id}0"):
        with pytest.raises(CommandError):
            call_command("mandates", "end", wrong, "--why", "委任した方の死亡")
    with pytest.raises(CommandError):
        call_command("mandates", "end", str(mandate.id)[:8], "--why", " ")
    assert "いまは終わっています" not in text(hall.desk("yamada").get(f"/staff/case/{row.id}/"))
    call_command("mandates", "end", str(mandate.id)[:8], "--why", "委任した方の死亡")
    assert "いまは終わっています" in text(hall.desk("yamada").get(f"/staff/case/{row.id}/"))
    taro = hall.browser("taro")
    assert taro.get(f"/a/{draft.id}/event/")["Location"].endswith("/acting/?over=1")
    assert "代理で送った手続きの控え" in text(taro.get(f"/my/{row.id}/", follow=True))
    assert "市が終わらせました" in text(taro.get(f"/my/mandates/{mandate.id}/"))
    entry = AuditEntry.objects.filter(chain=f"mandate:{mandate.id}").latest("seq")
    assert (entry.action, entry.actor) == ("mandate.closed", "command")
    assert audit.verify() == []
    with pytest.raises(CommandError):
        call_command("mandates", "end", str(mandate.id), "--why", "委任した方の死亡")
