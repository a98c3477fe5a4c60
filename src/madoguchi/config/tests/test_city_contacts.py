"""A wrong digit in city.yaml is said by the check, before it stands on every page and letter."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil

import pytest

from madoguchi.config import procedures_cli
from madoguchi.kernel import clock
from madoguchi.offices.city import read_city
from madoguchi.offices.contacts import contact_doubts, contact_faults, phone_ok
from madoguchi.procedures.pack import city_folder

MAIN = "0767-53-1111"  # as the pack has it


@pytest.mark.parametrize("good", ["0767-53-1111", "03-1234-5678", "076-123-4567", "04992-1-2345", "050-1234-5678", "0120-123-456", "0800-123-4567"])
def test_telephones_as_they_are_written(good):
    assert phone_ok(good)


@pytest.mark.parametrize("bad", ["0767-53-111", "0767-53-11111", "767-53-1111", "0767531111", "０７６７-53-1111", "0767-53-1111(代表)", "",
                                 "050-123-4567", "0767-531-111"])
def test_telephones_that_are_none(bad):
    assert not phone_ok(bad)


def city(**changed):
    found = read_city(city_folder())
    return dataclasses.replace(found, **changed)


def with_phone(key, phone):
    sections = dict(city().sections)
    sections[key] = dataclasses.replace(sections[key], phone=phone)
    return city(sections=sections)


def test_the_pack_of_the_repository_is_in_order():
    assert list(contact_faults(city())) == [] == list(contact_doubts(city()))


@pytest.mark.parametrize(("hours", "words"), [
    ("平日", "始めと終わりの時刻"), ("平日 17時15分〜8時30分", "始めの時刻より後"), ("平日 8時30分〜25時", "始めの時刻より後")])
def test_hours_that_cannot_be_are_told(hours, words):
    ((_, ja),) = contact_faults(city(hours=hours))
    assert "開庁時間" in ja and words in ja


def test_hours_may_be_written_with_colons():
    assert list(contact_faults(city(hours="8:30〜17:15(土日祝を除く)"))) == []


def test_a_telephone_unlike_the_others_is_a_doubt():
    assert ["市外局番が違います" in ja for _, ja in contact_doubts(with_phone("kaigo", "0768-53-1111"))] == [True]
    assert ["市内局番がほかの課と違います" in ja for _, ja in contact_doubts(with_phone("kaigo", "0767-35-1111"))] == [True]
    assert list(contact_doubts(with_phone("kaigo", "0120-123-456"))) == []


def test_closing_days_that_are_all_over_are_a_doubt(tmp_path, monkeypatch, capsys):
    shutil.copytree(city_folder(), tmp_path / "nanao")
    file = tmp_path / "nanao" / "city.yaml"
    text = file.read_text(encoding="utf-8")
    assert "  日: []" in text
    monkeypatch.setenv("MADOGUCHI_CITY", str(tmp_path / "nanao"))
    for days, said in (("[]", False), ("[2026-05-20]", True), ("[2026-05-20, 2027-05-20]", False)):
        file.write_text(text.replace("  日: []", f"  日: {days}"), encoding="utf-8")
        read_city.cache_clear()
        with clock.frozen(dt.datetime(2026, 11, 20, 9, tzinfo=clock.JST)):
            assert procedures_cli.check([], doubts=True) == 0
        told = [line for line in capsys.readouterr().out.splitlines() if "閉庁日の「日」は、2026-05-20 で終わっています" in line]
        assert bool(told) is said and all(line.startswith(f"{file}:18 要確認") for line in told), told


def test_the_command_names_file_line_and_what_to_do(tmp_path, monkeypatch, capsys):
    shutil.copytree(city_folder(), tmp_path / "nanao")
    file = tmp_path / "nanao" / "city.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("  kaigo:"))
    lines[at] = lines[at].replace(MAIN, "0767-53-111")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(procedures_cli, "city_folder", lambda: tmp_path / "nanao")
    assert procedures_cli.check([], doubts=False) == 1
    assert f"{file}:{at + 1} 課「kaigo」の電話「0767-53-111」は、電話番号の形ではありません" in capsys.readouterr().out
