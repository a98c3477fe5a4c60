"""Who has an account at ゆうちょ銀行 types what the passbook shows; what is kept, read over and handed over is 店番 and 口座番号."""

from __future__ import annotations

from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.intake.models import Draft

SLUG = "jidou-teate-nintei"


def test_the_passbook_is_typed_and_the_transfer_is_kept(hall: Hall):
    draft = hall.draft("hanako", SLUG, hall.answers(SLUG))
    client, at = hall.browser("hanako"), f"/a/{draft.id}/account_page/"
    page = text(client.get(at))
    assert "ゆうちょ銀行は、「支店」に通帳の記号（5けた）" in page and 'aria-describedby="account-y"' in page
    kana = draft.answers["kana"]
    typed = {"account_way": "named", "account.bank": "ゆうちょ銀行", "account.branch": "１１１８０", "account.kind": "普通",
             "account.number": "12345671", "account.holder": f"{kana['sei']} {kana['mei']}"}
    wrong = client.post(at, typed | {"account.number": "1234567"})
    assert wrong.status_code == 422 and "最後の1まで" in text(wrong) and 'value="１１１８０"' in text(wrong), "what was typed stays"
    assert client.post(at, typed).status_code == 303
    kept = Draft.objects.get(id=draft.id).answers["account"]
    assert (kept["bank"], kept["branch"], kept["kind"], kept["number"]) == ("9900", "118", "普通", "1234567")
    assert "一一八 普通 1234567" in text(client.get(f"/a/{draft.id}/check/"))
