"""The city pack's city.yaml, read once: who the city is, its sections, its closing days."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from madoguchi.kernel.keeping import years_read
from madoguchi.kernel.kinds import kind_of
from madoguchi.kernel.said import Said

from .errors import CityWrong
from .fees import Fee, fee_read

MAYORS = ("市長名", "町長名", "村長名", "区長名")


@dataclass(frozen=True, slots=True)
class Section:
    """A section (課) that receives applications. ``sign`` is the 記号 of its document numbers."""

    id: str
    name: str
    unit: str
    phone: str
    sign: str
    mail: str = ""  # where the section reads mail; told of cases near their due day
    takes: tuple[str, ...] = ()  # 受け持ち: ids of sections in the common definitions whose work this one does
    head: str = ""  # 差出人: whose name stands under its letters where it is not the mayor (選挙管理委員会 …)


class Sections(dict[str, Section]):
    """The sections of city.yaml by id. Cases, payments and accounts keep the id of a section that the city has since renamed or given up:
    asked for one that is not there, it is the section that does its work (受け持ち), and where none does, the city hall itself."""

    def __init__(self, sections: Iterable[Section], whole: Section) -> None:
        super().__init__((section.id, section) for section in sections)
        self.whole = whole

    def __missing__(self, key: str) -> Section:
        return next((section for section in self.values() if key in section.takes), replace(self.whole, id=key))


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """An entrance by life event on the top page."""

    id: str
    name: str
    icon: str
    note: str


@dataclass(frozen=True, slots=True)
class City:
    """What a city writes about itself."""

    name: str
    reading: str
    english: str
    code: str
    prefecture: str
    zip: str
    address: str
    phone: str
    hours: str
    mayor: str
    seal_words: str
    sections: Sections
    life_events: dict[str, LifeEvent]
    appeals: dict[str, str]
    weekend_closed: bool
    holidays_closed: bool
    closed_spans: tuple[tuple[str, str], ...]
    closed_days: frozenset[dt.date]
    disasters: tuple[dict[str, str], ...]
    keep: dict[str, int]  # 種別 → years of keeping (kernel.keeping); a 種別 that is not there is kept
    register_columns: dict[str, str]  # our name of a column of the resident file → the city's own
    folder: Path
    fees: dict[str, Fee]  # 手数料: the table of the ordinance, dated
    offers: tuple[str, ...] = ()  # 手続き: the common definitions that this city uses; none named is all of them
    warn_days: int = 3  # open days before the due day on which a case is reported (期限の知らせ)

    @property
    def kind(self) -> str:
        """市, 町, 村 or 区, as the last letter of the name says, and behind it the 都, 道 or 府 that it lies in (kernel.kinds)."""
        return kind_of(self.name, self.prefecture)

    @property
    def seat(self) -> str:
        """都道府県, 郡 and name: what an address in this city begins with."""
        before, name, _ = self.address.partition(self.name)
        return before + name if name and before.startswith(self.prefecture) else self.prefecture + self.name

    @property
    def hall(self) -> str:
        """七尾市役所, ○○町役場: the building."""
        return f"{self.name}{'役場' if self.kind[0] in '町村' else '役所'}"

    @property
    def gone(self) -> dict[str, str]:
        """Id of a section that is not (any more) in the city's list → the one that does its work."""
        return {theirs: ours for theirs, ours in self.desks.items() if theirs not in self.sections}

    def closing_days_passed(self, today: dt.date) -> str:
        """What to do where 「日」 of the closing days names days and all of them are over: what a city shuts on every year (市制記念日 …)
        and writes as days is not renewed by itself, as 土日, 祝日 and 期間 are. Empty: nothing."""
        last = max(self.closed_days, default=today)
        return (f"閉庁日の「日」は、{last} で終わっています。今年・来年も休む日があれば書き足し、なければ消してください"
                if last < today else "")

    def doing(self, section: str) -> str:
        """The section that does the work of this one today: itself, or the one that took it over."""
        return self.gone.get(section, section)

    def kept_as(self, *sections: str) -> list[str]:
        """Every id under which rows of these sections' work stand: of the section that does it today, and of those that it took over (cases,
        bookings and payments keep the id that they came with)."""
        desks = dict.fromkeys(map(self.doing, sections))
        return [*desks, *(before for before, now in self.gone.items() if now in desks)]

    @property
    def desks(self) -> dict[str, str]:
        """Id of a section in the common definitions → the section here that does its work (受け持ち), where it has another id."""
        return {theirs: section.id for section in self.sections.values() for theirs in section.takes}


