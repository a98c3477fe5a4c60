"""The address to which news go, given or changed after the filing."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import services
from madoguchi.agency.models import Mandate
from madoguchi.agency.tests.test_orders_for_another import given, unpaid  # noqa: F401 - a fixture
from madoguchi.intake.address import address_of, address_put
from madoguchi.intake.errors import NotOpenForThis
from madoguchi.intake.models import Application
from madoguchi.kernel.models import AuditEntry

from .test_codes import filed, shown_code  # noqa: F401 - a fixture
from .test_filing import GUEST_SLUG, walked

NEXT = "Next@example.jp"


def told(hall: Hall) -> list[str]:
    """To whom the change was mailed."""
    run_worker()
    letters = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in (hall.home / "mail").glob("*.eml")]
    return sorted(m["To"] for m in letters if "お知らせの送り先" in m["Subject"])


def test_a_guest_without_an_address_gives_one_with_their_code(hall: Hall):
    walk = walked(hall, "", GUEST_SLUG)
    sent = walk.submit()
    row, client = Application.objects.get(draft_id=walk.draft_id), walk.client
    code, page = shown_code(client.get(sent["Location"]), row), f"/my/{row.id}/mail/"
    run_worker()
    assert "お知らせをメールで受け取る" in text(client.get(f"/my/{row.id}/")) and "いまは、メールでお知らせしていません。" in text(client.get(page))
    wrong = client.post(page, {"mail": NEXT, "code": ""})
    assert wrong.status_code == 422 and "確認番号を入力してください" in text(wrong) and f'value="{NEXT}"' in text(wrong)
    wrong = text(client.post(page, {"mail": "next at example", "code": "00000000"}))
    assert wrong.count('class="err"') == 2 and told(hall) == []
    row.refresh_from_db()
    assert row.code_tries == 1, "a wrong code counts here as where it opens"
    done = client.post(page, {"mail": NEXT, "code": code})
    assert done.status_code == 303 and "これからのお知らせを Ne***@example.jp に送ります。" in text(client.get(done["Location"]))
    row.refresh_from_db()
    assert (address_of(row), told(hall)) == (NEXT, [NEXT])
    page = text(client.get(f"/my/{row.id}/"))
    assert "お知らせのメールを受け取ることにしました" in page and "送り先を変える" in page and NEXT not in page
    assert AuditEntry.objects.filter(action="mail.given", chain=f"case:{row.id}").count() == 1


def test_both_addresses_are_told_and_the_same_again_tells_nobody(hall: Hall, filed):  # noqa: F811
    row, code = filed
    client, before = hall.browser(), address_of(row)
    assert client.post("/status/", {"receipt": row.receipt, "code": code}).status_code == 303
    for _ in range(2):
        assert client.post(f"/my/{row.id}/mail/", {"mail": NEXT, "code": code}).status_code == 303
    assert told(hall) == sorted([before, NEXT])
    row.refresh_from_db()
    assert address_of(row) == NEXT and [e["ja"] for e in row.view["timeline"]].count("お知らせのメールの送り先を変えました") == 1


def test_who_signed_in_needs_no_code(hall: Hall):
    row = hall.file("hanako", GUEST_SLUG)
    client, page = hall.browser("hanako"), f"/my/{row.id}/mail/"
    assert 'name="code"' not in text(client.get(page))
    assert client.post(page, {"mail": ""}).status_code == 422
    assert client.post(page, {"mail": NEXT}).status_code == 303
    row.refresh_from_db()
    assert (address_of(row), told(hall)) == (NEXT, [NEXT])


def test_the_address_of_an_agent_is_the_agent_s(hall: Hall, given: Mandate):  # noqa: F811
    row = unpaid(hall, given)
    assert hall.browser("ume").get(f"/my/{row.id}/mail/")["Location"] == f"/my/{row.id}/"
    with pytest.raises(NotOpenForThis):
        address_put(application=row, owner=hall.owner("ume"), mail=NEXT, actor="resident:ume")
    assert "/mail/" not in text(hall.browser("ume").get(f"/my/{row.id}/"))
    assert "/mail/" in text(hall.browser("taro").get(f"/my/{row.id}/"))
    assert hall.browser("taro").post(f"/my/{row.id}/mail/", {"mail": NEXT}).status_code == 303
    services.mandate_end(owner=hall.owner("ume"), mandate_id=str(given.id))
    with pytest.raises(NotOpenForThis):
        address_put(application=row, owner=hall.owner("taro"), mail="last@example.jp", actor="resident:taro")
    assert told(hall) == [NEXT]
