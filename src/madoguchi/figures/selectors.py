"""Readers: the figures of the sections that somebody may see. No person is in them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from madoguchi.casework import public as casework
from madoguchi.identity.public import Right, Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.offices.public import city, open_days_between
from madoguchi.procedures import public as procedures

from . import rules
from .rules import Bundle, Line, Period

ENDS = {"documents": "添付書類", "check": "確認と送信"}
Key = tuple[str, str, dt.date]  # section, procedure, month


@dataclass(frozen=True, slots=True)
class Row:
    """A procedure with its figures."""

    slug: str
    name: str
    section: str
    line: Line
    left_at: list[tuple[str, str, int]]  # page, its name → how many drafts were left there, most first
    bundles: list[Bundle]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """The page: rows by procedure, lines by month, all together."""

    period: Period
    rows: list[Row]
    months: list[tuple[dt.date, Line]]
    total: Line


def sections_seen(*, actor: Staff) -> dict[str, str]:
    """Sections whose figures this person may see, with their names. Raises Forbidden when there are none."""
    names = {key: str(section.name) for key, section in city().sections.items()}
    if not actor.may(Right.SEE_ALL_FIGURES):
        names = {key: names[key] for key in actor.sections() if key in names and actor.may(Right.SEE_FIGURES, key)}
    if not names:
        raise Forbidden
    return names


def _chosen(actor: Staff, section: str) -> dict[str, str]:
    seen = sections_seen(actor=actor)
    if section and section not in seen:
        raise NotFound("この課の統計は見られません。自分の課を選んでください。")
    return {section: seen[section]} if section else seen


def _procedures(sections: Iterable[str], slugs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Procedure → (section, name): all that the sections offer now."""
    offered = {p.slug: (_desk(p.definition.section), str(p.definition.name)) for p in procedures.catalogue()}
    wanted = set(sections)
    out = {slug: found for slug, found in offered.items() if found[0] in wanted}
    return out | {slug: offered.get(slug) or _gone(slug) for slug in slugs}


def _gone(slug: str) -> tuple[str, str]:
    """One that is no longer offered, by the name of its last version."""
    try:
        d = procedures.current(slug).definition
    except NotFound:
        return "", slug
    return _desk(d.section), str(d.name)


def _desk(section: str) -> str:
    """The section that does the work of this one today: cases and versions keep the id of one that another took over (受け持ち)."""
    return city().doing(section)


def _lines(desks: list[str], chosen: Period) -> dict[Key, Line]:
    """The figures of cases by section, procedure and month; those of a section that one of these took over are its own."""
    out: dict[Key, Line] = {}
    sections = city().kept_as(*desks)
    for c in casework.filed_between(sections, chosen.first, chosen.until):
        line = out.setdefault((_desk(c.section), c.slug, c.month), Line())
        line.filed += c.count
        line.online += c.count if c.channel == "online" else 0
        line.counter += c.count if c.channel == "counter" else 0
        line.paper += c.count if c.channel == "paper" else 0
    for c in casework.corrected_between(sections, chosen.first, chosen.until):
        out.setdefault((_desk(c.section), c.slug, c.month), Line()).corrected += c.count
    days: dict[tuple[dt.date, dt.date], int] = {}
    for d in casework.decided_between(sections, chosen.first, chosen.until):
        line, pair = out.setdefault((_desk(d.section), d.slug, d.month), Line()), (d.filed_on, d.decided_on)
        if pair not in days:
            days[pair] = open_days_between(*pair)
        line.decided += d.count
        line.within += d.count if d.within else 0
        line.days[days[pair]] += d.count
    return out


def _page_name(slug: str, page: str) -> str:
    if page in ENDS:
        return ENDS[page]
    try:
        step = procedures.current(slug).definition.step(page)
    except NotFound:
        step = None
    return str(step.title) if step else f"いまの様式にないページ({page})"


