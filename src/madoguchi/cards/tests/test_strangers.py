"""Every address of this room that has an id in it, for the section and for everybody else (tests/meta)."""

from __future__ import annotations

import uuid

from django.urls import reverse

from madoguchi.cards import expiries
from madoguchi.cards.models import Card, Expiry
from madoguchi.kernel.models import AuditEntry

from .conftest import notified
from .test_expiries import sheet as ends
from .test_outings import made

# route → the ids it carries
STRANGERS = {"card_one": ("card_id",), "card_hand": ("card_id",), "card_return": ("card_id",), "card_sheets": ("batch_id",),
             "card_outing": ("key",), "card_expiry_drop": ("expiry_id",), "card_consent": ("card_id",), "card_outing_cancel": ("key",),
             "card_outing_change": ("key",)}
FORMS = {"card_expiry_drop", "card_consent", "card_hand", "card_return", "card_outing_cancel"}
PAGES = ("", "import/", "letters/", "outings/", "rates/", "rates/rates.csv", "expiries/", "expiries/expiries.csv")
WHOLE = {"card_outing", "card_outing_cancel", "card_outing_change"}  # who is not of the section is told so, whatever the key


def ending(hall) -> str:
    expiries.expiries_import(actor=hall.staff("okada"), data=ends())
    return str(Expiry.objects.first().id)


def answers(client, ids):
    out = []
    for name in sorted(STRANGERS):
        url = reverse(name, kwargs={key: ids[key] for key in STRANGERS[name]})
        out.append((name, getattr(client, "post" if name in FORMS else "get")(url, {"why": "moved"}).status_code))
    return out


def test_strangers_cannot_tell_that_a_card_is_there(hall) -> None:
    card = notified(hall)[0]
    ids = {"card_id": str(card.id), "batch_id": card.letters.get().batch_id, "key": made(hall).key, "expiry_id": ending(hall)}
    before = AuditEntry.objects.count(), list(Card.objects.values_list("state", flat=True))
    for who in ("tanaka", "sato", "admin", "auditor", "mori"):
        desk = hall.desk(who)
        found = answers(desk, ids)
        assert {(status, name in WHOLE) for name, status in found} == {(404, False), (403, True)}, who
        assert found == answers(desk, {"card_id": str(uuid.uuid4()), "batch_id": 987654, "key": "o-made-up", "expiry_id": str(uuid.uuid4())})
        assert {desk.get(f"/staff/cards/{tail}").status_code for tail in PAGES} == {403}
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, status in answers(client, ids)} == {302}
    assert before == (AuditEntry.objects.count(), list(Card.objects.values_list("state", flat=True)))
    assert all(status < 400 for _, status in answers(hall.desk("okada"), ids) if status not in (409, 422))
