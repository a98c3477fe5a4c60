"""A hand-over that was refused for good and that the administrator gives up is over: nothing of it is kept, and it holds nothing."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import transaction
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.delivery import services
from madoguchi.delivery.models import Parcel
from madoguchi.delivery.ports import Accepted, Goods, Refused
from madoguchi.kernel import audit, outbox
from madoguchi.kernel.models import AuditEntry, Message

SLUG = "jidou-teate-kifu"


class Refusing:
    """A core system that takes nothing, and what somebody does while it is still thinking."""

    meanwhile = staticmethod(lambda: None)
    answer: Accepted | Refused = Refused("column 7 too long")

    def deliver(self, goods: Goods) -> Accepted | Refused:
        self.meanwhile()
        return type(self).answer


@pytest.fixture
def core(settings, monkeypatch):
    monkeypatch.setattr(Refusing, "answer", Refused("column 7 too long"))
    monkeypatch.setattr(Refusing, "meanwhile", staticmethod(lambda: None))
    settings.CORE_SYSTEM = f"{__name__}.Refusing"
    return Refusing


@pytest.fixture
def refused(hall: Hall, core) -> Parcel:
    case = hall.case("hanako", SLUG)
    hall.decide(case, "accepted", "tanaka", "kimura", "suzuki")
    run_worker()
    return Parcel.objects.get()


def skip(hall: Hall, reason: str = "done-otherwise"):
    message = Message.objects.get(handler="delivery.deliver")
    return hall.desk("admin").post(f"/staff/operations/skip/{message.id}/", {"reason": reason})


def test_it_is_over_and_nothing_of_it_is_kept(hall: Hall, refused):
    assert services.parcels_hold(refused.case_ref) != ""
    assert "中身も消えます" in text(hall.desk("admin").get("/staff/operations/"))
    assert skip(hall).status_code == 303
    refused.refresh_from_db()
    assert (refused.state, refused.sealed, refused.skipped_by, refused.skip_reason) == ("skipped", None, "staff:admin", "done-otherwise")
    assert refused.skipped_at is not None
    assert services.parcels_hold(refused.case_ref) == "", "retention goes by this"
    assert services.parcels_open() == {"waiting": 0, "refused": 0}
    entry = AuditEntry.objects.get(action="parcel.skipped")
    assert (entry.chain, entry.actor, entry.facts["reason"]) == (f"case:{refused.case_ref}", "staff:admin", "done-otherwise")
    assert audit.verify() == []
    assert "連携先に渡さずに終わりにした" in text(hall.desk("tanaka").get(f"/staff/case/{refused.case_ref}/?tab=history"))


def test_its_section_reads_who_and_why_and_cannot_send_what_is_gone(hall: Hall, refused):
    skip(hall)
    page = text(hall.desk("tanaka").get("/staff/deliveries/"))
    for words in ("渡さずに終わりました", "職員 admin", "別の方法で済ませた", "column 7 too long"):
        assert words in page, words
    assert f"/staff/deliveries/{refused.id}/retry/" not in page
    for who in ("tanaka", "admin"):
        answer = hall.desk(who).post(f"/staff/deliveries/{refused.id}/retry/")
        assert answer.status_code == 409
        assert "もう渡せません" in text(answer) and "基幹システムに直接入力" in text(answer)
    assert hall.desk("sato").post(f"/staff/deliveries/{refused.id}/retry/").status_code == 404
    run_worker()
    refused.refresh_from_db()
    assert refused.state == "skipped"


@pytest.mark.parametrize(("answer", "state"), [(Accepted(), "delivered"), (Refused("never"), "skipped")])
def test_an_answer_that_comes_after_it_was_given_up(hall: Hall, refused, core, monkeypatch, answer, state):
    """A worker whose lease ran out still had the core system on the line."""
    message = Message.objects.get(handler="delivery.deliver")
    monkeypatch.setattr(core, "answer", answer)
    monkeypatch.setattr(core, "meanwhile", staticmethod(lambda: skip(hall, "never")))
    try:
        services.deliver(outbox.Envelope(message.key, message.event, message.case_ref, message.payload, b"", 1))
    except outbox.Refused:
        assert state == "skipped"
    refused.refresh_from_db()
    assert (refused.state, refused.sealed, refused.skipped_by) == (state, None, "staff:admin")
    assert AuditEntry.objects.filter(action="parcel.delivered").count() == (1 if state == "delivered" else 0)
    shown = text(hall.desk("tanaka").get("/staff/deliveries/"))
    assert ("受け取ったと返事がありました" in shown) == (state == "delivered")


@pytest.mark.parametrize(("handler", "words"), [("casework.open", "審査に載せなければなりません"), ("payments.refund", "返さなければなりません")])
def test_what_somebody_is_owed_is_not_given_up(hall: Hall, handler, words):
    """An application that no clerk ever sees would be the end of it."""
    def refuses(message: outbox.Envelope) -> None:
        raise outbox.Refused("E42")

    outbox.subscribe("test.Owed", handler, refuses)
    try:
        with transaction.atomic():
            outbox.publish("test.Owed", case_ref="owed", key="owed", payload={})
        run_worker()
    finally:
        outbox._handlers.pop("test.Owed")
    message = Message.objects.get(key="owed")
    page = text(hall.desk("admin").get("/staff/operations/"))
    assert words in page
    assert f"/staff/operations/skip/{message.id}/" not in page
    answer = hall.desk("admin").post(f"/staff/operations/skip/{message.id}/", {"reason": "never"})
    assert (answer.status_code, words in text(answer)) == (422, True)
    message.refresh_from_db()
    assert message.state == "parked"


def test_those_given_up_before_are_over_too(refused):
    fill = import_module("madoguchi.delivery.migrations.0003_skipped_before")
    message = Message.objects.get(handler="delivery.deliver")
    fill.give_up(_apps(), None)
    refused.refresh_from_db()
    assert refused.state == "refused", "it still waits for a person"
    outbox.skip_parked(message_id=message.id)
    fill.give_up(_apps(), None)
    refused.refresh_from_db()
    assert (refused.state, refused.sealed) == ("skipped", None)
    assert refused.skipped_at is not None


def _apps():
    from django.apps import apps

    return apps
