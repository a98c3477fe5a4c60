"""Lists come in whole or not at all, come in again, and leave their trace."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.files.public import files_of
from madoguchi.inventory import desk, public, selectors, services, taking
from madoguchi.inventory.errors import FormWrong, HeadingsUnknown, SheetWrong
from madoguchi.inventory.models import Change, Entry, Heading, Upload
from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry

from .conftest import DOG, HEAD, SEAL, list_text, taken, waiting


def test_a_list_becomes_rows_with_sections_and_status(dog) -> None:
    seal = Entry.objects.get(key="A2")
    assert (dog.section, seal.section) == ("生活衛生課", "shimin"), "a section of city.yaml is found without its 係"
    assert (dog.status, seal.status, seal.yearly_count, seal.target_year, dog.target_year) == ("ready", "blocked", 1200, 2025, 2027)
    assert [c.what for c in Change.objects.filter(entry=dog)] == [{"new": ["", "犬の登録申請"]}]
    assert AuditEntry.objects.filter(chain="inventory", action="inventory.imported").get().facts["new"] == 2


def test_the_same_list_again_changes_nothing(dog) -> None:
    before = list(Entry.objects.values())
    assert {k: taken().result[k] for k in ("new", "changed", "unchanged", "missing")} == {"new": 0, "changed": 0, "unchanged": 2, "missing": 0}
    assert list(Entry.objects.values()) == before


def test_a_newer_list_says_what_is_new_changed_and_gone(dog) -> None:
    result = taken(DOG.replace("120", "130").replace("犬の登録申請", "犬の登録の申請"), "A9,猫の登録,生活衛生課,,,1,,,,名前,,,,,").result
    assert {k: result[k] for k in ("new", "changed", "unchanged", "missing")} == {"new": 1, "changed": 1, "unchanged": 0, "missing": 1}
    assert result["named"]["missing"] == [[Entry.objects.get(key="A2").id, "印鑑登録の申請"]], "and is still there"
    dog.refresh_from_db()
    assert dog.name == "犬の登録の申請"
    assert Change.objects.filter(entry=dog).latest("id").what == {"name": ["犬の登録申請", "犬の登録の申請"], "yearly_count": ["120", "130"]}
    entry = AuditEntry.objects.get(chain=f"inventory:{dog.id}")
    assert (entry.action, entry.facts["fields"]) == ("inventory.changed", ["name", "yearly_count"])
    assert audit.verify() == []


def test_without_an_id_name_and_section_tell_who_it_is(hall) -> None:
    taken(",犬の登録,生活衛生課,,,1,,,,名前,,1,,,", ",犬の登録,市民課,,,1,,,,名前,,1,,,")
    result = taken(",犬の登録,生活衛生課,,,1,,,,名前,,5,,,", "B1,犬の登録,市民課,,,1,,,,名前,,1,,,").result
    assert (result["new"], result["changed"], result["missing"]) == (0, 2, 0)
    assert sorted(Entry.objects.values_list("key", "yearly_count")) == [("", 5), ("B1", 1)]
    assert taken(",犬の登録,市民課,,,1,,,,名前,,1,,,").result["unchanged"] == 1, "an ID stays when a list has none"
    assert Entry.objects.filter(key="B1").exists()


def shorter(head, *rows):
    return taking.list_take(actor="test", data="\n".join((head, *rows, "")).encode(), name="短い一覧.csv").result


def test_a_list_with_fewer_columns_says_nothing_of_the_others(hall) -> None:
    full = HEAD + ",備考,ひみつ"
    taking.headings_remember(actor="t", answers={"ひみつ": ""})
    shorter(full, "A1,犬の登録申請,生活衛生課,狂犬病予防法,第4条,1,2 押印,3000円,,犬の名前,3日,120,規則で書面,その他,令和9年度,あ,い")
    dog = Entry.objects.get(key="A1")
    assert dog.status == "blocked"
    typed = {"section": "kaigo", "slug": "", "target_year": "令和10年度", "status_by_hand": "", "note": ""}
    services.entry_edit(actor=hall.staff("admin"), entry_id=dog.id, revision="1", typed=typed)
    assert shorter("手続ID,手続名,総手続件数,備考", "A1,犬の登録申請,500,あ")["changed"] == 1
    dog.refresh_from_db()
    assert (dog.section, dog.law, dog.target_year, dog.obstacle, dog.status) == ("kaigo", "狂犬病予防法", 2028, "規則で書面", "blocked")
    assert (dog.yearly_count, dog.extra) == (500, {"備考": "あ", "ひみつ": "い"})
    assert Change.objects.filter(entry=dog).latest("id").what == {"yearly_count": ["120", "500"]}
    assert shorter("手続ID,手続名,備考", "A1,犬の登録申請,う")["changed"] == 1
    dog.refresh_from_db()
    assert dog.extra == {"備考": "う", "ひみつ": "い"} and dog.given["law"] == "狂犬病予防法"
    assert shorter("手続ID,手続名,法令名", "A1,犬の登録申請,")["changed"] == 1, "an empty cell of a column that is there is an answer"
    dog.refresh_from_db()
    assert dog.law == "" and dog.section == "kaigo"


def test_a_list_without_sections_finds_its_rows_by_the_name_alone(hall) -> None:
    taken()
    assert {k: v for k, v in shorter("手続名,総手続件数", "犬の登録 申請,7").items() if k in ("new", "changed")} == {"new": 0, "changed": 1}
    dog = Entry.objects.get(key="A1")
    assert (dog.yearly_count, dog.section) == (7, "生活衛生課")
    assert taken().result["new"] == 0, "and the longer list still finds it"
    taken("B1,猫の登録,生活衛生課,,,1,,,,,,,,,", "B2,猫の登録,市民課,,,1,,,,,,,,,")
    with pytest.raises(SheetWrong) as wrong:
        shorter("手続名,総手続件数", "猫の登録,7")
    assert "もう2件あります。手続IDか担当課を書いて" in wrong.value.lines[0]


def test_rows_are_judged_anew_when_a_list_comes_though_they_say_the_same(hall, dog) -> None:
    Entry.objects.filter(id=dog.id).update(status="bpr", status_why="前の版の判断")
    assert taken().result["unchanged"] == 2
    assert Entry.objects.get(id=dog.id).status == "ready" and Change.objects.filter(entry=dog).count() == 1


def test_a_year_that_is_none_is_kept_as_it_was_written(hall) -> None:
    taken(DOG.replace("令和9年度", "未定"), SEAL)
    dog = Entry.objects.get(key="A1")
    assert (dog.target_year, dog.extra) == (None, {"目標年度の記載": "未定"})
    assert taken(DOG.replace("令和9年度", "未定"), SEAL).result["unchanged"] == 2
    rows = list(selectors.table(actor=hall.staff("auditor"), wanted=selectors.Filter()))
    assert shorter(",".join(rows[0]), ",".join(f'"{c}"' for c in rows[1]))["unchanged"] == 1, "also out and in again"


def test_what_is_online_elsewhere_counts_on_a_line_of_its_own_and_is_not_published_again(hall) -> None:
    head = HEAD + ",オンライン化の実施状況,情報システム(申請)"
    shorter(head, DOG + ",1 実施済,ぴったりサービス", SEAL + ",実施済,https://example.lg.jp/inkan",
            "A3,猫の登録,市民課,,,1,6,,,名前,,,,,,実施済,")
    found = {e.key: e.state for e in selectors.entry_list(actor=hall.staff("admin"), wanted=selectors.Filter())}
    assert found == {"A1": "elsewhere", "A2": "elsewhere", "A3": "ready"}
    assert selectors.counts(actor=hall.staff("admin")).statuses["elsewhere"] == 2
    assert [bool(row["barred"]) for row in public.rows_for_drafts()] == [True, True, False]
    assert "https://example.lg.jp/inkan" in Entry.objects.get(key="A2").status_why


def test_a_row_that_could_be_two_is_asked_about(hall) -> None:
    taken("B1,犬の登録,生活衛生課,,,1,,,,,,,,,", "B2,犬の登録,生活衛生課,,,1,,,,,,,,,")
    with pytest.raises(SheetWrong, match="inventory_sheet_wrong") as wrong:
        taken(",犬の登録,生活衛生課,,,1,,,,,,,,,")
    assert "もう2件あります。手続IDを書いて" in wrong.value.lines[0]


def test_a_list_with_one_fault_leaves_nothing(hall) -> None:
    with pytest.raises(SheetWrong):
        taken(DOG, SEAL.replace(",1,2 押印", ",9,2 押印"))
    with pytest.raises(HeadingsUnknown):
        taking.list_take(actor="t", data="手続名,なぞ\n犬,1\n".encode(), name="a.csv")
    assert not Entry.objects.exists() and not Upload.objects.exists() and not Change.objects.exists()


def test_what_breaks_half_way_leaves_nothing(hall, monkeypatch) -> None:
    def broken(**_):
        raise OSError("disk")

    monkeypatch.setattr(taking, "slugs_link", broken)
    with pytest.raises(OSError, match="disk"):
        taken()
    assert not Entry.objects.exists() and not Upload.objects.exists() and not AuditEntry.objects.filter(chain="inventory").exists()


def test_what_a_person_changed_stays_until_the_list_says_something_new(hall, dog) -> None:
    typed = {"section": "kaigo", "slug": "", "target_year": "令和10年度", "status_by_hand": "bpr", "note": "台帳を先に直す"}
    services.entry_edit(actor=hall.staff("admin"), entry_id=dog.id, revision="1", typed=typed)
    assert taken().result["unchanged"] == 2
    dog.refresh_from_db()
    assert (dog.section, dog.target_year, dog.status_by_hand) == ("kaigo", 2028, "bpr")
    taken(DOG.replace("令和9年度", "令和11年度"), SEAL)
    dog.refresh_from_db()
    assert (dog.section, dog.target_year, dog.status_by_hand, dog.status) == ("kaigo", 2029, "bpr", "ready")


def test_a_published_procedure_of_the_same_name_is_linked_and_counts_as_online(hall, dog) -> None:
    definition = hall.definition("risai-shoumei")
    row = f"C1,{definition.aliases[0] if definition.aliases else definition.name},税務課,,,1,2,,,氏名,,,,,"
    assert taken(DOG, SEAL, row).result["linked"] == 1
    found = selectors.entry_get(actor=hall.staff("auditor"), entry_id=Entry.objects.get(key="C1").id)
    assert (found.slug, found.state, found.status) == ("risai-shoumei", "online", "blocked")
    assert selectors.counts(actor=hall.staff("admin")).statuses == {"online": 1, "elsewhere": 0, "ready": 1, "blocked": 1, "bpr": 0}
    services.entry_edit(actor=hall.staff("admin"), entry_id=found.id, revision=str(found.revision), typed={
        "section": found.section, "slug": "", "target_year": "", "status_by_hand": "", "note": ""})
    assert desk.slugs_relink(actor=hall.staff("admin")) == 0, "who took the link away is not overruled"
    assert selectors.entry_get(actor=hall.staff("admin"), entry_id=found.id).state == "blocked"


def test_the_short_name_in_brackets_links_too(hall) -> None:
    definition = hall.definition("risai-shoumei")
    assert taken(f"C1,住家の被害の証明（{definition.name}）,税務課,,,1,2,,,氏名,,,,,").result["linked"] == 1


def test_an_edit_says_everything_that_is_wrong_and_keeps_its_history(hall, dog) -> None:
    admin = hall.staff("admin")
    bad = {"section": "どこか", "slug": "nothing", "target_year": "去年", "status_by_hand": "ready", "note": ""}
    with pytest.raises(FormWrong) as wrong:
        services.entry_edit(actor=admin, entry_id=dog.id, revision="7", typed=bad)
    assert {field for field, _ in wrong.value.faults} == {"section", "slug", "target_year", "note", "status_by_hand"}
    good = {"section": "生活衛生課", "slug": "", "target_year": "2027", "status_by_hand": "online", "note": "県のシステムで受けている"}
    services.entry_edit(actor=admin, entry_id=dog.id, revision="1", typed=good)
    services.entry_edit(actor=admin, entry_id=dog.id, revision="2", typed=good)
    change = Change.objects.filter(entry=dog).latest("id")
    assert change.what == {"status_by_hand": ["", "online"], "note": ["", "県のシステムで受けている"]} and change.by == "staff:admin"
    entry = AuditEntry.objects.get(chain=f"inventory:{dog.id}")
    assert entry.facts == {"fields": ["note", "status_by_hand"], "status_by_hand": "online"} and entry.digest


def test_answers_about_columns_are_remembered_even_when_the_list_is_wrong(hall) -> None:
    admin = hall.staff("admin")
    upload = desk.list_import(actor=admin, data="手続名,なぞ,手続類型\n犬,x,9\n".encode(), name="a.csv")
    assert upload.done_at is None and [
        (c.name, c.known, c.examples) for c in desk.headings_asked(actor=admin, upload_id=upload.id)[0]] == [
        ("手続名", True, ("犬",)), ("なぞ", False, ("x",)), ("手続類型", True, ("9",))]
    with pytest.raises(FormWrong):
        desk.upload_answer(actor=admin, upload_id=upload.id, answers={})
    with pytest.raises(SheetWrong):
        desk.upload_answer(actor=admin, upload_id=upload.id, answers={1: "law"})
    assert not Entry.objects.exists() and waiting().id == upload.id
    done = desk.list_import(actor=admin, data="手続名,なぞ,手続類型\n犬,動物の法,1\n".encode(), name="b.csv")
    assert done.done_at and Entry.objects.get().law == "動物の法"
    desk.heading_forget(actor=admin, heading_id=Heading.objects.get().id)
    assert desk.list_import(actor=admin, data="手続名,なぞ\n猫,x\n".encode(), name="c.csv").done_at is None


def test_two_columns_are_not_given_the_same_meaning(hall) -> None:
    admin = hall.staff("admin")
    upload = desk.list_import(actor=admin, data="手続名,あ,い\n犬,1,2\n".encode(), name="a.csv")
    with pytest.raises(FormWrong) as wrong:
        desk.upload_answer(actor=admin, upload_id=upload.id, answers={1: "law", 2: "law"})
    assert len(wrong.value.faults) == 2 and not Heading.objects.exists()
    assert desk.upload_answer(actor=admin, upload_id=upload.id, answers={1: "law", 2: "-"}).done_at
    assert Entry.objects.get().extra == {"い": "2"}


def test_the_door_gives_plain_texts(dog) -> None:
    first = next(public.rows_for_drafts())
    assert first == {"key": "A1", "name": "犬の登録申請", "section": "生活衛生課", "law": "狂犬病予防法", "article": "第4条", "kind": "1",
                     "identity": "6 不要",
                     "fee": "3000円", "attachments": "", "information": "犬の名前、住所", "days": "3日", "event": "その他", "slug": "", "barred": ""}
    assert [row["section"] for row in public.rows_for_drafts()] == ["生活衛生課", "shimin"]


def test_a_list_that_was_taken_out_can_be_taken_in(hall, dog) -> None:
    taken(DOG, SEAL, ",=SUM(A1),shimin,,,2-1,,,,名前,,,,引越し,")
    rows = list(selectors.table(actor=hall.staff("auditor"), wanted=selectors.Filter()))
    assert rows[3][1] == "'=SUM(A1)"
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows(rows)
    before = list(Entry.objects.values())
    result = taking.list_take(actor="t", data=out.getvalue().encode("utf-8-sig"), name="out.csv").result
    assert (result["new"], result["changed"], result["unchanged"]) == (0, 0, 3)
    assert list(Entry.objects.values()) == before


def test_search_and_filters(hall, dog) -> None:
    auditor = hall.staff("auditor")

    def found(**wanted):
        return [e.key for e in selectors.entry_list(actor=auditor, wanted=selectors.Filter(**wanted))]

    assert found(query="いぬ 犬") == []
    assert found(query="犬 狂犬病") == ["A1"]
    assert found(query="ｲﾝｶﾝ") == [] and found(query="市民課") == ["A2"]
    assert found(section="shimin") == ["A2"] and found(status="ready") == ["A1"] and found(kind="1") == ["A1", "A2"]
    assert found(event="その他") == ["A1"] and found(year="2027") == ["A1"] and found(kind="-") == []
    assert list_text().count("\n") == 3


def test_a_list_that_nobody_answered_for_a_month_is_let_go(hall, dog) -> None:
    done = Upload.objects.get()
    old, new = (desk.list_import(actor=hall.staff("admin"), data="手続名,なぞ\n犬,x\n".encode(), name="a.csv") for _ in range(2))
    now = old.at
    Upload.objects.filter(id=old.id).update(at=now - taking.WAITS - dt.timedelta(minutes=1))
    Upload.objects.filter(id=done.id).update(at=now - taking.WAITS * 2)
    Upload.objects.filter(id=new.id).update(at=now - taking.WAITS + dt.timedelta(minutes=1))
    assert public.uploads_sweep() == 1
    assert set(Upload.objects.values_list("id", flat=True)) == {done.id, new.id}, "what was taken in stays, as does what may still be answered"
    assert set(files_of([str(u.file_id) for u in (done, old, new)])) == {str(done.file_id), str(new.file_id)}
    assert public.uploads_sweep() == 0
