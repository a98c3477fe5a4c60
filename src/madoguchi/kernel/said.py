"""Words for people that can be said in another language later: Japanese text that remembers how it was put together.

Pure: rules make them and know no language; whoever draws a page lends a voice (``speaking``) for as long as it draws.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol

from markupsafe import Markup, escape

from . import kinds
from .amounts import Month, Number, Yen
from .counters import settled
from .eras import wareki

KANJI = "一-鿿々〆ヶ"
# 漢字《かんじ》; with ｜ in front a number belongs to what is read: ｜20日《はつか》
RUBY = re.compile(rf"(?:｜([0-9][0-9,]*[{KANJI}]+)|([{KANJI}]+))《([ぁ-ゖァ-ヺー・]+)》")
LETTERS = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
MARKS = "、。：（）｜　〜「」"  # of Japanese, between words that are put side by side
_JAPANESE = r"ぁ-ゖァ-ヺー一-鿿々〆〔〕"
# a run of Japanese in a text of another language; tags are passed over
RUN = re.compile(rf"<[^>]*>|[{_JAPANESE}](?:[{_JAPANESE}0-9・、「」（）　]*[{_JAPANESE}])?[。！？]?")
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")


class Voice(Protocol):
    """A language being spoken."""

    def foreign(self, run: str) -> bool:
        """Whether these Japanese words are seen to be Japanese in a text of this language."""

    def word(self, text: str) -> str | None:
        """Japanese in this language; None where nobody wrote it yet."""

    def day(self, day: dt.date) -> str:
        """A day in words."""

    def month(self, month: Month) -> str:
        """A month of a year in words."""

    def yen(self, sum_of: Yen) -> str:
        """A sum of money in words."""

    def number(self, value: Number) -> str:
        """A number with the marks between its thousands."""


_voice: ContextVar[Voice | None] = ContextVar("voice", default=None)


@contextlib.contextmanager
def speaking(voice: Voice | None) -> Iterator[None]:
    """Draw in the language of ``voice`` (None: Japanese) inside the block."""
    token = _voice.set(voice)
    try:
        yield
    finally:
        _voice.reset(token)


def key_of(text: str) -> str:
    """The key of a source text in tables of translations: a changed text has another key, so that no translation
    outlives its source."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def ruby(text: str) -> Markup:
    """Escaped text with 漢字《かんじ》 drawn as ruby."""
    return drawn(settled(str(escape(text))))


def drawn(html: str) -> Markup:
    """Our own HTML with 漢字《かんじ》 drawn as ruby; in one box, so that a flex container does not tear it apart. In another
    language what is left in Japanese is marked as such, for those who listen to the page."""
    told = with_readings(html) if "《" in html else with_marks(html)
    return Markup(html if told == html else f"<span>{told}</span>")  # noqa: S704 - our own HTML


def with_marks(html: str) -> str:
    """HTML in the language being spoken, what is Japanese in it marked as such."""
    if (voice := _voice.get()) is None or not LETTERS.search(html):
        return html
    return RUN.sub(lambda m: f'<bdi lang="ja">{m[0]}</bdi>' if m[0][0] != "<" and voice.foreign(m[0]) else m[0], html)


def with_readings(html: str) -> str:
    """Our own HTML with readings drawn, without a box."""
    return RUBY.sub(lambda m: f"<ruby>{m[1] or m[2]}<rp>(</rp><rt>{m[3]}</rt><rp>)</rp></ruby>", html)


def unruby(text: str) -> str:
    """The text without its readings, for attributes and titles."""
    return RUBY.sub(lambda m: m[1] or m[2], settled(text)) if "《" in text else text


class Words(str):
    """Words of a definition in the language being spoken; ``lang`` where they are in another one (not translated yet)."""

    lang: str

    def __new__(cls, text: str, lang: str = "") -> Words:
        """``text`` may hold readings in 《》."""
        self = super().__new__(cls, text)
        self.lang = lang
        return self

    def __html__(self) -> str:
        text = str.__str__(self)
        if not self.lang:
            return ruby(text)
        return Markup('<span lang="{}">{}</span>').format(self.lang, Markup(with_readings(escape(text))))  # noqa: S704 - escaped before


