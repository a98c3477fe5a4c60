"""The signer of the trial: one card per person for all processes, verified before it answers, not in production; and what
is stored beside an application proves itself again."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from madoguchi.adapters.jpki import TrialSigner
from madoguchi.adapters.jpki.cms import cms_read
from madoguchi.identity.errors import SignatureRefused
from madoguchi.identity.trial import RESIDENTS
from madoguchi.intake import filing, signing
from madoguchi.intake.models import Application, Draft, Revision
from madoguchi.kernel import clock

DIGEST = "ab" * 32
HANAKO, TARO = RESIDENTS["hanako"], RESIDENTS["taro"]
PROCEDURE = "jidou-teate-nintei"


@pytest.fixture
def signer(places):
    return TrialSigner()


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_signs_and_verifies(places, kind):
    signer = TrialSigner(kind)
    stored = signer.sign(digest=DIGEST, person=HANAKO)
    assert set(stored) == {"signer", "alg", "signature", "certificate", "serial", "name", "verified_at"}
    assert (stored["signer"], stored["name"]) == ("trial", "見本 花子")
    assert stored["alg"] == {"rsa": "sha256_rsa", "ec": "sha384_ecdsa"}[kind]
    assert signer.verify(digest=DIGEST, signature=stored) == []
    assert signer.verify(digest="cd" * 32, signature=stored) == ["署名した内容と、いまの内容が違います"]


def test_a_person_has_one_card_and_another_person_another(signer):
    serials = [signer.sign(digest=DIGEST, person=p)["serial"] for p in (HANAKO, HANAKO, TARO)]
    assert serials[0] == serials[1] != serials[2]
    moved = dataclasses.replace(HANAKO, address="石川県七尾市神明町1番地")
    assert signer.sign(digest=DIGEST, person=moved)["serial"] != serials[0]  # a change of address voids the card


def test_a_card_that_ran_out_is_replaced_and_what_it_signed_stays_good(signer):
    before = signer.sign(digest=DIGEST, person=HANAKO)
    with clock.frozen(clock.now() + dt.timedelta(days=6 * 365)):
        after = signer.sign(digest=DIGEST, person=HANAKO)
        assert after["serial"] != before["serial"]
        assert signer.verify(digest=DIGEST, signature=before) == signer.verify(digest=DIGEST, signature=after) == []


@pytest.mark.parametrize("change", [
    {"name": "見本 太郎"}, {"serial": "1"}, {"certificate": ""}, {"alg": "none"}, {"signature": "AAAA"}, {"signature": "%"},
    {"verified_at": "2020-01-01T00:00:00+09:00"}, {"verified_at": "yesterday"}, {"verified_at": "2020-01-01"},
])
def test_what_is_stored_beside_it_must_agree(signer, change):
    assert signer.verify(digest=DIGEST, signature=signer.sign(digest=DIGEST, person=HANAKO) | change)


def test_fields_that_are_missing(signer):
    assert signer.verify(digest=DIGEST, signature={}) == ["電子署名を読み取れません"]


def test_another_trial_does_not_believe_it(signer, settings, tmp_path):
    stored = signer.sign(digest=DIGEST, person=HANAKO)
    settings.MADOGUCHI_DATA = tmp_path / "another"
    assert TrialSigner().verify(digest=DIGEST, signature=stored) == ["信頼する認証局が発行した電子証明書ではありません"]


def test_only_a_digest_is_signed(signer):
    for wrong in ("", "AB" * 32, "ab" * 31, "ab" * 32 + "\n"):
        with pytest.raises(SignatureRefused):
            signer.sign(digest=wrong, person=HANAKO)


def test_refused_in_production(settings):
    settings.MADOGUCHI_ENV = "production"
    with pytest.raises(SignatureRefused):
        TrialSigner()


def test_it_answers_only_with_what_verifies(signer, monkeypatch):
    monkeypatch.setattr("madoguchi.adapters.jpki.trial.cms_sign", lambda content, card, at: __import__(
        "madoguchi.adapters.jpki.cms", fromlist=["cms_sign"]).cms_sign(b"something else", card, at))
    with pytest.raises(SignatureRefused):
        signer.sign(digest=DIGEST, person=HANAKO)


def test_processes_that_start_at_once_share_one_authority_and_one_card(tmp_path):
    code = ("import django\ndjango.setup()\nfrom madoguchi.adapters.jpki import TrialSigner\nfrom madoguchi.identity.trial import RESIDENTS\n"
            f"print(TrialSigner().sign(digest='{DIGEST}', person=RESIDENTS['hanako'])['certificate'])")
    env = os.environ | {"MADOGUCHI_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings",
                        "PYTHONPATH": os.pathsep.join(sys.path)}
    running = [subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({p.communicate(timeout=300)[0] for p in running}) == 1 and all(p.returncode == 0 for p in running)
    folder = tmp_path / "keys" / "trial-ca"
    assert len(list(folder.rglob("*.pem"))) == len([p for p in folder.rglob("*") if p.is_file()]) == 2
    assert all(p.stat().st_mode & 0o077 == 0 for p in folder.rglob("*.pem"))


def test_card_and_authority_are_made_and_read_once(signer, monkeypatch):
    """An RSA key takes a hundred milliseconds to make: nobody who files waits for one that is there."""
    signer.sign(digest=DIGEST, person=HANAKO)
    for name in ("ca_new", "card_new", "_read"):
        monkeypatch.setattr(f"madoguchi.adapters.jpki.trial.{name}", None)
    assert signer.sign(digest=DIGEST, person=HANAKO)["name"] == HANAKO.name


# ---- with the filing --------------------------------------------------------------------------------------------


@pytest.fixture
def signed(hall, settings):
    """An application of Hanako's, signed with her trial card."""
    settings.SIGNER, settings.SIGNERS = "trial", {"trial": "madoguchi.adapters.jpki.TrialSigner"}
    draft, owner = hall.draft("hanako", PROCEDURE), hall.owner("hanako")
    signature = signing.sign_if_needed(hall.definition(PROCEDURE), draft, owner)
    return filing.application_submit(owner=owner, draft_id=str(draft.id), signature=signature).application


