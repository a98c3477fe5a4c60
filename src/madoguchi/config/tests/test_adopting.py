"""A city begins its pack from another one's: what it still has of that, which of its names a language lacks, whose readings it makes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from madoguchi.config import procedures_cli, readings_cli
from madoguchi.kernel.said import key_of
from madoguchi.offices.city import city_words, read_city

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def pack(tmp_path, monkeypatch):
    folder = tmp_path / "town"
    shutil.copytree(ROOT / "tests" / "support" / "town", folder)
    monkeypatch.setenv("MADOGUCHI_CITY", str(folder))
    return folder


def test_what_a_copied_pack_still_has_of_the_sample_is_a_doubt(pack, capsys):
    shutil.copy(ROOT / "cities" / "nanao" / "collection.yaml", pack)
    procedures_cli.check([], doubts=True)
    assert f"{pack}/collection.yaml:8 要確認 見本の市の「七尾」が残っています" in capsys.readouterr().out
    (pack / "collection.yaml").unlink()
    procedures_cli.check([], doubts=True)
    assert "見本の市" not in capsys.readouterr().out


def test_the_names_that_a_language_lacks_come_as_entries_to_fill_in(pack, capsys):
    assert procedures_cli.main(["coverage", "--city"]) == 0
    told = capsys.readouterr().out
    assert f'{key_of("住民税務課")}:\n  原文: "住民税務課"\n  訳: ""' in told and told.count("# ") == 5
    (pack / "translations").mkdir()
    (pack / "translations" / "en.yaml").write_text(f'{key_of("住民税務課")}:\n  原文: "住民税務課"\n  訳: ""\n', encoding="utf-8")
    assert city_words(pack, "en") == {}, "an empty one is no name"


@pytest.mark.parametrize(("text", "said"), [
    ("abc:\n  原文: 住民税務課\n  訳: x\n", f"の鍵は {key_of('住民税務課')} です"), ("abc: x\n", "「原文」と「訳」を書いて"),
    ("abc:\n  原文: x\n", "「原文」と「訳」を書いて"), ("a: [\n", "YAMLとして読めません"),
])
def test_a_table_of_translations_that_cannot_be_used_is_told(pack, capsys, text, said):
    (pack / "translations").mkdir()
    (pack / "translations" / "en.yaml").write_text(text, encoding="utf-8")
    assert procedures_cli.check([], doubts=False) == 1
    assert said in capsys.readouterr().out


def test_readings_for_another_city_leave_the_common_ones_alone(pack, monkeypatch, capsys):
    written = []
    monkeypatch.setattr(readings_cli, "sudachi", lambda: None)
    monkeypatch.setattr(readings_cli.Reader, "read", lambda self, text: text)
    monkeypatch.setattr(readings_cli, "_side_file", lambda path, texts: written.append(path))
    monkeypatch.setattr(readings_cli, "_catalogue", lambda said: written.append("catalogue"))
    there = sorted((ROOT / "procedures" / "translations" / "ja-ruby").iterdir())
    assert readings_cli.readings([]) == 0
    assert written == [pack / "translations" / "ja-ruby.yaml"]
    assert sorted((ROOT / "procedures" / "translations" / "ja-ruby").iterdir()) == there
    assert read_city(pack).name == "霧ヶ原町"
