"""Every address of this room that has an id in it, for whose it is and for everybody else (tests/meta)."""

from __future__ import annotations

import uuid

from django.urls import reverse

from madoguchi.kernel.models import AuditEntry
from madoguchi.queue import kiosks
from madoguchi.queue.models import Desk, Kiosk, Ticket

from .conftest import taken

# route → the ids it carries
STRANGERS = {
    "staff_queue_ticket": ("ticket_id",), "staff_desk": ("counter", "seat"), "staff_desk_press": ("counter", "seat"),
    "staff_kiosk_end": ("kiosk_id",),
}
FORMS = {"staff_desk_press", "staff_kiosk_end"}


def answers(client, ids):
    """(route, method, status) of every address, by the methods that it knows."""
    out = []
    for name, parts in sorted(STRANGERS.items()):
        url = reverse(name, kwargs={key: ids[key] for key in parts})
        for method in ("post",) if name in FORMS else ("get",):
            response = getattr(client, method)(url, {"act": "open"} if method == "post" else {})
            out.append((name, method, response.status_code))
    return out


def test_strangers_cannot_tell_that_a_ticket_or_a_counter_exists(hall) -> None:
    ticket = taken()
    device, _ = kiosks.kiosk_make(actor=hall.staff("yamada"), section="zeimu", name="入口", everywhere=False)
    ids = {"ticket_id": str(ticket.id), "counter": "zeimu", "seat": 0, "kiosk_id": device.id}
    nothing = {"ticket_id": str(uuid.uuid4()), "counter": "nowhere", "seat": 0, "kiosk_id": 987654}
    before = AuditEntry.objects.count(), list(Ticket.objects.values()), list(Kiosk.objects.values()), Desk.objects.count()
    for who in ("sato", "admin", "auditor", "mori"):
        assert {status for _, _, status in answers(hall.desk(who), ids)} == {404}, who
        assert answers(hall.desk(who), ids) == answers(hall.desk(who), nothing)
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} == {302}, "a resident is no member of staff"
    assert before == (AuditEntry.objects.count(), list(Ticket.objects.values()), list(Kiosk.objects.values()), Desk.objects.count())
    assert hall.desk("yamada").get(reverse("staff_desk", kwargs={"counter": "zeimu", "seat": 1})).status_code == 404, "the counter has one seat"
    assert all(status != 404 for _, _, status in answers(hall.desk("yamada"), ids))


def test_a_ticket_opens_by_its_address_alone_and_a_made_up_one_does_not(hall) -> None:
    ticket, nothing = taken(), uuid.uuid4()
    assert hall.browser().get(f"/queue/t/{ticket.id}/").status_code == 200
    for client in (hall.browser(), hall.browser("hanako"), hall.desk("sato")):
        assert client.get(f"/queue/t/{nothing}/").status_code == 404
        assert client.post(f"/queue/t/{nothing}/cancel/").status_code == 404
        assert client.get("/queue/kiosk/made-up/").status_code == 404
        assert client.post("/queue/kiosk/made-up/", {"service": "tax"}).status_code == 404
        assert client.get(f"/queue/kiosk/made-up/t/{ticket.id}/").status_code == 404
