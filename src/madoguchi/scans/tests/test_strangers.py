"""Every address of this room that has an id in it, for whose it is and for everybody else (tests/meta)."""

from __future__ import annotations

import uuid

from django.test import Client
from django.urls import reverse
from tests.support.hall import Hall

from madoguchi.kernel.models import AuditEntry
from madoguchi.scans.models import Packet, Page

from .conftest import SLUG, waiting

# route → the ids it carries
STRANGERS = {
    "scan_upload": ("upload_id",),
    "scan_page": ("page_id",), "scan_drop": ("page_id",), "scan_picture": ("page_id",), "scan_number": ("page_id",), "scan_clear": ("page_id",),
    "scan_packet": ("packet_id",),
    "scan_note": ("packet_id",), "scan_crop": ("packet_id", "box"), "scan_step": ("packet_id", "step_id"), "scan_check": ("packet_id",),
}
BUTTONS = {"scan_drop", "scan_note", "scan_number", "scan_clear"}  # opened, they lead to their page


def answers(client: Client, ids, but: str = ""):
    """(route, method, status) of every address, by the methods that it knows."""
    out = []
    for name in sorted(set(STRANGERS) - {but}):
        url = reverse(name, kwargs={key: ids[key] for key in STRANGERS[name]})
        for method in ("post",) if name in BUTTONS else ("get", "post"):
            response = getattr(client, method)(url)
            if response.status_code != 405:
                out.append((name, method, response.status_code))
    return out


def test_strangers_cannot_tell_that_paper_lies_there(hall: Hall):
    hall.definition(SLUG)
    packet, page = waiting()
    ids = {"packet_id": str(packet.id), "page_id": str(page.id), "box": 0, "step_id": "filer_page", "upload_id": page.upload_id}
    nothing = {"packet_id": str(uuid.uuid4()), "page_id": str(uuid.uuid4()), "box": 0, "step_id": "filer_page", "upload_id": 987654}
    before = AuditEntry.objects.count(), list(Packet.objects.values()), list(Page.objects.values())
    for who in ("sato", "admin", "auditor"):
        desk = hall.desk(who)
        assert {status for _, _, status in answers(desk, ids)} == {404}, who
        assert answers(desk, ids) == answers(desk, nothing)
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} == {302}, "a resident is no member of staff"
    assert before == (AuditEntry.objects.count(), list(Packet.objects.values()), list(Page.objects.values()))
    mine = answers(hall.desk("tanaka"), ids, but="scan_drop")
    assert all(status != 404 for name, _, status in mine if name != "scan_crop"), "a white sheet has no boxes"
    assert hall.desk("tanaka").post(f"/staff/scans/page/{page.id}/drop/").status_code == 303
