"""`procedures check` of a pack with files of the rooms: every value that cannot be used is told by file and line, never by a traceback."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.config.procedures_cli import check
from madoguchi.config.rooms_check import room_problems
from madoguchi.offices.city import read_city

NANAO = Path(__file__).resolve().parents[4] / "cities" / "nanao"
FILES = ("booking.yaml", "cards.yaml", "collection.yaml", "payments.yaml", "plan.yaml")
MORE = {  # what the sample has only in its comments
    "payments.yaml": {"JPQR": {"加盟店": {"26": {"00": "jp.or.paymentsjapan", "01": "1"}}, "業種": "9399", "店名": "NANAO", "市": "NANAO"}},
    "collection.yaml": {
        "列": {"宛名番号": "番号"},
        "番号": {"共通納税機関コード": "17202", "税務事務所コード": "000", "請求書発行企業コード": "999999", "収納機関番号": "99999"},
        "振込": {"委託者コード": "0000000000", "委託者名": "ミホンシ", "銀行": "0000", "支店": "000", "種目": "1", "口座": "0000000"},
        "様式": {"zengin": {"名": "zengin-debit", "改行": "LF", "銀行別": {"0146": {"名": "zengin-debit"}}}}},
}


@pytest.fixture
def pack(tmp_path):
    shutil.copytree(NANAO, tmp_path / "pack")
    return tmp_path / "pack"


def whole(name: str) -> dict[str, Any]:
    """The sample's file with all that a city may write."""
    return yaml.load((NANAO / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader) | MORE.get(name, {})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key != "要確認":
            yield (*path, key)
            yield from places(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    out = copy.deepcopy(value)
    held = out
    for key in path[:-1]:
        held = held[key]
    if other is None:
        del held[path[-1]]
    else:
        held[path[-1]] = other
    return out


def faults(pack: Path) -> list[str]:
    read_city.cache_clear()
    return room_problems(read_city(pack))


@pytest.fixture(autouse=True)
def nothing_remembered():
    yield
    read_city.cache_clear()


@pytest.mark.parametrize("name", FILES)
def test_whatever_stands_in_the_wrong_place_is_told_with_its_line(pack, name):
    body, file, silent = whole(name), pack / name, []
    file.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")
    assert faults(pack) == []
    for path in places(body):
        for other in (["一つ", ["二つ"]], {"知らない": {"もの": "x"}}, None):
            file.write_text(yaml.safe_dump(changed(body, path, other), allow_unicode=True, sort_keys=False), encoding="utf-8")
            told = faults(pack)
            assert all(re.match(r".*\.yaml:\d+ .*(ください|です)", line) for line in told), told
            silent += [path] if not told and other is not None else []
    assert silent == [], "taken for something that it is not"


@pytest.mark.parametrize(("name", "old", "new", "said"), [
    ("payments.yaml", "納付書: {使う: はい", "納付書: {使う: yes", "12 納付書・使う: はい か いいえ で書いてください(今は「yes」)"),
    ("payments.yaml", "課: kosodate", "課: kosodat", "端末・kosodate1・課: 「kosodat」は、city.yaml の「課」にありません"),
    ("payments.yaml", "納付書: {使う", "納付所: {使う", "納付所: 知らない項目です"),
    ("collection.yaml", "課: zeimu", "課: zeimuka", "2 課: 「zeimuka」は、city.yaml の「課」にありません。もしかして「zeimu」ですか"),
    ("collection.yaml", "会計課: kaikei", "会計課: kaikeii", "会計課: 「kaikeii」は、city.yaml の「課」にありません"),
    ("collection.yaml", "教示: 介護保険審査会", "教示: 介護審査会", "教示: 「介護審査会」は、city.yaml の「教示」にありません"),
    ("collection.yaml", "証明書: nouzei-shoumei", "証明書: nouzei-shomei", "もしかして「nouzei-shoumei」ですか"),
    ("collection.yaml", '税目コード: "901"', '税目コード: "90"', "税目コード: 数字3桁で書いてください(今は「90」)"),
    ("cards.yaml", "予約: card-apply", "予約: card-aply", "もしかして「card-apply」ですか"),
    ("booking.yaml", "手続き: [kaigo-nintei-shinki]", "手続き: [kaigo-nintei-sinki]", "もしかして「kaigo-nintei-shinki」ですか"),
    ("plan.yaml", '件数: "452"', "件数: 多い", "3 オンライン化・件数: 1〜99999の数にしてください"),
    ("booking.yaml", "窓口:", "窓口: [", "を読めません"),
])
def test_a_mistake_of_a_pack_is_found_by_the_check(pack, monkeypatch, capsys, name, old, new, said):
    text = (pack / name).read_text(encoding="utf-8")
    assert old in text
    (pack / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("MADOGUCHI_CITY", str(pack))
    assert check([], doubts=False) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if f"{name}:" in line]
    assert told and any(said in line and re.match(r".*\.yaml:\d+ ", line) for line in told), told


def test_a_file_in_another_encoding_and_one_that_nests_without_end_are_told(pack):
    (pack / "payments.yaml").write_bytes("端末: {}".encode("cp932"))
    (pack / "plan.yaml").write_text("a: " + "[" * 5000, encoding="utf-8")
    told = faults(pack)
    assert any("UTF-8ではありません" in line for line in told) and any("深すぎて" in line or "読めません" in line for line in told)


@pytest.mark.parametrize(("text", "said"), [
    ("語:\n  七尾市: ななおし\n", ""),
    ("語:\n  申し込み: もうしこみ\n画面:\n  市民課: 市民課《しみんか》\n", ""),
    ("語:\n  申し込み: しんせい\n", "readings.yaml:2 語・申し込み: 読みを、かなの部分も含めてひらがなで書いてください(今は「しんせい」)"),
    ("言葉:\n  七尾市: ななおし\n", "readings.yaml:1 言葉: 見出しは 語・単語・画面・定義 のどれかにしてください"),
    ("語: ななおし\n", "readings.yaml:1 語: 下に「言葉: 読み」を並べてください"),
    ("語:\n  七尾市: [ななおし]\n", "readings.yaml:2 語・七尾市: 「言葉: 読み」の形で書いてください"),
    ("画面:\n  市民課: しみんか\n", "readings.yaml:2 画面・市民課: 同じ文に、漢字の読みを《》で付けてください"),
    ("- 七尾市\n", "の見出しの下に「言葉: 読み」を並べてください"),
    ("語:\n  七尾市: ななおし\n  七尾市: しちびし\n", "readings.yaml:3 「七尾市」が二度あります"),
])
def test_readings_that_fit_no_word_are_told(pack, text, said):
    (pack / "readings.yaml").write_text(text, encoding="utf-8")
    told = faults(pack)
    assert (len(told) == 1 and said in told[0]) if said else told == [], told


@pytest.mark.parametrize(("text", "said"), [
    ("元: zengin-debit\n", ""),
    ("元: zengin-debit\n文字コード: latin-1\n", "own.yaml:2 "),
    ("元: zengin-debt\n", "own.yaml:1 元の様式「zengin-debt」がありません"),
    ("元: zengin-transfer\n", "様式「own」はzenginのものではありません(formats/own.yaml はtransfer)"),
    ("様式: zengin\n知らない: 1\n", "own.yaml:2 「知らない」は使えない見出しです。消してください"),
])
def test_a_layout_of_the_city_s_own_is_read(pack, text, said):
    (pack / "formats").mkdir()
    (pack / "formats" / "own.yaml").write_text(text, encoding="utf-8")
    body = whole("collection.yaml") | {"様式": {"zengin": {"名": "own", "銀行別": {"0146": {"名": "zengin-debit"}}}}}
    (pack / "collection.yaml").write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")
    told = faults(pack)
    assert any(said in line and re.match(r".*/(own|collection)\.yaml:\d+ ", line) for line in told) if said else told == [], told


def test_a_layout_that_is_not_there_and_one_in_another_encoding_are_told(pack):
    body = whole("collection.yaml") | {"様式": {"zengin": {"名": "zengin-debit", "銀行別": {"0146": {"名": "zengin-debt"}}}}}
    (pack / "collection.yaml").write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (pack / "formats").mkdir()
    (pack / "formats" / "other.yaml").write_bytes("元: 見本\n".encode("cp932"))
    told = faults(pack)
    assert any("銀行別・0146: 様式「zengin-debt」はありません" in line for line in told)
    assert any("other.yaml の文字コードがUTF-8ではありません" in line for line in told) and len(told) == 2
