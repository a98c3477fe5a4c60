"""A city changes its pack while cases are open: a section is renamed or given up, a procedure is no longer in it and comes back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from madoguchi.casework.lists import sections_of_cases
from madoguchi.config.management.commands.setup import Command
from madoguchi.identity.public import Staff, colleagues
from madoguchi.identity.selectors import sections_of_staff
from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.city import read_city
from madoguchi.procedures.public import catalogue, withdrawals
from madoguchi.procedures.selectors import forget, offered_by

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
