"""What a city's override may add: an entry that the common definition has not is either new or mistyped, and only the city knows which.
New ones are written whole; one whose number is nearly that of an existing entry says 「追加: はい」. What the common definition has and the
city does not want is taken away by {除く: はい} in its place; who still refers to it is told by the check."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from .yaml_strict import Items, Problem, Table, Text

ADDED = "追加"
REMOVED = "除く"
NUMBER = "番号"  # of a page, by which an override names it
YES = "はい"
PAGE = "画面"
# heading → (what its entries are called, what a new entry must say)
ENTRIES = {
    "選択肢": ("選択肢", ("表示",)), "項目": ("項目", ("問", "型")), "決定項目": ("決定項目", ("問", "型")), "添付": ("添付", ("名",)),
    "役割": ("役割", ("名",)), "処分": ("処分", ("名", "種")), "文書": ("文書", ("名", "処分")), "やること": ("やること", ("名",)),
}
NEAR = 0.7  # of difflib: countr and counter, certifcate and certificate, kenshin and keshin


def plain(over: Any) -> Any:
    """An override without its 「追加」, as it is laid on the common definition; lines are kept."""
    if isinstance(over, Table):
        out = Table((key, plain(value)) for key, value in over.items() if key != ADDED)
        out.line, out.lines = over.line, dict(over.lines)
        return out
    if isinstance(over, Items):
        items = Items(map(plain, over))
        items.line = over.line
        return items
    if isinstance(over, dict):
        return {key: plain(value) for key, value in over.items() if key != ADDED}
    return [plain(value) for value in over] if isinstance(over, list) else over


def removes(value: Any) -> bool:
    """Does an override take this away: {除く: はい}, of a page with its 番号?"""
    return isinstance(value, dict) and REMOVED in value and set(value) <= {REMOVED, NUMBER}


def referred(found: list[Problem], base: Any, over: Any) -> list[Problem]:
    """The problems, where one names what the override took away with what to do: the common file cannot be changed."""
    gone = sorted(set(_removed(base, over, "")), key=len, reverse=True)
    named = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, gone))})(?![\w-])", re.ASCII) if gone else None
    return [Problem(p.file, p.line, p.ja + _why(m[1], p.ja)) if named and (m := named.search(p.ja)) else p for p in found]


def _why(key: str, ja: str) -> str:
    if f"「{key}」がありません" in ja:
        return f"(「{key}」は上書きで除いていますが、除けない見出しです)"
    return f"(「{key}」は上書きで除いています。これを使っているここも、上書きで変えるか除いてください)"


def _removed(base: Any, over: Any, key: str) -> Iterator[str]:
    """What is taken away by its number, and the questions of a page that is."""
    if removes(over):
        yield str(over.get(NUMBER) or key)
        yield from (base.get("項目") or ()) if isinstance(base, Table) else ()
    elif isinstance(base, Table) and isinstance(over, Table):
        for name, value in over.items():
            yield from _removed(base.get(name), value, name)
    elif isinstance(base, Items) and isinstance(over, Items):
        pages = {str(page.get(NUMBER)): page for page in base if isinstance(page, Table)}
        for page in over:
            yield from _removed(pages.get(str(page.get(NUMBER))), page, "") if isinstance(page, Table) else ()


def problems(base: Any, over: Any, file: str) -> list[Problem]:
    """Entries of an override that are neither changes of the common definition nor said to be new."""
    return [Problem(file, line, ja) for line, ja in _faults(base, over, "")]


def lacking(over: Any, found: list[Problem]) -> set[int]:
    """The lines of entries that ``found`` is about, with what stands in them: what a mistyped entry lacks is not missing."""
    pages = {problem.line for problem in found if problem.ja.startswith(PAGE)}  # that a page has no 題 is said as well
    return ({problem.line for problem in found} | set(_below(over, {problem.line for problem in found}, False))) - pages


def _below(value: Any, lines: set[int], inside: bool) -> Iterator[int]:
    if isinstance(value, Table | Items):
        inside = inside or (isinstance(value, Table) and value.line in lines)
        if inside:
            yield value.line
        for inner in value.values() if isinstance(value, Table) else value:
            yield from _below(inner, lines, inside)


def _faults(base: Any, over: Any, heading: str) -> Iterator[tuple[int, str]]:
    if isinstance(base, Items) and isinstance(over, Items):
        yield from _pages(base, over)
    if not isinstance(over, Table):
        return
    if not isinstance(base, Table):
        yield from _misplaced(over, whole=False)
        return
    for key, value in over.items():
        if key == REMOVED:
            yield over.line_of(key), f"「{REMOVED}」は、除くもののところに {{{REMOVED}: {YES}}} とだけ書きます"
        elif isinstance(value, Table) and REMOVED in value:
            yield from _removal(key, value, over.line_of(key), tuple(base))
        elif key == ADDED and heading not in ENTRIES:
            yield from _misplaced_at(over)
        elif key in base:
            if heading in ENTRIES and isinstance(value, Table) and ADDED in value:
                yield value.line_of(ADDED), f"「{key}」は共通の定義にもうあります。変えるだけなら「{ADDED}」を消し、足すなら別の番号にしてください"
            yield from _faults(base[key], _without(value) if heading in ENTRIES else value, key)
        elif heading in ENTRIES:
            yield from _new(key, value, over.line_of(key), heading, tuple(base), [k for k in base if k not in over])
        else:
            yield from _misplaced(value, whole=key in ENTRIES)


def _removal(key: str, value: Table, line: int, there: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    if value[REMOVED] != YES:
        yield value.line_of(REMOVED), f"「{REMOVED}」には「{YES}」と書いてください(今は「{value[REMOVED]}」)"
    elif rest := [name for name in value if name not in (REMOVED, NUMBER)]:
        yield value.line_of(rest[0]), f"「{key}」を除くなら、{{{REMOVED}: {YES}}} のほかは書けません(「{rest[0]}」を消してください)"
    elif key not in there:
        yield line, f"「{key}」は共通の定義にないので、除けません。{_perhaps(key, there)}あるのは: {'、'.join(there)}"


def _without(value: Any) -> Any:
    return plain(value) if isinstance(value, Table) and ADDED in value else value


def _pages(base: Items, over: Items) -> Iterator[tuple[int, str]]:
    pages = {str(page.get("番号")): page for page in base if isinstance(page, Table) and page.get("番号")}
    for page in over:
        number = str(page.get("番号", "")) if isinstance(page, Table) else ""
        if number and REMOVED in page:
            yield from _removal(number, page, page.line, tuple(pages))
        elif number in pages:
            yield from _faults(pages[number], page, "")
        elif number and pages and not page.get("題"):
            yield page.line, (f"{PAGE}「{number}」は共通の定義にありません。{_perhaps(number, tuple(pages))}"
                              "新しい画面を足すときは、「題」と「項目」を書いてください")


def _new(key: str, value: Any, line: int, heading: str, there: tuple[str, ...], unchanged: list[str]) -> Iterator[tuple[int, str]]:
    what, needed = ENTRIES[heading]
    said = value.get(ADDED) if isinstance(value, Table) else None
    if said not in (None, YES):
        yield value.line_of(ADDED), f"「{ADDED}」には「{YES}」と書いてください(今は「{said}」)"
    shape = f"{{{'、'.join(f'{name}: …' for name in needed)}、{ADDED}: {YES}}}".replace("、", ", ")
    if not isinstance(value, Table) or any(not value.get(name) for name in needed):
        if isinstance(value, Table | Text):
            yield line, (f"{what}「{key}」は共通の定義にありません。{_perhaps(key, there)}"
                         f"あるのは: {'、'.join(there)}。新しく足すときは {shape} の形で書いてください")
        return
    if said is None and (near := difflib.get_close_matches(key, unchanged, 1, NEAR)):
        yield line, (f"{what}「{key}」は共通の定義にありません。もしかして「{near[0]}」ですか。"
                     f"新しく足すときは「{ADDED}: {YES}」を書き足してください")


def _perhaps(key: str, there: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key, there, 1, 0.6)
    return f"もしかして「{near[0]}」ですか。" if near else ""


def _misplaced(value: Any, *, whole: bool) -> Iterator[tuple[int, str]]:
    """「追加」 where nothing is laid on anything; the entries of a table that is new as a whole may say it."""
    for inner in value.values() if isinstance(value, Table) else value if isinstance(value, Items) else ():
        if isinstance(inner, Table):
            if ADDED in inner and not whole:
                yield from _misplaced_at(inner)
            yield from _misplaced(inner, whole=False)


def _misplaced_at(table: Table) -> Iterator[tuple[int, str]]:
    yield table.line_of(ADDED), f"「{ADDED}」は、選択肢・項目・添付・文書などの一つひとつに書きます。ここには書けません"