def _opinions(slugs: list[str], chosen: Period) -> dict[str, list[Bundle]]:
    by_slug: dict[str, list[tuple[dt.date, int, int]]] = {}
    for slug, month, grade, n in intake.grades_until(chosen.last, slugs):
        by_slug.setdefault(slug, []).append((month, grade, n))
    today = clock.today().replace(day=1)
    return {slug: rules.shown(rules.bundles(rows, today), chosen) for slug, rows in by_slug.items()}


def figures(*, actor: Staff, section: str, chosen: Period) -> Figures:
    """The figures of a section (of all that the person may see when none is named). Raises Forbidden, NotFound."""
    sections = _chosen(actor, section)
    lines = _lines(list(sections), chosen)
    known = _procedures(sections, {slug for _, slug, _ in lines})
    left: dict[str, Counter[str]] = {}
    for month, slug, page, n in intake.left_between(chosen.first, chosen.last, list(known)):
        left.setdefault(slug, Counter())[page] += n
        owner = next((s for s, other, _ in lines if other == slug), known[slug][0])
        lines.setdefault((owner, slug, month), Line()).left += n
    said = _opinions(list(known), chosen)
    rows = []
    for slug, (owner, name) in sorted(known.items(), key=lambda item: (item[1][0], item[1][1])):
        line = Line()
        for (_, other, _), some in lines.items():
            if other == slug:
                line.add(some)
        for bundle in said.get(slug, []):
            line.grades += Counter(bundle.grades)
        places = [(page, _page_name(slug, page), n) for page, n in left.get(slug, Counter()).most_common()]
        texts = [text for b in said.get(slug, []) for text in intake.texts_between(slug, b.first, b.last)]
        rows.append(Row(slug, name, sections.get(owner, owner), line, places, said.get(slug, []), sorted(texts)))
    total = Line()
    for row in rows:
        total.add(row.line)
    return Figures(chosen, rows, _by_month(lines, chosen), total)


def _by_month(lines: dict[Key, Line], chosen: Period) -> list[tuple[dt.date, Line]]:
    out = {month: Line() for month in chosen.months}
    for (_, _, month), line in lines.items():
        out[month].add(line)
    return list(out.items())


HEADERS = (
    "全国地方公共団体コード", "地方公共団体名", "担当課", "手続ID", "手続名", "対象期間_開始年月", "対象期間_終了年月", "受付件数",
    "オンライン受付件数", "オンライン割合", "窓口端末受付件数", "紙受付件数", "補正件数", "補正割合", "決定件数",
    "処理日数_中央値", "処理日数_90パーセント", "標準処理期間内件数",
    "標準処理期間内割合", "書きかけ終了件数", "書きかけ終了割合", "満足度_回答数", "満足度_平均", "備考",
)
CELLS = ("filed", "online", "online_share", "counter", "paper", "corrected", "corrected_share", "decided", "median", "ninety", "within",
         "within_share", "left", "left_share", "opinions", "grade")


LEFT_HEADERS = ("全国地方公共団体コード", "地方公共団体名", "担当課", "手続ID", "手続名", "対象期間_開始年月", "対象期間_終了年月",
                "画面ID", "画面名", "書きかけ終了件数")


def left_table(found: Figures) -> list[list[str]]:
    """The rows of the CSV of where drafts were left: by section, procedure and page, most first."""
    here, months = city(), (f"{found.period.first:%Y-%m}", f"{found.period.last:%Y-%m}")
    return [list(LEFT_HEADERS)] + [
        [here.code, str(here.name), row.section, row.slug, row.name, *months, page, name, str(n)]
        for row in found.rows for page, name, n in row.left_at]


def table(found: Figures) -> list[list[str]]:
    """The rows of the CSV."""
    here = city()
    out = [list(HEADERS)]
    for row in found.rows:
        cells = row.line.cells
        note = "満足度の対象年月:" + "、".join(f"{b.first:%Y-%m}〜{b.last:%Y-%m}" for b in row.bundles) if row.bundles else ""
        out.append([here.code, str(here.name), row.section, row.slug, row.name, f"{found.period.first:%Y-%m}", f"{found.period.last:%Y-%m}",
                    *("" if cells[c] is None else str(cells[c]) for c in CELLS), note])
    return out