class Said(str):
    """A sentence in Japanese, with its template and arguments. Equal to the plain text in every other respect."""

    template: str
    args: dict[str, object]

    def __new__(cls, template: str, args: dict[str, object] | None = None, *, ours: bool = False) -> Said:
        """Without arguments the template is the text. ``ours``: words of the program, which a 町 says in its own way (kernel.kinds);
        the template stays as it is written, for that is what translations are found by."""
        words = kinds.ours(template) if ours else template
        self = super().__new__(cls, words.format(**{k: _japanese(v) for k, v in args.items()}) if args else words)
        self.template, self.args = template, args or {}
        return self

    def spoken(self) -> str | None:
        """In the language being spoken, readings in 《》; None where the sentence is not translated yet."""
        voice = _voice.get()
        if voice is None:
            return str.__str__(self)
        template = voice.word(self.template)
        if template is None:
            if LETTERS.search(self.template):
                return None
            template = self.template  # nothing but arguments
            for mark in MARKS:
                template = template.replace(mark, voice.word(mark) or mark)
        args = {key: _argument(value, voice) for key, value in self.args.items()}
        return template.format(**args) if args else template

    def __html__(self) -> str:
        text = self.spoken()
        return Markup('<span lang="ja">{}</span>').format(str.__str__(self)) if text is None else ruby(text)


def _japanese(value: object) -> object:
    if isinstance(value, (Month, Number, Yen)):
        return value.ja
    return wareki(value) if isinstance(value, dt.date) else value


def _argument(value: object, voice: Voice) -> object:
    if isinstance(value, Said):
        found = value.spoken()
        return str.__str__(value) if found is None else found
    if isinstance(value, dt.date):
        return voice.day(value)
    if isinstance(value, Month):
        return voice.month(value)
    if isinstance(value, Yen):
        return voice.yen(value)
    if isinstance(value, Number):
        return voice.number(value)
    if isinstance(value, Words) or not isinstance(value, str):
        return value
    found = voice.word(value)
    return value if found is None else found


def say(template: str, /, **args: object) -> Said:
    """A sentence for people: ``say("{label}を入力してください", label=q.label)``; days, months and sums may be arguments.
    Templates are collected for translation."""
    return Said(template, args, ours=True)


def keepable(words: str) -> dict[str, Any]:
    """A sentence as it is stored in JSON, so that ``retold`` can say it in another language later."""
    if isinstance(words, Said) and words.args:
        args = {key: {"day": value.isoformat()} if isinstance(value, dt.date) else str(_japanese(value)) for key, value in words.args.items()}
        return {"ja": str.__str__(words), "as": words.template, "args": args}
    return {"ja": str.__str__(words)}


def retold(told: dict[str, Any]) -> Said:
    """A sentence that was stored so."""
    if "as" not in told:
        return Said(told["ja"])
    return Said(told["as"], {k: dt.date.fromisoformat(v["day"]) if isinstance(v, dict) else v for k, v in told["args"].items()})


def listed(items: Iterable[str]) -> Said:
    """Words one after the other: 午前、午後."""
    args: dict[str, object] = {f"i{n}": item for n, item in enumerate(items)}
    return Said("、".join(f"{{{key}}}" for key in args), args)


def bare(value: object) -> str:
    """Any words without drawing, in the language being spoken: for attributes, titles and options."""
    if isinstance(value, Said):
        found = value.spoken()
        return unruby(str.__str__(value) if found is None else found)
    if isinstance(value, Words):
        return unruby(str.__str__(value))
    if isinstance(value, Markup):
        return Markup(re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|</?ruby>|<span>|<span lang=[^>]*>|</span>|<bdi[^>]*>|</bdi>", "", str(value)))  # noqa: S704 - is Markup
    return str(value)
