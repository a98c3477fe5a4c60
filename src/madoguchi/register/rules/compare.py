"""What differs between what is claimed and what is held, character by character."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from madoguchi.kernel.eras import wareki

from .held import Claim, HeldPerson, Place
from .match import Meant, Status, born_forms
from .text import Reader, Tokens, city_key, key_of, latin_key, read_address, read_kana, read_name, read_words


class Result(enum.StrEnum):
    """The word in the last column."""

    SAME = "一致"
    SHAPE = "字形のちがい"
    DIFFERENT = "相違"
    REMOVED = "消除"
    NOBODY = "該当なし"
    SEVERAL = "複数の候補"
    WAITING = "照会中"


LOOK = (Result.DIFFERENT, Result.REMOVED, Result.NOBODY, Result.SEVERAL)  # 要確認
NOBODY_WORDS = "照合できません"
NOTHING = "(記載なし)"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``marked`` where it differs; ``line`` begins a new line."""

    text: str
    marked: bool = False
    line: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    item: str
    claimed: tuple[Piece, ...]
    held: tuple[Piece, ...]
    result: Result
    note: str = ""

    @property
    def look(self) -> bool:
        """Must a person look at it?"""
        return self.result in LOOK

    @property
    def icon(self) -> str:
        """The drawing beside the word."""
        return {Result.SAME: "check", Result.SHAPE: "type", Result.WAITING: "hourglass"}.get(self.result, "triangle-alert")

    @property
    def css(self) -> str:
        """The colour of the word."""
        return {Result.SAME: "ok", Result.SHAPE: "ok", Result.WAITING: "wait"}.get(self.result, "ng")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person of the application beside the register."""

    claim: Claim
    status: Status
    rows: tuple[Row, ...]
    number: str = ""
    household: str = ""
    relation: str = ""
    guarded: bool = False

    @property
    def looks(self) -> int:
        """How many lines a person must look at."""
        return sum(row.look for row in self.rows)


def _pieces(tokens: Tokens, differs: set[int]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    for i, token in enumerate(tokens):
        marked = i in differs
        if out and out[-1].marked == marked:
            out[-1] = Piece(out[-1].text + token.raw, marked)
        else:
            out.append(Piece(token.raw, marked))
    return tuple(out)


def differing(claimed: Tokens, held: Tokens) -> tuple[set[int], set[int]]:
    """The places of the tokens that differ, on either side."""
    left = [i for i, t in enumerate(claimed) if t.key]
    right = [i for i, t in enumerate(held) if t.key]
    same = SequenceMatcher(None, [claimed[i].key for i in left], [held[i].key for i in right], autojunk=False).get_matching_blocks()
    kept_left = {left[b.a + k] for b in same for k in range(b.size)}
    kept_right = {right[b.b + k] for b in same for k in range(b.size)}
    return set(left) - kept_left, set(right) - kept_right


def compare(item: str, claimed: str, held: str, read: Reader) -> Row:
    """One line: the same, the same but for the shape of characters, or different."""
    marks: tuple[set[int], set[int]] = set(), set()
    strict = read(claimed), read(held)
    loose = read(claimed, shapes=True), read(held, shapes=True)
    if key_of(strict[0]) == key_of(strict[1]):
        result = Result.SAME
    elif key_of(loose[0]) == key_of(loose[1]):
        result, marks = Result.SHAPE, differing(*strict)
    else:
        result, marks = Result.DIFFERENT, differing(*loose)
    return Row(item, _pieces(strict[0], marks[0]), _pieces(strict[1], marks[1]), result)


def plain_row(item: str, claimed: str, held: str, result: Result, note: str = "") -> Row:
    """A line without marks."""
    return Row(item, (Piece(claimed),), (Piece(held),), result, note)


def _name_row(claim: Claim, person: HeldPerson) -> Row:
    """The name that comes nearest of 氏名, 通称 and アルファベット氏名."""
    rows = []
    for text, note in ((person.name, ""), (person.alias, "通称"), (person.latin, "アルファベット氏名")):
        if text:
            row = compare("氏名", claim.name, text, read_name)
            if row.result is not Result.SAME and latin_key(claim.name) and latin_key(claim.name) == latin_key(text):
                row = plain_row("氏名", claim.name, text, Result.SAME)  # Latin words in another order
            rows.append(Row(row.item, row.claimed, row.held, row.result, note))
    order = (Result.SAME, Result.SHAPE, Result.DIFFERENT)
    return min(rows, key=lambda row: order.index(row.result))


def born_text(born: str, words: str = "") -> str:
    """A birth date in words; what is unknown is said."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", born)
    if words or not match:
        return words or "不詳"
    year, month, day = map(int, match.groups())
    if month and day:
        return wareki(dt.date(year, month, day))
    if month:
        return f"{wareki(dt.date(year, month, 28)).rpartition('月')[0]}月(日は不詳)"
    return f"西暦{year}年(月日は不詳)"


