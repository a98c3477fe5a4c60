"""The definitions and the city of this repository, for tests. Reads files; the code under test never does."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path

from madoguchi.offices.city import City, read_city
from madoguchi.procedures.rules.disasters import with_disasters
from madoguchi.procedures.rules.faces.letter import LetterCity
from madoguchi.procedures.rules.model import Definition
from madoguchi.procedures.rules.read import read

ROOT = Path(__file__).resolve().parents[4]
CITY = ROOT / "cities" / "nanao"
TODAY = dt.date(2026, 11, 20)


def city() -> City:
    return read_city(CITY)


def ids() -> list[str]:
    return sorted({path.stem for folder in (ROOT, CITY) for path in (folder / "procedures").glob("*.yaml")})


@functools.cache
def definition(name: str) -> Definition:
    """A definition with the city's override and disasters. Fails with the problems of the file."""
    base, own = ROOT / "procedures" / f"{name}.yaml", CITY / "procedures" / f"{name}.yaml"
    path = base if base.exists() else own
    override = (own.read_text(encoding="utf-8"), str(own)) if base.exists() and own.exists() else None
    found, problems = read(path.read_text(encoding="utf-8"), str(path), override=override, sections=city().sections,
                           appeals=city().appeals, life_events=city().life_events)
    assert found is not None, "\n".join(map(str, problems))
    return with_disasters(found, {x["番号"]: x["名"] for x in city().disasters})


HEAD = """
手続: mihon
版: 2026-11-22
種別: 申請
名称: 見本の申請
よみ: みほんのしんせい
根拠: [{法令: 見本法, 条: 第1条}]
担当: kosodate
対象: 見本の方
概要: 見本です。
所要: 5分
手数料: 0
本人確認: 署名用
審査: {標準日数: 10日, 処分: {grant: {名: 認定, 種: 認容}, reject: {名: 却下, 種: 拒否}}, 教示: 市長}
文書:
  notice: {名: 通知書, 処分: [grant, reject], 件名: 通知, 本文: "{受付日}付けの申請について", 記: {氏名: "{name}"}}
"""


def small(text: str) -> Definition:
    """A small definition made on the spot: the pages as YAML, everything else fixed."""
    return small_with(text + "\n連携: [{先: kikan, 列: {氏名: name}}]\n")


def small_with(text: str) -> Definition:
    """The same, with its own 連携."""
    found, problems = read(HEAD + text, "mihon.yaml")
    assert found is not None, "\n".join(map(str, problems))
    return found


def letter_city(d: Definition, *, sample: bool = False) -> LetterCity:
    """The city as letters of this procedure show it."""
    c = city()
    section = c.sections[d.section]
    return LetterCity(name=c.name, mayor=c.mayor, seal_words=c.seal_words, zip=c.zip, address=c.address,
                      section=section.name, unit=section.unit, phone=section.phone, hours=c.hours, appeals=c.appeals,
                      sample=sample, head=section.head)
