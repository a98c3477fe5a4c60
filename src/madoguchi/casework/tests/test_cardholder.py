"""The case says whose card an application was sent with, and where the answers about that person are not the card's."""

from __future__ import annotations

import re

import pytest
from tests.support.hall import Hall, body_of, run_worker
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.intake.cardholder import holder_of
from madoguchi.intake.models import Application
from madoguchi.kernel import sealing

TAX, CLAIM = "kazei-shoumei", "jidou-teate-nintei"  # the card's sign-in, and its signature
UME = {"name": {"sei": "試用", "mei": "うめ"}, "born": "1944-11-03",
       "address": {"zip": "9292222", "city": "石川県七尾市", "town": "中島町中島", "lot": "甲1番地", "building": ""}}


def answers(hall: Hall, **more: object) -> dict:
    found = hall.answers(TAX)
    gone = {q for q in found if q.startswith("target_")}
    return {k: v for k, v in found.items() if k not in gone} | UME | {"filer": "self", "receive": "counter", "exempt": "yes"} | more


def page(hall: Hall, case: Case, who: str = "yamada", tab: str = "") -> str:
    """What stands on the page of the case, without its marks."""
    shown = text(hall.desk(who).get(f"/staff/case/{case.id}/{tab}"))
    return " ".join(re.sub(r"<[^>]*>", " ", shown).split()).replace("： ", "：")


def test_another_persons_answers_are_marked_beside_the_card(hall: Hall):
    """うめ's card asks for the certificate of 見本 花子."""
    case = hall.case("ume", TAX, answers(hall, name={"sei": "見本", "mei": "花子"}, born="1991-07-25"))
    said = page(hall, case)
    assert "カードの本人：試用 うめ 昭和19年11月3日 石川県七尾市中島町中島甲1番地 相違" in said
    assert "手続きに使ったカードとの照合 2件 相違" in said
    assert "申請する方の氏名 見本 花子 試用 うめ" in said and "申請する方の生年月日 平成3年7月25日 昭和19年11月3日" in said
    assert "カードの本人：試用 うめ" in page(hall, case, tab="?tab=talk")


@pytest.mark.parametrize("written", [
    {}, {"name": {"sei": "試用うめ", "mei": ""}},
    {"address": {"zip": "9292222", "city": "七尾市", "town": "中島町中島", "lot": "甲 １番地", "building": "見本荘101"}},
])
def test_the_same_person_written_in_another_way_is_no_difference(hall: Hall, written):
    case = hall.case("ume", TAX, answers(hall, **written))
    said = page(hall, case)
    assert "カードの本人：試用 うめ" in said and "相違" not in said.partition("カードの本人")[2].partition("審査チェック")[0].replace("相違なし", "")


def test_an_address_put_right_is_sent_and_said(hall: Hall):
    case = hall.case("ume", TAX, answers(hall, address=UME["address"] | {"town": "神明町", "lot": "2番地"}))
    assert [d.kind for d in holder_of(case.ref, case.answers).differences] == ["住所"]


def test_who_files_for_another_is_held_against_the_own_answers_only(hall: Hall):
    target = {"target_name": {"sei": "見本", "mei": "花子"}, "target_born": "1991-07-25"}
    case = hall.case("ume", TAX, answers(hall, filer="household", **target))
    assert holder_of(case.ref, case.answers).differences == ()


def test_a_signature_names_who_signed_and_a_correction_is_compared_anew(hall: Hall, settings):
    settings.SIGNER, settings.SIGNERS = "trial", {"trial": "madoguchi.adapters.jpki.TrialSigner"}
    case = hall.case("jiro", CLAIM, hall.answers(CLAIM) | {"name": {"sei": "見本", "mei": "花子"}})
    said = page(hall, case, "tanaka")
    assert "電子署名あり（証明書の氏名：試用 次郎）" in said and re.search("の氏名 見本 花子 試用 次郎", said)
    right = case.answers | {"name": {"sei": "試用", "mei": "次郎"}}
    assert "氏名" not in [d.kind for d in holder_of(case.ref, right).differences]


def test_of_what_was_signed_before_cards_were_kept_the_name_is_compared(hall: Hall, settings):
    settings.SIGNER, settings.SIGNERS = "trial", {"trial": "madoguchi.adapters.jpki.TrialSigner"}
    case = hall.case("jiro", CLAIM, hall.answers(CLAIM) | {"name": {"sei": "見本", "mei": "花子"}})
    Application.objects.update(sealed_card=None)
    found = holder_of(case.ref, case.answers)
    assert (found.name, found.born, found.signers) == ("試用 次郎", "", ("試用 次郎",))
    assert [(d.kind, d.answered, d.card) for d in found.differences] == [("氏名", "見本 花子", "試用 次郎")]


def test_nothing_is_kept_of_who_files_without_a_card(hall: Hall):
    hall.publish("risai-shoumei", body_of("risai-shoumei"))
    from madoguchi.identity.public import Owner
    from madoguchi.intake import drafts

    guest = Owner("g:00000000-0000-0000-0000-000000000001", False)
    draft = hall.fill(guest, drafts.draft_start(owner=guest, slug="risai-shoumei"), hall.answers("risai-shoumei"))
    row = hall.send(guest, draft).application
    run_worker()
    assert row.sealed_card is None and holder_of(str(row.id), row.answers) is None
    assert "カードの本人" not in page(hall, Case.objects.get(id=row.id))


def test_it_lies_sealed_and_changes_its_key_with_the_rest(hall: Hall):
    row = Application.objects.get(id=hall.case("ume", TAX, answers(hall)).id)
    assert "うめ".encode() not in bytes(row.sealed_card)
    assert "intake_application.sealed_card" in {c.table for c in sealing.columns()}
    assert holder_of(str(row.id), row.answers).born == "昭和19年11月3日"
