"""Published procedures that double a hand-made definition are named, withdrawn, and offered again."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from madoguchi.intake.drafts import draft_start
from madoguchi.inventory import doubles
from madoguchi.inventory.models import Change, Entry
from madoguchi.kernel import audit
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.procedures.models import Version, Withdrawal
from madoguchi.procedures.selectors import forget

from .conftest import taken

HAND, DOUBLE, OTHER = "juuminhyou-utsushi", "t-n0040", "t-n0041"
PAGE = "/staff/inventory/doubles/"


@pytest.fixture
def double(hall, db):
    """A draft that was published under another name of 住民票の写し, one that is nothing else's, and a row that points to the first."""
    d = hall.definition(HAND)
    body = procedures.body_of(HAND)
    for slug, name in ((DOUBLE, f"{d.aliases[0]}等"), (OTHER, "犬の登録")):
        procedures.version_publish(actor="test", slug=slug, body=body | {"手続": slug, "名称": name, "別名": []})
    forget()
    taken()
    Entry.objects.filter(key="A1").update(slug=DOUBLE)
    return Entry.objects.get(key="A1")


ALIKE = "t-n0042"


def test_a_name_that_is_only_alike_is_shown_apart_and_a_person_decides(hall, double) -> None:
    body = procedures.body_of(HAND) | {"手続": ALIKE, "名称": "遠くの方への住民票の写しの郵送", "別名": []}
    procedures.version_publish(actor="test", slug=ALIKE, body=body)
    forget()
    assert {d.slug: d.alike for d in doubles.doubles_named()} == {DOUBLE: False, ALIKE: True}
    assert [d.slug for d in doubles.doubles_found()] == [DOUBLE]
    desk = hall.desk("admin")
    page = words(desk.get(PAGE))
    assert "二重に公開している手続き（1件）" in page and "名前がよく似ている手続き（1件）" in page
    assert desk.post(PAGE, {"act": f"withdraw {ALIKE}"}).status_code == 303
    forget()
    assert [d.slug for d in doubles.doubles_named()] == [DOUBLE]


@pytest.mark.parametrize(("one", "other", "alike"), [
    ("葬祭費の支給申請", "国民健康保険の葬祭費の支給申請", True), ("税・料金の口座振替の申込み", "口座振替の申込", True),
    ("犬の登録", "印鑑登録証明書の交付申請", False), ("許可申請", "道路占用許可申請", False),
])
def test_names_are_alike_without_the_words_that_all_have(one, other, alike) -> None:
    first, second = doubles.core(one), doubles.core(other)
    assert (min(len(first), len(second)) >= doubles.LEAST and (first in second or second in first)) is alike


def words(answer):
    return answer.content.decode()


def test_a_double_is_named_and_withdrawn_in_the_browser(hall, double) -> None:
    desk, resident = hall.desk("admin"), hall.browser("hanako")
    found = words(desk.get(PAGE))
    assert DOUBLE in found and HAND in found and OTHER not in found and "棚卸の1行" in found
    assert resident.get(f"/p/{DOUBLE}/").status_code == 200
    draft = draft_start(owner=hall.owner("hanako"), slug=DOUBLE)
    step = f"/a/{draft.id}/{procedures.current(DOUBLE).definition.steps[0].id}/"
    answer = desk.post(PAGE, {"act": f"withdraw {DOUBLE}"})
    forget()
    assert answer.status_code == 303 and "公開をやめました" in words(desk.get(answer["Location"]))
    assert DOUBLE not in {p.slug for p in procedures.catalogue()} and procedures.current(DOUBLE).number == 1, "what was begun goes on"
    assert procedures.accepts(DOUBLE, 1) and resident.get(step).status_code == 200
    with pytest.raises(NotFound):
        procedures.offered(DOUBLE)
    gone = resident.get(f"/p/{DOUBLE}/")
    assert (gone.status_code, gone["Location"]) == (302, f"/p/{HAND}/")
    for url in (f"/p/{DOUBLE}/paper.pdf", f"/api/v1/procedures/{DOUBLE}"):
        assert resident.get(url).status_code == 404
    assert resident.post(f"/p/{DOUBLE}/start/").status_code == 404 and not hits(DOUBLE)
    double.refresh_from_db()
    assert double.slug == HAND and Change.objects.filter(entry=double).latest("id").what == {"slug": [DOUBLE, HAND]}
    assert desk.post(PAGE, {"act": f"withdraw {DOUBLE}"}).status_code == 404, "it is no double any more"
    assert [e.facts for e in AuditEntry.objects.filter(chain=f"definition:{DOUBLE}", action="definition.withdrawn")] == [{"instead": HAND}]
    assert not audit.verify()


def hits(slug):
    return [h for h in procedures.search(str(procedures.current(slug).definition.name)).hits if h.slug == slug]


def test_a_withdrawn_one_is_offered_again_by_its_button_or_by_a_new_version(hall, double) -> None:
    desk = hall.desk("admin")
    desk.post(PAGE, {"act": f"withdraw {DOUBLE}"})
    forget()
    body = procedures.body_of(DOUBLE)
    procedures.version_publish(actor="test", slug=DOUBLE, body=body)
    assert Withdrawal.objects.exists(), "the same content again changes nothing"
    assert "また公開する" in words(desk.get(PAGE))
    assert desk.post(PAGE, {"act": f"offer {DOUBLE}"}).status_code == 303
    forget()
    assert procedures.offered(DOUBLE) and desk.post(PAGE, {"act": f"offer {DOUBLE}"}).status_code == 404
    desk.post(PAGE, {"act": f"withdraw {DOUBLE}"})
    procedures.version_publish(actor="test", slug=DOUBLE, body=body | {"対象": "新しい対象"})
    forget()
    assert procedures.offered(DOUBLE).number == 2 and Version.objects.filter(slug=DOUBLE).count() == 2


@pytest.mark.parametrize("act", ["", "withdraw", f"withdraw {HAND}", f"withdraw {OTHER}", "withdraw nai", f"offer {HAND}", "x y"])
def test_only_a_double_is_withdrawn(hall, double, act) -> None:
    assert hall.desk("admin").post(PAGE, {"act": act}).status_code == 404 and not Withdrawal.objects.exists()


def test_who_only_reads_finds_no_buttons(hall, double) -> None:
    page = words(hall.desk("auditor").get(PAGE))
    assert DOUBLE in page and "公開をやめる<" not in page
    assert hall.desk("auditor").post(PAGE, {"act": f"withdraw {DOUBLE}"}).status_code == 404


def test_the_command_names_and_withdraws(hall, double, settings, tmp_path) -> None:
    settings.MADOGUCHI_DATA = tmp_path

    def said(*args):
        out = io.StringIO()
        call_command("inventory", *args, stdout=out)
        forget()
        return out.getvalue()

    assert f"二重の公開: {DOUBLE}「" in said("doubles") and f"二重の公開: {DOUBLE}「" in said("draft")
    with pytest.raises(CommandError, match="番号を確かめて"):
        said("doubles", "--withdraw", OTHER)
    assert f"{DOUBLE}「" in said("doubles", "--withdraw", DOUBLE)
    assert "ありません" in said("doubles") and "二重の公開" not in said("draft")
    assert reverse("inventory_doubles") == PAGE
