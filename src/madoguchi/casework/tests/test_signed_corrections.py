"""What was filed with the card's signature is signed with it again when it is corrected, and proves itself afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from tests.support.hall import Hall, run_worker

from madoguchi.casework import services
from madoguchi.intake import filing, signing
from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.procedures.rules import generate

CLAIM = "jidou-teate-nintei"


@pytest.fixture
def signed(hall: Hall, settings) -> Application:
    """An application of Hanako's, signed with her trial card."""
    settings.SIGNER, settings.SIGNERS = "trial", {"trial": "madoguchi.adapters.jpki.TrialSigner"}
    draft, owner = hall.draft("hanako", CLAIM), hall.owner("hanako")
    signature = signing.sign_if_needed(hall.definition(CLAIM), draft, owner)
    return filing.application_submit(owner=owner, draft_id=str(draft.id), signature=signature).application


def asked_again(hall: Hall, signed: Application, phone: str = "0767123456") -> dict[str, str]:
    """The section asks for the telephone number again; what the page sends as the answer."""
    run_worker()
    services.correction_request(actor=hall.staff("tanaka"), case_id=str(signed.id), items=[("phone", "つながりません")],
                                due_on=clock.today() + dt.timedelta(days=9))
    run_worker()
    return dict(generate._fields(hall.definition(CLAIM).question("phone"), phone, "phone"))


def verified(capsys) -> str:
    """What `madoguchi signatures verify` says."""
    try:
        call_command("signatures", "verify")
    except SystemExit as end:
        assert end.code == 1
    return capsys.readouterr().out


def test_each_correction_is_signed_with_the_card(hall: Hall, signed, capsys):
    for number in (1, 2):
        sent = asked_again(hall, signed, phone=f"076712345{number}")
        browser = hall.browser("hanako")
        assert "署名用電子証明書で、この内容に電子署名をします" in browser.get(f"/my/{signed.id}/correct/").content.decode()
        assert browser.post(f"/my/{signed.id}/correct/", sent).status_code == 303
        row = Application.objects.get(id=signed.id)
        assert (row.revision, row.signed_again["name"], row.signature) == (number + 1, "見本 花子", signed.signature)
        assert verified(capsys) == "電子署名1件を検証: 異常はありません\n"
    Application.objects.update(signed_again=None)
    assert "電子署名がありません(2回目の補正)" in verified(capsys)
    Application.objects.update(signed_again=signed.signature)
    assert "いまの内容が違います(2回目の補正)" in verified(capsys)


def test_what_cannot_be_signed_is_not_sent_and_nothing_typed_is_lost(hall: Hall, signed, settings):
    sent = asked_again(hall, signed)
    settings.SIGNERS = {}
    answer = hall.browser("hanako").post(f"/my/{signed.id}/correct/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "直した内容にも電子署名が要ります" in page and 'value="0767123456"' in page
    assert Application.objects.get(id=signed.id).revision == 1
