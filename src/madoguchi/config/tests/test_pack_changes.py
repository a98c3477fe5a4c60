"""A city changes its pack while cases are open: a section is renamed or given up, a procedure is no longer in it and comes back."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import call_command
from tests.support.hall import run_worker

from madoguchi.agency.models import Organisation
from madoguchi.agency.organisations import organisation_get, organisation_list
from madoguchi.booking.models import Booking
from madoguchi.booking.public import bookings_of
from madoguchi.casework.lists import sections_of_cases
from madoguchi.casework.models import Alarm
from madoguchi.casework.public import cases_of_section, escalate
from madoguchi.config.management.commands.setup import Command
from madoguchi.figures import rules
from madoguchi.figures.selectors import figures
from madoguchi.identity import absences
from madoguchi.identity.errors import AbsenceWrong
from madoguchi.identity.public import Right, Staff, colleagues
from madoguchi.identity.selectors import sections_of_staff
from madoguchi.kernel import clock
from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.city import read_city
from madoguchi.payments import cashier
from madoguchi.payments.models import Payment
from madoguchi.payments.till import till_now
from madoguchi.procedures.public import catalogue, withdrawals
from madoguchi.procedures.selectors import forget, offered_by
from madoguchi.scans.models import Upload
from madoguchi.scans.selectors import upload_get, upload_list

CLAIM = "jidou-teate-nintei"
pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed(settings, tmp_path):
    """The pack with the section kosodate under another id and name; ``takes`` says which ids it takes over."""
    def write(takes: str = "") -> None:
        text = (Path(settings.ROOT) / "cities" / "nanao" / "city.yaml").read_text(encoding="utf-8")
        old = "  kosodate: {名: 子育て支援課, 係: 給付係,"
        assert old in text
        folder = tmp_path / f"pack{len(takes)}"
        folder.mkdir()
        (folder / "city.yaml").write_text(text.replace(old, f"  kodomo: {{名: こども未来課, {takes}"), encoding="utf-8")
        settings.MADOGUCHI_CITY = folder

    yield write
    read_city.cache_clear()


def pages(hall, case):
    """What the clerk of the section and the applicant see of it."""
    desk = hall.desk("tanaka")
    return [desk.get("/staff/"), desk.get(f"/staff/case/{case.id}/"), hall.browser("hanako").get(f"/my/{hall.seen_by_applicant(case).id}/")]


def test_who_takes_a_section_over_has_its_cases_and_its_people(hall, renamed):
    case = hall.case("hanako", CLAIM)
    renamed("受け持ち: [kosodate],")
    listed, opened, seen = pages(hall, case)
    assert [p.status_code for p in (listed, opened, seen)] == [200, 200, 200]
    assert case.receipt in listed.content.decode() and "こども未来課" in seen.content.decode()
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert {s.username for s in colleagues("kosodate")} == {s.username for s in colleagues("kodomo")} >= {"tanaka", "kimura"}
    assert Staff.objects.get(username="tanaka").roles() == {"kodomo": {"clerk"}}
    assert "sato" not in {s.username for s in colleagues("kosodate")} and hall.desk("sato").get(f"/staff/case/{case.id}/").status_code == 404


def test_its_figures_are_those_of_who_took_it_over(hall, renamed):
    hall.decide(hall.case("hanako", CLAIM), "grant", "tanaka", "kimura", "suzuki")
    month = rules.period(clock.today().replace(day=1), 1)
    before, = [row for row in figures(actor=hall.staff("tanaka"), section="", chosen=month).rows if row.slug == CLAIM]
    renamed("受け持ち: [kosodate],")
    for who, section in ((Staff.objects.get(username="tanaka"), ""), (hall.staff("auditor"), "kodomo")):
        row, = [row for row in figures(actor=who, section=section, chosen=month).rows if row.slug == CLAIM]
        assert (row.section, row.line.filed, row.line.decided) == ("こども未来課", 1, 1) and row.line.cells == before.line.cells
    assert [row.line.filed for row in figures(actor=hall.staff("sato"), section="", chosen=month).rows if row.slug == CLAIM] == []


def test_its_terms_deputies_programs_and_bookings_go_on(hall, renamed, monkeypatch):
    case = hall.case("hanako", CLAIM)
    kimura, suzuki, tanaka = (hall.staff(who) for who in ("kimura", "suzuki", "tanaka"))
    days = {"starts": clock.today(), "ends": clock.today()}
    absences.absence_add(actor=suzuki, staff=suzuki, section="kosodate", deputy=kimura, **days)
    booked = Booking.objects.create(number="0000001", service="childcare", section="kosodate", counter="kosodate", seat=0, day=clock.today(),
                                    start=540, minutes=30, pause=0, state="confirmed", created_at=clock.now(), changed_at=clock.now())
    renamed("受け持ち: [kosodate],")
    suzuki, kimura, tanaka = (Staff.objects.get(username=who) for who in ("suzuki", "kimura", "tanaka"))
    assert absences.stamp_sections(suzuki) == ["kodomo"], "one section, one name"
    assert absences.stands_in_for(actor=kimura, section="kodomo", right=Right.STAMP_MANAGER) == suzuki
    with pytest.raises(AbsenceWrong):
        absences.absence_add(actor=suzuki, staff=suzuki, section="kodomo", deputy=kimura, **days)
    assert list(cases_of_section("kodomo")) == [case] == list(cases_of_section("kosodate")) and not cases_of_section("kaigo")
    assert bookings_of("kodomo", clock.today()) == [booked] and bookings_of("kaigo", clock.today()) == []
    with clock.frozen(dt.datetime.combine(case.due_on + dt.timedelta(days=1), dt.time(9), clock.JST)):
        assert escalate() and Alarm.objects.filter(case=case, stands=True).exists()


def test_its_takings_scans_and_offices_go_on(hall, renamed):
    hall.definition("kaigo-nintei-shinki")
    office = hall.organisation("kyotaku", "kaigo-nintei-shinki")
    Organisation.objects.update(section="kosodate")
    scan = Upload.objects.create(sha256="0" * 64, section="kosodate", sheets=1, state="reading", by="staff:tanaka", at=clock.now())
    hall.file("hanako", "kazei-shoumei", hall.answers("kazei-shoumei") | {"exempt": False})
    run_worker()
    Payment.objects.update(section="kosodate")
    payment = Payment.objects.get()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=payment.amount)
    renamed("受け持ち: [kosodate],")
    chief, clerk, other = (Staff.objects.get(id=hall.staff(who).id) for who in ("suzuki", "tanaka", "yoshida"))
    assert organisation_list(actor=chief) == [office] and organisation_get(actor=chief, organisation_id=str(office.id)) == office
    assert upload_get(actor=clerk, upload_id=scan.id) == scan and len(upload_list(actor=clerk)) == 1 and upload_list(actor=other) == []
    assert till_now(actor=clerk, section="kodomo").taken == payment.amount > 0


def test_where_nobody_takes_it_over_the_start_says_what_to_write(hall, renamed):
    case = hall.case("hanako", CLAIM)
    renamed()
    assert sections_of_cases() == {"kosodate"}
    with pytest.raises(StartRefused) as refused:
        Command()._sections()
    assert "「kosodate」" in str(refused.value) and "「受け持ち: [kosodate]」" in str(refused.value)
    assert hall.browser("hanako").get(f"/my/{hall.seen_by_applicant(case).id}/").status_code == 200


def test_roles_in_a_section_that_is_gone_are_told(hall, renamed):
    hall.staff("tanaka")
    assert sections_of_staff() == {"kosodate"}
    renamed()
    said = io.StringIO()
    Command(stderr=said)._sections()
    assert "「kosodate」" in said.getvalue() and "役割" in said.getvalue()


def test_what_the_pack_has_no_longer_is_offered_no_longer_and_goes_on(hall, settings, tmp_path):
    call_command("setup", verbosity=0, stdout=io.StringIO())
    draft, case = hall.draft("taro", CLAIM), hall.case("hanako", CLAIM)
    forget()
    folder = tmp_path / "pack"
    folder.mkdir()
    text = (Path(settings.ROOT) / "cities" / "nanao" / "city.yaml").read_text(encoding="utf-8")
    (folder / "city.yaml").write_text(text.replace("分野:  ", "手続き: [juuminhyou-utsushi, sodai-gomi]\n分野:  "), encoding="utf-8")
    home, settings.MADOGUCHI_CITY = settings.MADOGUCHI_CITY, folder
    said = io.StringIO()
    call_command("setup", verbosity=0, stdout=said)
    forget()  # what a commit does
    assert {p.slug for p in catalogue()} == {"juuminhyou-utsushi", "sodai-gomi"} and f"{CLAIM}: 市のパックにない" in said.getvalue()
    here = hall.browser("taro")
    assert here.get(f"/p/{CLAIM}/").status_code == 404 and here.get(f"/p/{CLAIM}/paper.pdf").status_code == 404
    assert here.get(f"/a/{draft.id}/{hall.definition(CLAIM).steps[0].id}/").status_code == 200
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert hall.desk("digital").get("/staff/inventory/doubles/").status_code == 200

    settings.MADOGUCHI_CITY = home
    call_command("setup", verbosity=0, stdout=said)
    forget()
    assert CLAIM in offered_by("setup") and f"{CLAIM}: もう一度受け付けます" in said.getvalue()
    assert withdrawals() == [] and here.get(f"/p/{CLAIM}/").status_code == 200
