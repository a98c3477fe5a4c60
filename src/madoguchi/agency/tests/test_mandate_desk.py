"""委任 that the law has ended: the city ends it, in its pages or by the command, and the agent hears of it."""

from __future__ import annotations

import uuid
from email import message_from_bytes, policy

import pytest
from django.core.management import call_command
from django.urls import reverse
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import mandate_desk, services
from madoguchi.agency.models import Mandate
from madoguchi.agency.tests.test_mandates import RISAI, UNTIL, answers
from madoguchi.casework.models import Case
from madoguchi.identity.public import Staff
from madoguchi.intake import acting, drafts
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.models import AuditEntry, Message

STRANGERS = ("mandate_desk", "mandate_close")
SUBJECT = "代理についてのお知らせ"


@pytest.fixture
def mandate(hall: Hall) -> Mandate:
    """Hanako's, accepted by Taro."""
    hall.definition(RISAI)
    _, code = services.mandate_offer(owner=hall.owner("hanako"), name="見本太郎", scope=[RISAI], acts=["see"], ends_on=UNTIL)
    return services.mandate_answer(owner=hall.owner("taro"), code=code, accept=True)


def filed(hall: Hall, mandate: Mandate, mail: str) -> Case:
    owner = hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug=RISAI)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(mandate.id))
    draft.refresh_from_db()
    application = hall.send(owner, hall.fill(owner, draft, answers(hall)), mail=mail).application
    run_worker()
    return Case.objects.get(id=application.id)


def told(hall: Hall) -> list[str]:
    run_worker()
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted((hall.home / "mail").glob("*.eml"))]
    return [f"{mail['subject']}\n{mail.get_body(('plain',)).get_content()}" for mail in found if SUBJECT in mail["subject"]]


def test_a_clerk_ends_it_from_the_case_and_the_agent_is_told(hall: Hall, mandate: Mandate):
    case = filed(hall, mandate, "taro@example.jp")
    filed(hall, mandate, "taro@example.jp")
    filed(hall, mandate, "work@example.jp")
    begun = drafts.draft_start(owner=hall.owner("taro"), slug=RISAI)
    acting.draft_act(owner=hall.owner("taro"), draft_id=str(begun.id), mandate_id=str(mandate.id))
    page, desk = f"/staff/guardians/mandates/{mandate.id}/", hall.desk("matsuda")
    assert page not in text(hall.desk("yamada").get(f"/staff/case/{case.id}/")), "who may not end it gets the number alone"
    assert desk.get(f"/staff/guardians/mandates/?number={str(mandate.id)[:8].upper()} ")["Location"] == page
    seen = text(desk.get(page))
    for words in ("見本 花子さんから見本 太郎への委任", "民法111条・653条", "有効です"):
        assert words in seen, words
    assert AuditEntry.objects.get(action="mandate.viewed").facts == {"mandate": str(mandate.id)}
    wrong = desk.post(f"{page}end/", {"why": " "})
    assert wrong.status_code == 422
    assert "終わらせる理由" in text(wrong)
    assert desk.post(f"{page}end/", {"why": "花子さんの死亡の届出があったため"}).status_code == 303
    seen = text(desk.get(page))
    assert "市が終わらせました" in seen
    assert "終わらせる理由" not in seen
    assert desk.post(f"{page}end/", {"why": "もう一度"}).status_code == 409
    entry = AuditEntry.objects.get(action="mandate.closed")
    assert (entry.actor, entry.facts) == ("staff:matsuda", {})
    mails = told(hall)
    assert len(mails) == 2, "one to each address"
    for word in ("罹災", "花子", "太郎", "死亡", case.receipt):
        assert word not in "".join(mails), word
    assert "/my/mandates/" in mails[0]
    taro = hall.browser("taro")
    assert "市が終わらせました" in text(taro.get("/my/mandates/"))
    assert taro.get(f"/a/{begun.id}/check/")["Location"].endswith("/acting/?over=1")
    assert taro.get(f"/my/{case.id}/")["Location"].endswith("/copy/")


def test_the_command_tells_the_agent_too(hall: Hall, mandate: Mandate):
    filed(hall, mandate, "taro@example.jp")
    call_command("mandates", "end", str(mandate.id)[:8], "--why", "委任した方の死亡")
    assert len(told(hall)) == 1
    Message.objects.filter(event="agency.MandateEnded").update(done_at=None)
    assert len(told(hall)) == 1, "said again, told once"


def test_the_giver_who_revokes_it_need_not_tell_them(hall: Hall, mandate: Mandate):
    filed(hall, mandate, "taro@example.jp")
    services.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    assert len(told(hall)) == 1


def test_who_ends_it_themselves_is_told_nothing(hall: Hall, mandate: Mandate):
    filed(hall, mandate, "taro@example.jp")
    services.mandate_end(owner=hall.owner("taro"), mandate_id=str(mandate.id))
    assert told(hall) == []


def test_a_number_that_means_none_or_several_opens_nothing(hall: Hall, mandate: Mandate):
    desk = hall.desk("matsuda")
    assert desk.get("/staff/guardians/mandates/").status_code == 200
    for number in ("1a2b3c4d", str(mandate.id)[:7], "%"):
        refused = desk.get("/staff/guardians/mandates/", {"number": number})
        assert refused.status_code == 422, number
        assert "番号で、いま使える委任が一つに決まりません" in text(refused)


def test_strangers_learn_nothing(hall: Hall, mandate: Mandate):
    for route in STRANGERS:
        real, made_up = (reverse(route, kwargs={"mandate_id": key}) for key in (str(mandate.id), str(uuid.uuid4())))
        for window in [hall.desk(name) for name in ("yamada", "kobayashi", "admin", "auditor")] + [hall.browser("taro"), hall.browser("hanako")]:
            for method in ("get", "post"):
                answers_ = [getattr(window, method)(url, {"why": "なぜ"}) for url in (real, made_up)]
                assert answers_[0].status_code == answers_[1].status_code in (302, 303, 403, 404, 405), (route, answers_)
                assert "花子" not in text(answers_[0]).replace("見本 花子さんとして", "")
    for name in ("yamada", "admin", "auditor"):
        with pytest.raises(Forbidden):
            mandate_desk.mandate_looked(actor=Staff.objects.get(username=name), mandate_id=str(mandate.id))
    mandate.refresh_from_db()
    assert mandate.state == "accepted"