def _born_row(claim: Claim, person: HeldPerson) -> Row:
    claimed, held = born_text(claim.born), born_text(person.born, person.born_words)
    if person.born in born_forms(claim.born):
        return plain_row("生年月日", claimed, held, Result.SAME, "" if person.born == claim.born else "わかる部分は一致")
    row = compare("生年月日", claimed, held, read_words)
    return Row(row.item, row.claimed, row.held, Result.DIFFERENT)


def _lines(place: Place, with_city: bool) -> tuple[str, str]:
    return (place.city if with_city else "") + place.town + place.lot, place.building


def _address_row(claim: Claim, person: HeldPerson) -> Row:
    """Street and building on two lines; the city only where it is another one."""
    other = city_key(claim.place.city) != city_key(person.place.city)
    mine, theirs = _lines(claim.place, other), _lines(person.place, other)
    if not other:
        mine = (_without_city(mine[0], person.place.city), mine[1])
    rows = [compare("住所", m, t, read_address) for m, t in zip(mine, theirs, strict=True) if m or t]
    order = (Result.DIFFERENT, Result.SHAPE, Result.SAME)
    worst = min((row.result for row in rows), key=order.index)
    return Row("住所", _joined([row.claimed for row in rows]), _joined([row.held for row in rows]), worst)


def _without_city(text: str, city: str) -> str:
    short = re.sub("^.{2,3}?[都道府県]", "", city)
    return next((text.removeprefix(front) for front in (city, short) if front and text.startswith(front)), text)


def _joined(lines: Sequence[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    for line in lines:
        pieces = line or (Piece(NOTHING),)
        out.append(Piece(pieces[0].text, pieces[0].marked, line=bool(out)))
        out.extend(pieces[1:])
    return tuple(out)


def _removed_row(person: HeldPerson) -> Row:
    if person.removed_on or person.removed_why:
        words = f"{person.removed_why or '消除'}により消除"
        day = person.removed_on
    else:
        words, day = "最新の取込みに含まれない", person.absent_since
    return plain_row("住民登録", "", f"{words}({wareki(day)})" if day else words, Result.REMOVED)


def sheet(claim: Claim, found: Meant) -> Sheet:
    """The lines for one person."""
    person = found.person
    if found.status is Status.WAITING:
        return Sheet(claim, found.status, (plain_row("氏名", claim.name, "回答を待っています", Result.WAITING),))
    if found.status is Status.SEVERAL:
        words = f"同じ人と思われる方が{found.count}人います"
        return Sheet(claim, found.status, (plain_row("氏名", claim.name, words, Result.SEVERAL),))
    if person is None:
        return Sheet(claim, Status.NOBODY, (plain_row("氏名", claim.name, NOBODY_WORDS, Result.NOBODY),))
    rows = [_name_row(claim, person)]
    if claim.kana and person.kana:
        rows.append(compare("フリガナ", claim.kana, person.kana, read_kana))
    if claim.born:
        rows.append(_born_row(claim, person))
    if claim.place:
        rows.append(_address_row(claim, person))
    if person.gone:
        rows.append(_removed_row(person))
    return Sheet(claim, found.status, tuple(rows), person.number, person.household, person.relation, person.guarded)
