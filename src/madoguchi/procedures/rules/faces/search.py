"""The search face: the definition as passages with their source, for the search page and the chatbot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from madoguchi.kernel.kinds import ours

from ..model import Attachment, Definition

LEVEL_WORDS = {
    "署名用": "マイナンバーカードと、署名用の暗証番号(6文字から16文字)が要ります。",
    "利用者証明用": "マイナンバーカードと、利用者証明用の暗証番号(数字4けた)が要ります。",
    "なし": "マイナンバーカードがなくても申請できます。",
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of text that can answer a question. ``source`` names procedure, part and edition for the citation;
    ``doubt`` says what nobody has confirmed yet, so that an answer made of it can say so."""

    heading: str
    text: str
    source: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class SearchText:
    """Everything the index keeps of a procedure. ``edition`` is the day of its last change (版・改定日)."""

    id: str
    edition: str
    title: str
    reading: str
    aliases: tuple[str, ...]
    keywords: tuple[str, ...]
    passages: tuple[Passage, ...]
    facets: dict[str, tuple[str, ...]]

    def text(self) -> str:
        """All words in one text, for indexes that take no fields."""
        words = [self.title, self.reading, *self.aliases, *self.keywords]
        return "\n".join([*words, *(f"{p.heading}\n{p.text}" for p in self.passages)])


def search_text(d: Definition) -> SearchText:
    """The search face of a definition."""
    aliases = tuple(dict.fromkeys(x for x in (*d.aliases, d.plan_name) if x and x != d.name))
    passages = tuple(
        Passage(heading, text, f"{d.name}「{heading}」({d.edition}版)", doubt)
        for heading, text, doubt in _passages(d) if text.strip()
    )
    facets = {
        "life_events": d.life_events, "section": (d.section,), "fee": ("無料" if d.fee == 0 and d.charge is None else "有料",),
        "card": (d.level,), "kind": (d.kind,), "visit": ("来庁は確認中" if d.visit_open else "来庁が必要" if d.visit else "来庁は不要",),
    }
    return SearchText(d.id, d.edition, d.name, d.reading, aliases, d.keywords, passages, facets)


def _passages(d: Definition) -> Iterator[tuple[str, str, str]]:
    yield "概要", d.summary, ""
    yield "対象の方", d.audience, ""
    yield "期限", d.deadline.text, d.deadline.doubt
    yield "手数料", "有料です。" if d.charge else "無料です。" if d.fee == 0 else f"{d.fee:,}円です。", ""
    yield "本人確認", LEVEL_WORDS.get(d.level, d.level), ""
    yield "持ち物", "、".join(d.bring), ""
    yield "所要時間", f"入力は{d.minutes}分ほどです。", ""
    online = ours("オンラインで終わります。市役所に来る必要はありません。")
    none = "来庁がいるかは確認中です。担当の課にお問い合わせください。" if d.visit_open else online
    yield "来庁", d.visit or none, ""
    yield "送信のあと", d.remaining, ""
    days = "開庁日で" if d.review.day_kind == "開庁日" else ""
    yield "審査の期間", f"{days}{d.review.days}日が標準です。" if d.review.days else "", d.review.doubt
    for a in d.attachments:
        yield f"添えるもの: {a.name}", _attachment(a), a.doubt
    for question, answer in d.guidance:
        yield question, answer, ""
    for step in d.steps:
        yield f"入力すること: {step.title}", "、".join(q.label for q in step.questions), ""
    if d.review.again:
        yield "もう一度求めるとき", d.review.again, ""
    yield "根拠", "、".join(f"{law}{article}" for law, article in d.cited), "、".join(x.doubt for x in d.laws if x.doubt)
    yield "紙の様式", d.form, ""


def _attachment(a: Attachment) -> str:
    need = "後から出せます。" if a.later else "必要です。" if a.required else "なくてもかまいません。"
    return f"{a.name}。{need if not a.condition_text else '当てはまる方だけ' + need}{a.help}"