@functools.lru_cache(maxsize=4)
def read_city(folder: Path) -> City:
    """Read ``city.yaml`` of a city pack. Raises CityWrong for one that is missing or incomplete."""
    import yaml

    file = folder / "city.yaml"
    try:
        return _city(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader), folder)  # noqa: S506 - BaseLoader builds text only
    except OSError:
        raise CityWrong(f"市のパックがありません: {file}。MADOGUCHI_CITY に city.yaml のあるフォルダを指定してください。") from None
    except KeyError as missing:
        raise CityWrong(f"{file} に「{missing.args[0]}」がありません。cities/nanao/city.yaml を見本に書き足してください。") from None
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise CityWrong(f"{where} を読めません。字下げと「:」を確認してください。madoguchi procedures check が、直す行を言います。") from None
    except ValueError as error:
        raise CityWrong(f"{file}: {error}") from None


@functools.lru_cache(maxsize=32)
def city_words(folder: Path, language: str) -> dict[str, str]:
    """What the city calls itself in a language: ``translations/<language>.yaml`` of its pack, by key of the source."""
    import yaml

    file = folder / "translations" / f"{language}.yaml"
    if not file.exists():
        return {}
    table = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds text only
    return {key: entry["訳"] for key, entry in (table or {}).items() if entry.get("訳")}  # an empty one is still to be written


def _city(raw: dict[str, Any], folder: Path) -> City:
    closed = raw["閉庁日"]
    return City(
        name=Said(raw["市"]), reading=raw["よみ"], english=raw["英語名"], code=raw["団体コード"], prefecture=raw["都道府県"],
        zip=raw["郵便番号"], address=Said(raw["所在地"]), phone=raw["電話"], hours=Said(raw["開庁時間"]),
        mayor=next((raw[key] for key in MAYORS if raw.get(key)), ""),
        seal_words=raw.get("公印", ""),
        sections=Sections(
            (Section(key, Said(s["名"]), Said(s.get("係", "")), s["電話"], s["記号"], s.get("メール", ""), tuple(s.get("受け持ち", [])),
                     s.get("差出人", "")) for key, s in raw["課"].items()),
            whole=Section("", Said(raw["市"]), Said(""), raw["電話"], ""),
        ),
        life_events={key: LifeEvent(key, Said(e["名"]), e["図"], Said(e["説明"])) for key, e in raw["分野"].items()},
        appeals={key: a["本文"].strip() for key, a in raw["教示"].items()},
        weekend_closed=closed.get("土日") == "はい", holidays_closed=closed.get("祝日") == "はい",
        closed_spans=tuple(_span(text) for text in closed.get("期間", [])),
        closed_days=frozenset(dt.date.fromisoformat(day) for day in closed.get("日", [])),
        disasters=tuple(raw.get("災害", [])),
        keep={kind: _years(kind, rule) for kind, rule in raw.get("保存期間", {}).items()},
        register_columns=dict(raw.get("住民情報", {}).get("列") or {}), folder=folder,
        fees={key: fee_read(key, fee) for key, fee in (raw.get("手数料") or {}).items()}, warn_days=_warn(raw.get("期限の知らせ", "3")),
        offers=tuple(raw.get("手続き", [])),
    )


def _warn(text: str) -> int:
    if not re.fullmatch(r"[1-9]|[12]\d|30", text):
        raise ValueError(f"期限の知らせは、期限の何開庁日前に知らせるかを1〜30の数で書いてください(今は「{text}」)")
    return int(text)


def _years(kind: str, rule: Any) -> int:
    text = rule.get("期間", "") if isinstance(rule, dict) else rule
    years = years_read(text)
    if years is None:
        raise ValueError(f"保存期間の「{kind}」は {{期間: 5年}} か {{期間: 永年}} の形で書いてください(今は「{text}」)")
    return years


def _span(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\d\d-\d\d)〜(\d\d-\d\d)", text)
    if not match:
        raise ValueError(f"city.yaml 閉庁日の期間「{text}」は 12-29〜01-03 の形で書いてください")
    return match[1], match[2]