def verify(capsys, **options):
    """The command: its words, and whether it found nothing wrong."""
    try:
        call_command("signatures", "verify", **options)
        good = True
    except SystemExit as end:
        good = end.code == 0
    return capsys.readouterr().out, good


def test_what_is_filed_is_what_was_signed(signed, capsys):
    assert signed.signature["name"] == "見本 花子"
    assert cms_read(base64.b64decode(signed.signature["signature"])).signed_at == clock.now()
    assert verify(capsys) == ("電子署名1件を検証: 異常はありません\n", True)


def test_the_command_finds_changed_answers(signed, capsys):
    name = next(iter(signed.answers))
    Application.objects.update(answers=signed.answers | {name: "changed"})
    words, good = verify(capsys, application=str(signed.id))
    assert not good and signed.receipt in words
    assert "要約値と違います" in words and "署名した内容と、いまの内容が違います" in words


def test_the_command_finds_a_signature_that_is_gone_or_that_nobody_can_verify(signed, settings, capsys):
    settings.SIGNERS = {}
    assert "検証する設定がありません" in verify(capsys)[0]
    Application.objects.update(signature=None)
    assert verify(capsys) == ("電子署名0件を検証: 異常はありません\n", True)
    assert "電子署名がありません" in verify(capsys, application=str(signed.id))[0]


def test_the_signature_covers_the_first_filing_and_corrections_come_after(signed, capsys):
    added = {"id": "1", "name": "a.jpg", "size": 1, "kind": "画像", "sha256": "0" * 64, "added": clock.now().isoformat()}
    files = signed.files | {"more": [added]}
    Application.objects.update(files=files)  # a file of a correction that is not answered yet
    assert verify(capsys)[1]
    Revision.objects.create(application=signed, number=1, answers=signed.answers, files=files, replaced_at=clock.now())
    answers = signed.answers | {"more": "said"}
    Application.objects.update(
        answers=answers, revision=2,
        digest=filing.filing_digest(signed.slug, signed.checksum, answers, files))
    assert verify(capsys)[1]


def test_the_command_says_what_it_does_not_know(hall):
    for wrong in ("x", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"):
        with pytest.raises(CommandError):
            call_command("signatures", "verify", application=wrong)


def test_a_draft_that_changed_after_it_was_signed_is_not_filed(hall, settings):
    settings.SIGNER, settings.SIGNERS = "trial", {"trial": "madoguchi.adapters.jpki.TrialSigner"}
    draft, owner = hall.draft("hanako", PROCEDURE), hall.owner("hanako")
    signature = filing.Signing(DIGEST, TrialSigner().sign(digest=DIGEST, person=HANAKO))
    with pytest.raises(SignatureRefused):
        filing.application_submit(owner=owner, draft_id=str(draft.id), signature=signature)
    assert not Application.objects.exists()


def test_a_file_in_a_slot_that_is_no_longer_asked_is_neither_signed_nor_filed(hall, settings, capsys):
    settings.SIGNER, settings.SIGNERS = "trial", {"trial": "madoguchi.adapters.jpki.TrialSigner"}
    draft, owner = hall.draft("hanako", PROCEDURE), hall.owner("hanako")
    stale = {"id": "1", "name": "a.jpg", "size": 1, "kind": "画像", "sha256": "0" * 64}
    Draft.objects.filter(id=draft.id).update(files=draft.files | {"gone": [stale]})
    draft.refresh_from_db()
    signature = signing.sign_if_needed(hall.definition(PROCEDURE), draft, owner)
    filed = filing.application_submit(owner=owner, draft_id=str(draft.id), signature=signature).application
    assert "gone" not in filed.files and verify(capsys)[1]
