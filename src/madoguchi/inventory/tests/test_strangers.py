"""Every address of this room that has an id in it, for who keeps the inventory and for everybody else (tests/meta)."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from madoguchi.identity.public import staff_enrol
from madoguchi.inventory.models import Entry, Heading
from madoguchi.kernel.models import AuditEntry

from .conftest import waiting
from .test_pages import send

# route → the ids it carries
STRANGERS = {"inventory_entry": ("entry_id",), "inventory_upload": ("upload_id",), "inventory_heading": ("heading_id",)}
PAGES = ("inventory", "inventory_progress", "inventory_uploads", "inventory_csv", "inventory_doubles")


def answers(client, ids):
    """(route, method, status) of every address, by both methods."""
    out = []
    for name, keys in STRANGERS.items():
        url = reverse(name, kwargs={key: ids[key] for key in keys})
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            if not (name == "inventory_heading" and method == "get"):
                out.append((name, method, response.status_code))
    return out


def test_strangers_cannot_tell_that_a_list_exists(hall, dog) -> None:
    admin = hall.desk("admin")
    for data in ("手続名,なぞ\n犬,1\n", "手続名,べつ\n犬,1\n"):
        send(admin, data.encode())
        if not Heading.objects.exists():
            admin.post(reverse("inventory_upload", kwargs={"upload_id": waiting().id}), {"c1": "-"})
    ids = {"entry_id": dog.id, "upload_id": waiting().id, "heading_id": Heading.objects.get().id}
    before = AuditEntry.objects.count(), list(Entry.objects.values())
    for who in ("tanaka", "suzuki", "sato", "yamada"):
        desk = hall.desk(who)
        assert {status for _, _, status in answers(desk, ids)} == {404}
        assert answers(desk, ids) == answers(desk, dict.fromkeys(ids, 987654))
        assert {desk.get(reverse(page)).status_code for page in PAGES} == {404}
        assert desk.post(reverse("inventory_doubles"), {"act": "withdraw suidou-kaishi"}).status_code == 404
        assert desk.post(reverse("inventory_link")).status_code == send(desk, b"x").status_code == 404
        assert "/staff/inventory/" not in desk.get("/staff/").content.decode()
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} <= {302, 303}, "a resident is no member of staff"
    assert {(m, s) for _, m, s in answers(hall.desk("auditor"), ids)} == {("get", 200), ("post", 404)}
    assert send(hall.desk("auditor"), b"x").status_code == 404
    assert (AuditEntry.objects.count(), list(Entry.objects.values())) == before
    assert all(status != 404 for _, _, status in answers(admin, ids))


def test_the_digital_office_keeps_the_inventory(hall, dog) -> None:
    staff = staff_enrol(username="digital", name="推進 担当", password="madoguchi-trial", memberships=[("*", "digital")])
    desk = Client()
    desk.force_login(staff)
    assert desk.get(reverse("inventory")).status_code == 200
    assert send(desk, "手続名\n猫の登録\n".encode()).status_code == 303
    assert "/staff/inventory/" in desk.get("/staff/inventory/").content.decode()
