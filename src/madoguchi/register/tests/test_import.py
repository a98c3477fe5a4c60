"""Taking a file in: all of it or nothing, and nothing twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry
from madoguchi.register import importer
from madoguchi.register.errors import SheetWrong
from madoguchi.register.importer import register_import
from madoguchi.register.models import Household, RegisteredPerson, RegisterImport
from madoguchi.register.rules.columns import COLUMNS, cells_of
from madoguchi.register.rules.specimens import SPECIMENS
from madoguchi.register.trial import sheet_write, trial_town

from .conftest import HANAKO, MAMORI, entry

HEADER = ",".join(COLUMNS)


def line(**changes):
    return ",".join(cells_of(dataclasses.replace(HANAKO, **changes)))


def snapshot():
    return (list(RegisteredPerson.objects.order_by("number").values()), list(Household.objects.order_by("number").values()),
            RegisterImport.objects.count(), AuditEntry.objects.count())


def errors(hall, tmp_path, text, *, encoding="utf-8-sig", **more):
    path = tmp_path / "wrong.csv"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    before = snapshot()
    with pytest.raises(SheetWrong) as wrong:
        register_import(actor="test", path=path, **more)
    assert snapshot() == before, "nothing half"
    return [text.replace(str(path), "F") for text in wrong.value.lines]


def test_people_and_households_are_there(take):
    assert dataclasses.asdict(take(*SPECIMENS)) == {
        "rows": 10, "added": 10, "changed": 0, "gone": 0, "back": 0, "protected": 1, "lifted": 0, "lapsed": 0, "geta": 0}
    hanako = RegisteredPerson.objects.get(number="900000002")
    assert (hanako.name, hanako.born, hanako.city, hanako.town, hanako.relation) == (
        "見本\u3000花子", "1991-07-25", "石川県七尾市", "袖ケ江町", "妻")
    assert hanako.household.head == "900000001"
    assert RegisterImport.objects.get().as_of == dt.date(2026, 11, 20)


def test_the_same_file_again_changes_nothing(take):
    take(*SPECIMENS)
    before = snapshot()
    taken = take(*SPECIMENS)
    assert (taken.added, taken.changed, taken.gone, taken.back) == (0, 0, 0, 0)
    assert snapshot()[:2] == before[:2]


def test_what_changed_is_changed_and_nothing_else(take):
    take(*SPECIMENS)
    moved = dataclasses.replace(HANAKO, lot="1番地")
    taken = take(*(moved if e == HANAKO else e for e in SPECIMENS))
    assert (taken.added, taken.changed) == (0, 1)
    assert RegisteredPerson.objects.get(number=HANAKO.number).place_key.endswith("1")


def test_who_is_not_in_a_full_file_is_marked_and_comes_back(take):
    take(*SPECIMENS)
    assert take(*SPECIMENS[1:], as_of=dt.date(2026, 11, 19)).gone == 1
    gone = RegisteredPerson.objects.get(number=SPECIMENS[0].number)
    assert gone.absent_since == dt.date(2026, 11, 19)
    assert take(*SPECIMENS[1:]).gone == 0, "once"
    assert take(*SPECIMENS).back == 1
    gone.refresh_from_db()
    assert gone.absent_since is None


def test_a_part_marks_nobody(take):
    take(*SPECIMENS)
    assert take(HANAKO, partial=True).gone == 0
    assert not RegisteredPerson.objects.exclude(absent_since=None).exists()


def test_a_part_taken_for_the_whole_is_refused(take, hall, tmp_path):
    take(*SPECIMENS)
    [words] = errors(hall, tmp_path, f"{HEADER}\n{line()}\n")
    assert "今いる10人のうち9人がこのファイルにいません" in words
    assert "--partial" in words


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932"])
def test_encodings(hall, tmp_path, encoding):
    path = tmp_path / "x.csv"
    path.write_bytes(f"{HEADER}\r\n{line(name='髙橋　花子')}\r\n".encode(encoding))
    register_import(actor="test", path=path)
    assert RegisteredPerson.objects.get().name == "髙橋\u3000花子"


def test_lost_characters_are_counted(take):
    assert take(dataclasses.replace(HANAKO, name="〓田\u3000花子")).geta == 1


def test_the_city_has_its_own_names_of_columns(hall, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"{HEADER}\n{line()}\n".replace("宛名番号", "住民番号"), encoding="utf-8-sig")
    register_import(actor="test", path=path, names={"宛名番号": "住民番号"})
    assert RegisteredPerson.objects.get().number == HANAKO.number


def test_columns_in_another_order_and_unknown_ones(hall, tmp_path):
    path = tmp_path / "x.csv"
    names, cells = list(COLUMNS), cells_of(HANAKO)
    path.write_text(",".join([*reversed(names), "備考"]) + "\n" + ",".join([*reversed(cells), "x"]) + "\n\n", encoding="utf-8-sig")
    register_import(actor="test", path=path)
    assert RegisteredPerson.objects.get().name == HANAKO.name


@pytest.mark.parametrize(("changes", "words"), [
    ({"number": ""}, "宛名番号「」は15けたまでの数字"), ({"number": "12A"}, "宛名番号「12A」"), ({"number": "1234567890123456"}, "15けた"),
    ({"household": "x"}, "世帯番号「x」"), ({"name": ""}, "氏名が空です"), ({"name": "あ" * 121}, "氏名が121文字あります。120文字まで"),
    ({"name": "見本\u202e花子"}, "氏名に使えない文字"), ({"kana": "美本"}, "氏名フリガナ「美本」はカタカナ"),
    ({"kind": "3"}, "住民種別「3」は1(日本人)か2"),
    ({"gender": "女"}, "性別「女」は1(男)か2(女)"), ({"born": "H3.7.25"}, "生年月日「H3.7.25」は19910725か"),
    ({"born": "1991-02-30"}, "生年月日「1991-02-30」"),
    ({"born": "2027-01-01"}, "今日より後です"), ({"zip": "926"}, "郵便番号「926」は7けた"), ({"since": "昨日"}, "住民となった年月日「昨日」"),
    ({"removed_on": "2026-01-01"}, "消除事由が空です"), ({"protected": "はい"}, "支援措置「はい」は1(支援措置中)か0"),
    ({"protected": "1", "protected_from": "2026-05-01", "protected_until": "2026-04-01"}, "終了年月日が開始年月日より前"),
    ({"protected_from": "2026-05-01", "protected_until": "2027-04-30"}, "支援措置が1ではありません"),
    ({"town": "", "lot": ""}, "町字と番地号表記が空"),
])
def test_what_is_wrong_is_said_with_its_line(hall, tmp_path, changes, words):
    [said] = errors(hall, tmp_path, f"{HEADER}\n{line(number='1')}\n{line(**changes)}\n")
    assert said.startswith("F:3 ")
    assert words in said
    assert said.endswith(("ください", "します"))


def test_every_error_is_said_at_once(hall, tmp_path):
    said = errors(hall, tmp_path, f"{HEADER}\n{line(gender='9', kind='9')}\n{line(number='1')},多い\n{line(number='2')}\n{line(number='2')}\n")
    assert [s.split()[0] for s in said] == ["F:2", "F:2", "F:3", "F:5"]
    assert "3行目" not in said[3] and "4行目にもあります" in said[3]


def test_very_many_errors_are_cut(hall, tmp_path):
    said = errors(hall, tmp_path, HEADER + "\n" + f"{line(gender='9')}\n" * 300)
    assert len(said) == 201
    assert "ほか" in said[-1]


def test_two_heads_of_one_household(hall, tmp_path):
    [said] = errors(hall, tmp_path, f"{HEADER}\n{line(number='1', relation='世帯主')}\n{line(number='2', relation='世帯主')}\n")
    assert "世帯番号「990000001」の世帯主は2行目にもいます" in said


@pytest.mark.parametrize(("text", "words"), [
    ("", "列「宛名番号」がありません"), (HEADER + "\n", "住民が1人もいません"), (HEADER.replace("支援措置,", ""), "列「支援措置」がありません"),
    (f"{HEADER},個人番号\n", "列「個人番号」は取り込みません"), (f"{HEADER},住民票コード\n", "住民票コードの列を外して"),
    (f"{HEADER},氏名\n", "列「氏名」が二つあります"),
    (f'{HEADER}\n"900', "CSVとして読めません"),
])
def test_a_file_that_cannot_be_read_at_all(hall, tmp_path, text, words):
    assert any(words in said for said in errors(hall, tmp_path, text))


def test_bytes_of_no_encoding(hall, tmp_path):
    [said] = errors(hall, tmp_path, HEADER.encode("cp932") + b"\n\x81\xff\xfe\x00,\n")
    assert "文字コードが読めません" in said


def test_no_file(hall, tmp_path):
    with pytest.raises(SheetWrong) as wrong:
        register_import(actor="test", path=tmp_path / "none.csv")
    assert "ファイルを開けません" in wrong.value.lines[0]


def test_a_failure_in_the_middle_leaves_everything_as_it_was(take, monkeypatch):
    take(*SPECIMENS)
    before = snapshot()
    monkeypatch.setattr(importer, "CHUNK", 2)
    real, calls = importer._take, []

    def dies(chunk, taken):
        calls.append(chunk)
        if len(calls) == 3:
            raise OSError
        real(chunk, taken)

    monkeypatch.setattr(importer, "_take", dies)
    with pytest.raises(OSError):
        take(*(dataclasses.replace(e, lot="9番地") for e in SPECIMENS))
    assert len(calls) == 3
    assert snapshot() == before


def test_a_file_that_changes_while_it_is_read_is_refused(take, tmp_path, monkeypatch):
    real = importer._take

    def changed(chunk, taken):
        real(chunk, taken)
        with (tmp_path / "people.csv").open("a", encoding="utf-8") as out:
            out.write(line(number="77") + "\n")

    monkeypatch.setattr(importer, "_take", changed)
    with pytest.raises(SheetWrong) as wrong:
        take(*SPECIMENS)
    assert "ファイルが変わりました" in wrong.value.lines[0]
    assert not RegisteredPerson.objects.exists()


def test_lifted_and_lapsed_protection_is_reported(take):
    lapsed = dataclasses.replace(MAMORI, protected_until="2026-10-31")
    assert take(lapsed).lapsed == 1
    assert RegisteredPerson.objects.get().guarded, "it goes on until it is lifted"
    taken = take(dataclasses.replace(MAMORI, protected="0", protected_from="", protected_until=""))
    assert (taken.lifted, taken.protected) == (1, 0)
    assert not RegisteredPerson.objects.get().guarded


def test_the_import_is_in_the_chain_without_names(take):
    take(*SPECIMENS)
    found = AuditEntry.objects.get(chain="register")
    assert (found.action, found.facts["added"]) == ("register.imported", 10)
    assert "見本" not in str(found.facts)
    assert audit.verify() == []


class TestCommand:
    """`madoguchi register …`."""

    def run(self, *args):
        out, err = io.StringIO(), io.StringIO()
        call_command("register", *map(str, args), stdout=out, stderr=err)
        return out.getvalue()

    def test_a_generated_town_comes_in(self, hall, tmp_path):
        assert "住民80人" in self.run("generate", "--people", 80, "--seed", 3, "--day", "2026-11-20", "--out", tmp_path / "t.csv")
        said = self.run("import", tmp_path / "t.csv", "--as-of", "2026-11-19")
        assert RegisteredPerson.objects.filter(removed_why="").count() == 80
        assert RegisterImport.objects.get().as_of == dt.date(2026, 11, 19)
        assert f"新しい人{RegisteredPerson.objects.count()}人" in said

    def test_errors_go_to_the_operator(self, hall, tmp_path):
        (tmp_path / "t.csv").write_text("a,b\n", encoding="utf-8")
        err = io.StringIO()
        with pytest.raises(CommandError, match="何も取り込みませんでした"):
            call_command("register", "import", str(tmp_path / "t.csv"), stderr=err)
        assert f"{tmp_path / 't.csv'}:1 列「宛名番号」がありません" in err.getvalue()

    def test_production_invents_nobody(self, hall, tmp_path, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="本番では"):
            self.run("generate", "--out", tmp_path / "t.csv")
        assert not (tmp_path / "t.csv").exists()

    def test_the_trial_town_comes_once(self, hall):
        assert trial_town(actor="test").added > 290
        assert trial_town(actor="test") is None
        assert RegisteredPerson.objects.filter(guarded=True, number=MAMORI.number).exists()


def test_a_line_more_costs_no_more_than_its_number(hall, tmp_path):
    import tracemalloc

    from madoguchi.register import sheets

    def peak(count):
        path = tmp_path / "many.csv"
        sheet_write(path, (entry(str(n), relation="") for n in range(count)))
        tracemalloc.start()
        sheets.check(path, today=dt.date(2026, 11, 20), names={})
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert (peak(6000) - peak(2000)) / 4000 < 300, "bytes a line; a line has 250, an entry 2,000"
