"""Joiner, mover, leaver: the file of the personnel system, dates that follow Japan's day, and what a leaver leaves behind."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.casework import services as casework
from madoguchi.identity import people
from madoguchi.identity.errors import PersonnelWrong
from madoguchi.identity.models import Membership, Staff, StaffSession
from madoguchi.identity.personnel import personnel_import
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.offices.public import city

HEAD = "職員番号,氏名,所属課,役割,開始日,終了日"
PEOPLE = ("p1001,見本 一子,kosodate,担当,2026-04-01,", "p1002,見本 二郎,子育て支援課,係長,2026-04-01,2027-03-31",
          "p1003,見本 三子,kaigo,担当,2026/4/1,", "p1004,見本 四郎,全庁,監査,20260401,")


@pytest.fixture
def file(tmp_path):
    def write(*lines, encoding="utf-8-sig", head=HEAD):
        path = tmp_path / "shokuin.csv"
        path.write_bytes("\r\n".join([head, *lines, ""]).encode(encoding))
        return path

    return write


def taken(path, **more):
    return personnel_import(actor="test", path=path, sections={k: s.name for k, s in city().sections.items()}, **more)


def rights():
    return {(m.staff.username, m.section, m.role, str(m.starts), str(m.ends or "")) for m in Membership.objects.select_related("staff")}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932"])
def test_joiners(hall: Hall, file, encoding):
    name = next(s.name for s in city().sections.values() if s.id == "kosodate")
    lines = [line.replace("子育て支援課", name) for line in PEOPLE]
    changes = taken(file(*lines, encoding=encoding))
    assert [(c.kind, c.number) for c in changes] == [("入る人", f"p100{n}") for n in (1, 2, 3, 4)]
    assert ("p1002", "kosodate", "chief", "2026-04-01", "2027-03-31") in rights() and ("p1004", "*", "auditor", "2026-04-01", "") in rights()
    assert not Staff.objects.get(username="p1001").has_usable_password()


@pytest.fixture
def joined(hall: Hall, file):
    name = next(s.name for s in city().sections.values() if s.id == "kosodate")
    lines = [line.replace("子育て支援課", name) for line in PEOPLE]
    taken(file(*lines))
    return lines


def test_the_same_file_twice_changes_nothing(hall: Hall, file, joined):
    before, entries = rights(), AuditEntry.objects.count()
    assert taken(file(*joined)) == []
    assert (rights(), AuditEntry.objects.count()) == (before, entries)


def test_a_dry_run_says_it_and_does_nothing(hall: Hall, file, joined, capsys):
    before = rights()
    path = file("p1001,見本 一子,kaigo,担当,2026-12-01,", *joined[2:], "p1005,見本 五子,kaigo,担当,2026-12-01,")
    call_command("staff", "import", str(path), "--dry-run")
    said = capsys.readouterr().out
    assert "変わる人 p1001 見本 一子: やめる: " in said and "加わる: " in said
    assert "入る人 p1005 見本 五子" in said and "離れる人 p1002 見本 二郎" in said and "何も変えていません" in said
    assert rights() == before and not Staff.objects.filter(username="p1005").exists()


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_taken(hall: Hall, file):
    path = file("p1,見本 一子,kosodate,担当,2026-04-01,", "p1,別人,kosodate,係長,2026-04-01,", "p 2,見本,どこか,社長,いつか,いつか",
                "p3,見本,kosodate,監査,2026-04-01,2026-03-31", "p1,見本 一子,kosodate,担当,2026-04-01,", "p4,見本,kosodate")
    with pytest.raises(PersonnelWrong) as wrong:
        taken(path)
    said = [line.removeprefix(f"{path}:") for line in wrong.value.lines]
    assert [line.split(" ")[0] for line in said] == ["3", "4", "4", "4", "4", "5", "5", "6", "7"]
    assert "2行目とちがいます" in said[0] and "2026-04-01 の形で" in said[3] and "「全庁」にしてください" in said[5]
    assert not Staff.objects.filter(username="p1").exists()


@pytest.mark.parametrize(("head", "lines", "words"), [("番号,氏名", (), "列「職員番号」"), (HEAD, (), "一人もいません")])
def test_a_file_that_is_none(hall: Hall, file, head, lines, words):
    with pytest.raises(PersonnelWrong) as wrong:
        taken(file(*lines, head=head))
    assert words in wrong.value.lines[0]


def test_half_a_file_is_refused(hall: Hall, file):
    lines = [f"p{n},見本 {n},kaigo,担当,2026-04-01," for n in range(20)]
    taken(file(*lines))
    with pytest.raises(PersonnelWrong, match="personnel_wrong") as wrong:
        taken(file(*lines[:15]))
    assert "20人のうち5人" in wrong.value.lines[0]
    assert len(taken(file(*lines[:15]), accept_loss=True)) == 5


def test_a_leaver_is_out_and_their_cases_wait_for_somebody(hall: Hall, file, joined):
    leaver = Staff.objects.get(username="p1001")
    case = hall.case("hanako", "jidou-teate-mishiharai")
    casework.case_take(actor=leaver, case_id=case.ref)
    desk = Client()
    desk.force_login(leaver)
    assert desk.get("/staff/").status_code == 200
    taken(file(*joined[1:]))
    assert desk.get("/staff/").status_code == 302 and not StaffSession.objects.exists()
    assert Message.objects.filter(event="identity.SectionLeft").count() == 1
    run_worker()
    case.refresh_from_db()
    assert case.assignee is None and AuditEntry.objects.get(action="case.released").chain == f"case:{case.id}"
    leaver.refresh_from_db()
    assert not leaver.is_active and taken(file(*joined[1:])) == []
    back = taken(file(*joined))
    assert [c.kind for c in back] == ["入る人"] and Staff.objects.get(username="p1001").is_active


def test_a_mover_leaves_the_cases_of_the_old_section_only(hall: Hall, file, joined):
    mover = Staff.objects.get(username="p1001")
    case = hall.case("hanako", "jidou-teate-mishiharai")
    casework.case_take(actor=mover, case_id=case.ref)
    taken(file(*joined, "p1001,見本 一子,kaigo,担当,2026-11-20,"))
    run_worker()
    case.refresh_from_db()
    assert case.assignee == mover, "still in both"
    taken(file("p1001,見本 一子,kaigo,担当,2026-11-20,", *joined[1:]))
    run_worker()
    case.refresh_from_db()
    assert case.assignee is None
    assert Staff.objects.get(username="p1001").sections() == ["kaigo"]


def test_rights_follow_the_day_in_japan(hall: Hall, file):
    taken(file("p1,見本 一子,kosodate,担当,2026-11-21,2026-11-22"))

    def works(*moment):
        with clock.frozen(dt.datetime(2026, 11, *moment, tzinfo=clock.JST)):
            return bool(Staff.objects.get(username="p1").sections())

    assert [works(20, 23, 59), works(21, 0, 0), works(22, 23, 59), works(23, 0, 0)] == [False, True, True, False]
    with clock.frozen(OPENING + dt.timedelta(days=3)):
        assert people.memberships_lapse() == 1 and people.memberships_lapse() == 0
        assert not Staff.objects.get(username="p1").is_active


def test_who_is_not_of_the_personnel_system_stays(hall: Hall, file, joined):
    hall.staff("tanaka")
    assert taken(file(*joined)) == [] and Staff.objects.get(username="tanaka").is_active


def test_the_file_never_touches_who_was_added_by_command(hall: Hall, file, joined, capsys):
    call_command("staff", "add", "p9", "見本 九子", "--role", "*:admin")
    before = rights()
    with_them = file(*joined, "p9,見本 九子,kaigo,担当,2026-04-01,")
    call_command("staff", "import", str(with_them))
    said = capsys.readouterr().out
    assert "そのままの人 p9 見本 九子: 6行目の番号は staff add で加えたもの" in said and "変わる人 0人" in said
    assert rights() == before and not Staff.objects.get(username="p9").from_personnel
    call_command("staff", "import", str(file(*joined)))
    assert rights() == before, "nor do they leave with the file"


def test_an_import_that_would_leave_no_administrator_is_refused(hall: Hall, file, joined):
    Membership.objects.filter(role="admin").delete()
    taken(file(*joined, "p5,見本 五子,全庁,管理者,2026-04-01,"))
    before = rights()
    for lines in ([*joined], [*joined, "p5,見本 五子,kaigo,担当,2026-04-01,"]):
        with pytest.raises(PersonnelWrong) as wrong:
            taken(file(*lines))
        assert "管理者が一人もいなくなります" in wrong.value.lines[0] and "staff add" in wrong.value.lines[0]
        assert rights() == before and Staff.objects.get(username="p5").is_active
    call_command("staff", "add", "p9", "見本 九子", "--role", "*:admin")
    assert {c.number for c in taken(file(*joined))} == {"p5"}


def test_what_a_person_gave_or_ended_stays_with_the_next_file(hall: Hall, file, joined):
    staff, admin = Staff.objects.get(username="p1002"), hall.desk("admin")
    at = f"/staff/people/{staff.id}/"
    given = {"role": "protection", "section": "kosodate", "starts": "2026-11-20", "ends": "", "why": "支援措置"}
    assert admin.post(f"{at}role/", given).status_code == 303
    row = Membership.objects.get(staff=staff, role="chief")
    assert admin.post(f"{at}unrole/", {"membership": row.id, "why": "懲戒のため"}).status_code == 303
    before, entries = rights(), AuditEntry.objects.count()
    (said,) = taken(file(*joined))
    assert (said.kind, said.number) == ("そのままの人", "p1002") and "画面で終わらせた役割なので、戻しませんでした" in said.words[0]
    assert (rights(), AuditEntry.objects.count()) == (before, entries)
    page = admin.get(at).content.decode()
    assert "画面で終了" in page and "画面・コマンド" in page and "人事のファイル" in page and "次の取込みでも変わりません" in page
    assert admin.post(f"{at}role/", given | {"role": "chief", "starts": "2026-04-01", "why": "戻す"}).status_code == 303
    assert taken(file(*joined)) == [] and Staff.objects.get(id=staff.id).has_role("kosodate", "chief"), "theirs from now on"
    changes = taken(file(*(line for line in joined if not line.startswith("p1002"))))
    assert [c.kind for c in changes] == ["離れる人"] and len(changes[0].words) == 2
    assert [c.kind for c in taken(file(*joined))] == ["入る人"], "back with the file"
    assert Staff.objects.get(id=staff.id).roles() == {"kosodate": {"chief"}}


def test_a_role_to_come_that_was_ended_by_hand_does_not_come_back(hall: Hall, file, joined):
    coming = file(*joined, "p1003,見本 三子,zeimu,担当,2027-04-01,")
    taken(coming)
    row = Membership.objects.get(section="zeimu", starts="2027-04-01")
    at = f"/staff/people/{row.staff_id}/"
    admin = hall.desk("admin")
    assert admin.post(f"{at}unrole/", {"membership": row.id, "why": "異動の取りやめ"}).status_code == 303
    assert "始まる前に取消し" in admin.get(at).content.decode()
    assert [c.kind for c in taken(coming)] == ["そのままの人"]
    with clock.frozen(dt.datetime(2027, 4, 2, 9, tzinfo=clock.JST)):
        assert Staff.objects.get(username="p1003").sections() == ["kaigo"]


def test_a_role_that_ends_before_it_began_is_told_as_such(hall: Hall, file, joined):
    """Nobody reads 「2026-11-20から2026-11-19まで」."""
    taken(file(*joined, "p1005,見本 五郎,zeimu,担当,2026-11-20,"))
    admin = hall.desk("admin")
    (left,) = taken(file(*joined))
    assert left.words == ("やめる: 税務課 担当(2026-11-20から。始まる前に取消し)",)
    page = admin.get("/staff/rights/").content.decode()
    assert "始まる前に取消し" in page and "令和8年11月19日" not in page


def test_a_command_gives_a_role_to_a_number_that_exists(hall: Hall, file, joined, capsys):
    call_command("staff", "add", "p1001", "見本 一子", "--role", "*:admin", "--role", "kaigo:clerk")
    assert "p1001 はもう登録されています。役割を加えました: 全庁 管理者、" in capsys.readouterr().out
    assert Staff.objects.get(username="p1001").roles() == {"*": {"admin"}, "kaigo": {"clerk"}, "kosodate": {"clerk"}}
    with pytest.raises(CommandError, match="「見本 一子」です"):
        call_command("staff", "add", "p1001", "別 人", "--role", "zeimu:clerk")
    Membership.objects.filter(staff__username="p1001").update(ends="2026-01-01")
    people.memberships_lapse()
    call_command("staff", "add", "p1001", "見本 一子", "--role", "*:admin")
    assert Staff.objects.get(username="p1001").is_active


def test_the_command_line(hall: Hall, capsys):
    call_command("staff", "add", "p9", "見本 九子", "--role", "zeimu:clerk")
    call_command("staff", "password", "p9")
    word = capsys.readouterr().out.split("初めのパスワード: ")[1].split()[0]
    assert Client().post("/staff/sign-in/", {"username": "p9", "password": word}).status_code == 303
    call_command("staff", "list")
    assert "p9\t見本 九子\t有効\t" in capsys.readouterr().out
    before = Staff.objects.count()
    for wrong in (["add", "p9", "見本"], ["add", "p8", "見本", "--role", "zeimu:king"], ["password", "nobody"], ["add", "9" * 61, "見本 一子"],
                  ["add", "p 8", "見本 一子"], ["add", "", "見本 一子"], ["add", "p8", "あ" * 61], ["add", "p8", " "]):
        with pytest.raises(CommandError):
            call_command("staff", *wrong)
    assert Staff.objects.count() == before
    call_command("staff", "add", "ｐ８", "見本 八子")
    assert Staff.objects.filter(username="p8").exists(), "whoever typed it full-width signs in as everybody does"


def test_a_role_by_hand_has_its_reason_and_never_ones_own(hall: Hall):
    staff, admin = hall.staff("tanaka"), hall.desk("admin")
    page = admin.get(f"/staff/people/{staff.id}/").content.decode()
    assert f"/staff/people/{staff.id}/role/" in page and f"/staff/people/{staff.id}/unrole/" in page
    given = {"role": "clerk", "section": "kaigo", "starts": "2026-11-20", "ends": "", "why": "応援"}
    assert admin.post(f"/staff/people/{staff.id}/role/", given | {"why": ""}).status_code == 422
    assert admin.post(f"/staff/people/{staff.id}/role/", given | {"starts": "x"}).status_code == 422
    assert admin.post(f"/staff/people/{staff.id}/role/", given).status_code == 303
    assert Staff.objects.get(id=staff.id).sections() == ["kaigo", "kosodate"]
    row = Membership.objects.get(staff=staff, section="kaigo")
    assert admin.post(f"/staff/people/{staff.id}/unrole/", {"membership": row.id, "why": "応援の終わり"}).status_code == 303
    assert Staff.objects.get(id=staff.id).sections() == ["kosodate"]
    own = hall.staff("admin")
    assert admin.post(f"/staff/people/{own.id}/role/", given).status_code == 403
    assert f"/staff/people/{own.id}/role/" not in admin.get(f"/staff/people/{own.id}/").content.decode()
    for wrong in ({"starts": "x"}, {"section": "kaigo", "role": "nobody"}, {"why": ""}):  # their page has no form to lead back to
        assert admin.post(f"/staff/people/{own.id}/role/", given | wrong).status_code == 403
    for act in ("unlock", "sessions"):  # lifted or ended meanwhile, in another window: what is wrong leads to the page itself
        late = admin.post(f"/staff/people/{staff.id}/{act}/", {"why": ""})
        assert late.status_code == 422 and 'href="#main"' in late.content.decode()


def test_a_role_of_the_whole_hall_is_not_given_with_a_section(hall: Hall):
    staff, admin = hall.staff("tanaka"), hall.desk("admin")
    at = f"/staff/people/{staff.id}/"
    assert "管理者・監査・デジタル推進担当は全庁の役割です" in admin.get(at).content.decode()
    given = {"role": "digital", "section": "zeimu", "starts": "2026-11-20", "ends": "", "why": "棚卸のため"}
    refused = admin.post(f"{at}role/", given)
    assert refused.status_code == 422 and "「デジタル推進担当」は全庁の役割です" in refused.content.decode()
    assert not Membership.objects.filter(staff=staff, role="digital").exists()
    assert admin.post(f"{at}role/", given | {"section": "*"}).status_code == 303
    assert Staff.objects.get(id=staff.id).has_role("*", "digital")
    assert admin.post(f"{at}role/", given | {"role": "clerk", "section": "*"}).status_code == 422
