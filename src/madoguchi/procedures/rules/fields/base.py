"""What every field type can do: read raw input, check a value, describe it as JSON Schema, show it as text."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.said import say

from ..model import Question

Get = Callable[[str], str]  # part → the raw text typed, "" when nothing came
# written as code points: an editor that folds full-width characters would make this table map nothing to nothing
WIDE_ASCII: dict[int, int | str] = {0xFF01 + i: 0x21 + i for i in range(0x5E)}  # ! to ~
HYPHENS: dict[int, int | str] = {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\ufe63\uff0d"}
_WITH_MARKS = re.compile("[\u3041-\u30ff][\u3099\u309a]|[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]+")
_WIDE: dict[int, int | str] = WIDE_ASCII | HYPHENS | {0x30FC: "-", 0xFF70: "-"}  # kana input gives a long vowel mark for the hyphen key


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an answer: the question, the part of it, and the words for the person."""

    question: str
    ja: str
    part: str = ""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One input box of a field."""

    key: str
    label: str
    mode: str = ""  # inputmode
    auto: str = ""  # autocomplete
    width: str = ""
    optional: bool = False


def narrow(text: str) -> str:
    """Full-width digits, signs and hyphens become plain ones; for numbers and dates, not for names or kana."""
    return text.strip().translate(_WIDE)


def composed(text: str) -> str:
    """か and a 濁点 of its own (as macOS writes file names, and whoever copies them) become が, e and accents é: what is typed on a keyboard,
    has a byte in cp932 and is found by a search. Nothing else changes: NFC would turn 﨑 or 神 of a name into another character."""
    return _WITH_MARKS.sub(lambda m: unicodedata.normalize("NFC", m[0]), text)


def squeeze(text: str) -> str:
    """Outer spaces go; inner runs of spaces become one; letters and marks that stand apart become one character."""
    return re.sub(r"[ \t\u3000]+", " ", composed(text)).strip()


def digits(text: str) -> str:
    """Only the digits, after narrowing."""
    return re.sub(r"\D", "", narrow(text))


def spoken(q: Question) -> str:
    """The label as it stands inside a sentence: one that is a sentence itself (「…ますか」) is put in quotes."""
    return say("「{label}」の答え", label=q.label) if re.search(r"(です|ます|ました|ません|でした|ください)か?$", q.label) else q.label


class FieldType(ABC):
    """Base of all field types. Values are plain JSON; `parse` makes one from raw input, `check` judges it."""

    name = ""
    widget = "text"
    parts: tuple[Part, ...] = (Part("", ""),)
    ask: str = say("{label}を入力してください")
    secret = False

    def missing(self, q: Question) -> str:
        """What to say when a required answer is not there."""
        return say(self.ask, label=spoken(q))

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        """Raw input to a value (None: nothing was answered). Only what cannot be read at all is a fault here."""
        text = squeeze(get(""))
        return text or None, []

    @abstractmethod
    def check(self, value: Any, q: Question) -> list[Fault]:
        """Faults of a value that is there."""

    @abstractmethod
    def schema(self, q: Question) -> dict[str, Any]:
        """JSON Schema of the value."""

    def form(self, value: Any, q: Question) -> dict[str, str]:
        """A value back to raw input, part by part."""
        return {"": str(value)}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        """A value in words. ``machine`` asks for the form in CSV (ISO dates, full digits)."""
        return str(value)

    def fault(self, q: Question, ja: str, part: str = "") -> list[Fault]:
        """A list of one fault."""
        return [Fault(q.id, ja, part)]


TYPES: dict[str, FieldType] = {}


def register(kind: type[FieldType]) -> type[FieldType]:
    """Make a field type known by its Japanese name."""
    TYPES[kind.name] = kind()
    return kind
