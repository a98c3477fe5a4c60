"""`procedures check` and what lies on a disk: other encodings, folders without definitions, a city's own pack, its city.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from madoguchi.config import procedures_cli
from madoguchi.config.city_check import city_file_problems
from madoguchi.procedures.tests import pack

NAME = "oukyuu-shuuri.yaml"
SOURCE = (pack.ROOT / "procedures" / NAME).read_text(encoding="utf-8")


def said(capsys, *paths: Path, status: int = 1, doubts: bool = False) -> str:
    assert procedures_cli.check([str(p) for p in paths], doubts=doubts) == status
    return capsys.readouterr().out


@pytest.mark.parametrize(("raw", "line", "says"), [
    (SOURCE.replace("〜", "\uff5e").encode("cp932", "replace"), 1, "文字コードがUTF-8ではありません"),
    (SOURCE.encode("utf-16"), 1, "文字コードがUTF-8ではありません"),
    ("手続: a\n名称: ".encode() + "見本".encode("cp932"), 2, "文字コードがUTF-8ではありません"),
    (SOURCE.replace("対象: ", "対象: \x07", 1).encode(), 16, "使えない文字(制御文字 U+0007)"),
    (SOURCE.replace("  applicant:", "\tapplicant:", 1).encode(), 25, "字下げにタブは使えません"),
    (("手続: " + "[" * 500 + "]" * 500).encode(), 1, "入れ子が深すぎます"),
    (("手続: " + "[" * 20_000 + "]" * 20_000).encode(), 1, "入れ子が深すぎます"),
    (("手続: a\n名称: " + "[" * 300_000).encode(), 2, "入れ子が深すぎます"),  # libyaml ended the process
    (("- " * 300_000).encode(), 1, "入れ子が深すぎます"),
    (b"", 1, "「見出し: 値」の形で"),
])
def test_a_file_that_cannot_be_read_says_so_and_the_others_are_looked_at(tmp_path, capsys, raw: bytes, line: int, says: str) -> None:
    (tmp_path / NAME).write_bytes(raw)
    (tmp_path / "sousai-hi.yaml").write_text("手続: sousai-hi\n謎: 1\n", encoding="utf-8")
    out = said(capsys, tmp_path)
    assert f"{tmp_path / NAME}:{line} {says}" in out, out
    assert f"{tmp_path / 'sousai-hi.yaml'}:2 「謎」という見出しは" in out


def test_a_mark_before_the_text_is_no_fault(tmp_path, capsys) -> None:
    (tmp_path / NAME).write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    said(capsys, tmp_path / NAME, status=0)


def test_a_folder_without_definitions_is_not_well(tmp_path, capsys) -> None:
    assert f"{tmp_path} に、検査する定義(*.yaml)がありません" in said(capsys, tmp_path)


@pytest.mark.parametrize(("place", "count"), [
    ("procedures/finders", 6), ("procedures/finders/hikkoshi.yaml", 1), ("procedures/patterns", 9), ("procedures/patterns/kouza.yaml", 1),
    ("procedures/patterns/common.yaml", 1), ("procedures/search", 2), ("procedures/search/readings.tsv", 1),
    ("procedures/translations/vi/sousai-hi.yaml", 1),
    ("cities/nanao/city.yaml", 59),
])
def test_whatever_lies_in_the_tree_is_read_as_what_it_is(place: str, count: int, capsys) -> None:
    assert said(capsys, pack.ROOT / place, status=0) == f"{count}件を検査しました。誤りはありません\n"


def test_a_folder_that_only_has_such_a_name_holds_definitions(tmp_path, capsys) -> None:
    (tmp_path / "search" / "finders").mkdir(parents=True)
    (tmp_path / "search" / "finders" / NAME).write_text("手続: oukyuu-shuuri\n謎: 1\n", encoding="utf-8")
    assert f"{NAME}:2 「謎」という見出しは" in said(capsys, tmp_path / "search" / "finders")


@pytest.fixture
def own(tmp_path) -> Path:
    shutil.copytree(pack.CITY, tmp_path / "own")
    return tmp_path / "own"


def test_a_citys_file_is_laid_on_the_common_one_and_its_pack_is_checked_whole(own, capsys) -> None:
    said(capsys, own, own / "procedures", own / "procedures" / "risai-shoumei.yaml", status=0)
    file = own / "procedures" / "risai-shoumei.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("番号: receive_page", "番号: recieve_page"), encoding="utf-8")
    line = text[: text.index("番号: receive_page")].count("\n") + 1
    for place in (own, own / "procedures", file):
        assert f"{file}:{line} 「題」がありません" in said(capsys, place)
    file.write_bytes(text.encode("cp932", "replace"))
    assert f"{file}:1 文字コードがUTF-8ではありません" in said(capsys, own)


CITY = [
    ("発生日: 2024-01-01", "発生日: 2024-13-01", "災害の発生日「2024-13-01」は"),
    ("種類: 地震", "種類: 地しん", "災害の種類「地しん」は使えません"),
    ("番号: r6-okunoto", "番号: r6-noto", "災害の番号「r6-noto」が"),
    ("受付終了: 2025-03-31", "受付終了: 2023-03-31", "災害の発生日・受付開始・受付終了は、この順になるように"),
    ("12-29〜01-03", "12/29-01/03", "閉庁日の期間「12/29-01/03」は"),
    ("  日: []", "  日: [2026-2-30]", "閉庁日の日「2026-2-30」は"),
    ("公印: ", "こういん: ", "「こういん」という見出しは使えません"),
    ("  kaigo:", "  kosodate:", "「kosodate」が二度書かれています"),
    ("係: 給付係", "がかり: 給付係", "「がかり」という見出しは"),
]


@pytest.mark.parametrize(("old", "new", "says"), CITY)
def test_city_yaml_is_checked_line_by_line(own, capsys, old: str, new: str, says: str) -> None:
    file = own / "city.yaml"
    text = file.read_text(encoding="utf-8")
    assert city_file_problems(file) == []
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    assert any(f"{file}:{line} {says}" in str(p) for p in city_file_problems(file)), city_file_problems(file)


def test_a_city_that_cannot_be_used_is_told_whole(own, capsys, monkeypatch) -> None:
    file = own / "city.yaml"
    text = file.read_text(encoding="utf-8").replace("よみ: ", "yomi: ", 1).replace("12-29〜01-03", "12/29-01/03")
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MADOGUCHI_CITY", str(own))
    out = said(capsys)
    assert "「よみ」がありません" in out and "「yomi」という見出しは" in out and "「12/29-01/03」は" in out


def test_the_doubts_of_city_yaml_are_listed_too(capsys) -> None:
    out = said(capsys, pack.CITY, status=0, doubts=True)
    lines = (pack.CITY / "city.yaml").read_text(encoding="utf-8").splitlines()
    marked = [n for n, line in enumerate(lines, 1) if "要確認: " in line.partition("#")[0]]
    assert marked and all(f"{pack.CITY / 'city.yaml'}:{n} 要確認 " in out for n in marked)


def test_a_finder_of_a_citys_pack_is_read_with_that_city(own, capsys) -> None:
    (own / "finders").mkdir(exist_ok=True)
    (own / "finders" / "own.yaml").write_text("ナビ: own\n謎: 1\n", encoding="utf-8")
    out = said(capsys, own / "finders")
    assert f"{own / 'finders' / 'own.yaml'}:" in out and "謎" in out, out
