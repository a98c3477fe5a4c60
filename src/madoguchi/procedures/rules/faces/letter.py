"""The letter face: what a 公文書 says, as data and as plain text. Drawing it is `pdf.letter`'s business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model import Definition, Document, Outcome
from .words import Answers, fill

HONORIFICS = ("様", "殿", "御中", "先生")


@dataclass(frozen=True, slots=True)
class LetterCity:
    """What a letter needs to know of the city and the section that writes it. ``appeals`` are the 教示 by key; ``head`` is
    whose name stands under it where it is not the mayor."""

    name: str
    mayor: str = ""
    seal_words: str = "公印省略"
    zip: str = ""
    address: str = ""
    section: str = ""
    unit: str = ""
    phone: str = ""
    hours: str = ""
    appeals: Mapping[str, str] = field(default_factory=dict)
    sample: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the order of the form: 番号・日付・宛先・発信者・件名・本文・記・教示・担当. With ``layout`` 枠組み (a
    certificate): 番号・件名・枠の表・注・証明文・日付・発信者, and nobody is addressed."""

    name: str
    number: str
    date: str
    addressee: tuple[str, ...]
    sender: tuple[str, ...]  # title, then the name where the city gives one
    seal_words: str
    subject: str
    body: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    heading: str  # 「記」, or nothing for a certificate (次のとおり)
    appeal: str
    guidance: str  # how to ask again (証明の再申請)
    contact: tuple[str, ...]
    sample: bool = False
    edition: str = ""
    layout: str = "公文書"
    note: str = ""

    @property
    def framed(self) -> bool:
        """A certificate in a frame."""
        return self.layout == "枠組み"


def letter_of(
    d: Definition, document: Document, answers: Answers, decision: Answers, row: Mapping[str, str], city: LetterCity
) -> Letter:
    """The letter of one document of the definition.

    ``row`` holds the words of the case (words.row_of); 宛名 may have several lines, the last one being the name.
    行政不服審査法82条1項: the 教示 goes with every 処分 that can be contested; on a certificate only with its refusal
    (whether a 罹災証明書 is a 処分 is disputed; the way to ask again is always printed). A document's own 教示 comes first.
    An empty box of a frame stays empty; elsewhere a dash says that nothing is missing. A letter that replaces an earlier one says
    so: a notice under its words, a certificate below its frame.
    """
    def say(text: str) -> str:
        return fill(text, d, answers, decision, row)

    outcome = _outcome(d, document, row)
    framed = document.layout == "枠組み"
    replaces = _replaces(document, row)
    body = tuple(line.strip() for line in [*say(document.body).split("\n"), "" if framed else say(replaces)] if line.strip())
    again = say(document.again or d.review.again) if d.kind == "証明" else ""
    plain = d.kind == "証明" and outcome is not None and outcome.kind == "交付"
    section = "\u3000".join(x for x in (city.section or row.get("担当", ""), city.unit) if x)
    return Letter(
        name=document.name, number=row.get("文書番号", ""), date=say("{処分日}") or say("{受付日}"),
        addressee=_addressee(row.get("宛名", "")), sender=(city.head,) if city.head else tuple(x for x in (f"{city.name}長", city.mayor) if x),
        seal_words=city.seal_words, subject=say(document.subject), body=body,
        rows=tuple((label, say(text) or ("" if framed else "―")) for label, text in document.rows),
        heading="" if framed or "次のとおり" in document.body else "記",
        appeal="" if plain else city.appeals.get(document.appeal or d.review.appeal, "").strip(),
        guidance="\n".join(x for x in (say(replaces) if framed else "", again) if x),
        contact=tuple(x for x in (
            f"担当\u3000{city.name}\u3000{section}", f"〒{city.zip}\u3000{city.address}" if city.address else "",
            f"電話\u3000{city.phone}" if city.phone else "", f"受付時間\u3000{city.hours}" if city.hours else "",
        ) if x),
        sample=city.sample, edition=f"{d.id} {d.edition}", layout=document.layout, note=say(document.note),
    )


NOTICE_REPLACED = "なお、{前の処分日}付け{前の文書番号}による通知は、この通知に替わります。"
PAPER_REPLACED = "この書類は、{前の処分日}付け{前の文書番号}で交付した書類に替わるものです。前の書類は、お使いにならないでください。"


def _replaces(document: Document, row: Mapping[str, str]) -> str:
    """The standard line of a letter that replaces an earlier one (変更, 再調査): empty for the first letter of a case, and where the
    definition's own words name the earlier one."""
    own = (document.subject, document.body, document.note, document.again, *(text for _, text in document.rows))
    if not row.get("前の文書番号") or any("{前の" in text for text in own):
        return ""
    return PAPER_REPLACED if document.layout == "枠組み" else NOTICE_REPLACED


def _outcome(d: Definition, document: Document, row: Mapping[str, str]) -> Outcome | None:
    found = [o for o in (d.outcome(key) for key in document.outcomes) if o is not None]
    return next((o for o in found if o.name == row.get("処分")), found[0] if found else None)


def _addressee(text: str) -> tuple[str, ...]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if lines and not lines[-1].endswith(HONORIFICS):
        lines[-1] += "\u3000様"
    return tuple(lines)


def letter_text(letter: Letter) -> str:
    """The letter as plain text (notice in My Page, text alternative of the PDF). No line is broken."""
    parts: list[str] = []
    if letter.sample:
        parts.append("【試用】この文書は試用のもので、効力はありません。")
    parts += _framed_text(letter) if letter.framed else _plain_text(letter)
    if letter.guidance:
        parts += ["", "(ご案内)", letter.guidance]
    if letter.appeal:
        parts += ["", "(教示)", letter.appeal]
    return "\n".join([*parts, "", *letter.contact]) + "\n"


def seal_place(letter: Letter) -> str:
    """What stands where the seal goes: 公印省略, or the place for it."""
    return letter.seal_words or "公印"


def _plain_text(letter: Letter) -> list[str]:
    parts = [letter.number, letter.date, "", *letter.addressee, ""]
    parts += ["\u3000".join(letter.sender), f"({letter.seal_words})" if letter.seal_words else ""]
    parts += ["", letter.subject, ""]
    parts += [f"\u3000{paragraph}" for paragraph in letter.body]
    if letter.rows:
        parts += ["", letter.heading, ""] if letter.heading else [""]
        parts += [f"{label}\u3000{value}" for label, value in letter.rows]
    return parts + ["", letter.note] if letter.note else parts


def _framed_text(letter: Letter) -> list[str]:
    parts = [letter.number, "", letter.subject, ""]
    parts += [f"{label}\u3000{value}" for label, value in letter.rows]
    parts += ["", letter.note] if letter.note else []
    parts += ["", *(f"\u3000{paragraph}" for paragraph in letter.body), "", letter.date]
    return [*parts, "\u3000".join(letter.sender), seal_place(letter)]
