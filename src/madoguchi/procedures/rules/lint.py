"""What a definition must satisfy beyond its shape: no dangling references, nothing unreachable, nothing impossible."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from . import conditions
from .checks import RULES
from .model import Call, Definition, Question
from .yaml_strict import Problem

ROW_WORDS = (
    "受付番号", "受付日", "受付日時", "処分", "処分日", "文書番号", "理由", "宛名", "手続名", "担当", "版", "届出人", "審査結果",
)
PARTS = {
    "氏名": ("姓", "名", "全体"), "カナ": ("姓", "名", "全体"),
    "住所": ("郵便番号", "市区町村", "町字", "番地", "方書", "全体"),
    "口座": ("銀行コード", "銀行名", "支店コード", "支店名", "種目", "番号", "名義"),
    "選択": ("番号", "表示"), "日付": ("和暦", "西暦"), "生年月日": ("和暦", "西暦"),
}
OUTCOME = "結果"  # in conditions of 決定項目: the outcome chosen
PREFILL = ("本人確認.氏名", "本人確認.生年月日", "本人確認.住所", "本人確認.性別")
_SLOT = re.compile(r"\{([^{}]*)\}")


def lint(d: Definition, *, sections: Iterable[str] = (), appeals: Iterable[str] = ()) -> list[Problem]:
    """Every problem of a definition that was read without one. ``sections`` and ``appeals`` come from the city pack."""
    found = list(
        itertools.chain(
            _unique(d), _conditions(d), _calls(d), _references(d), _shape(d), _places(d, tuple(sections), tuple(appeals))
        )
    )
    return sorted(found)


def _unique(d: Definition) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    ids = [(q.id, q.line) for q in d.questions()] + [(s.repeat.id, s.line) for s in d.steps if s.repeat]
    for name, line in [*ids, *((key, call.line) for key, call in d.derived)]:
        if name in seen:
            yield Problem(d.file, line, f"番号「{name}」が{seen[name]}行目と重なっています。別の番号にしてください")
        seen[name] = line
    steps: set[str] = set()
    for step in d.steps:
        if step.id in steps:
            yield Problem(d.file, step.line, f"画面の番号「{step.id}」が重なっています。「番号」で別の名を付けてください")
        steps.add(step.id)
    attached: set[str] = set(seen)
    for a in d.attachments:
        if a.id in attached:
            yield Problem(d.file, a.line, f"添付の番号「{a.id}」が項目などと重なっています")
        attached.add(a.id)


def _values(q: Question) -> list[object] | None:
    if q.type == "はい・いいえ":
        return [True, False]
    if q.type in ("選択",):
        return [c.id for c in q.choices]
    if q.type == "宣言":
        return [True]
    return None


def _conditions(d: Definition) -> Iterator[Problem]:
    order = {q.id: i for i, q in enumerate(d.questions())}
    derived = {key for key, _ in d.derived}
    for step in d.steps:
        if step.condition:
            first = order.get(step.questions[0].id, 0) if step.questions else 0
            yield from _condition(d, step.condition, step.condition_text, step.line, order, derived, before=first)
        for q in step.questions:
            if q.condition:
                yield from _condition(d, q.condition, q.condition_text, q.line, order, derived, before=order[q.id],
                                      also=step.condition)
    for q in d.review.questions:  # these see the answers and each other
        if q.condition:
            yield from _condition(d, q.condition, q.condition_text, q.line, order, derived, decision=True)
    for o in d.review.outcomes:
        if o.condition:
            yield from _condition(d, o.condition, o.condition_text, 1, order, derived)
    rest = [(a.condition, a.condition_text, a.line) for a in d.attachments]
    rest += [(r.card, r.card_text, 1) for r in d.roles] + [(x.condition, x.condition_text, 1) for x in d.documents]
    for condition, text, line in rest:
        if condition:
            yield from _condition(d, condition, text, line, order, derived)


def _condition(
    d: Definition, tree: conditions.Condition, text: str, line: int, order: dict[str, int], derived: set[str], *,
    before: int | None = None, also: conditions.Condition | None = None, decision: bool = False,
) -> Iterator[Problem]:
    asked: dict[str, Question] = {}
    for c in conditions.compares(tree):
        if c.name in derived:
            continue
        if c.name == OUTCOME and decision:
            if c.value not in [o.id for o in d.review.outcomes]:
                yield Problem(d.file, line, f"条件「{text}」の「{c.value}」という処分はありません")
            continue
        q = d.question(c.name) or next((x for x in d.review.questions if x.id == c.name), None)
        if q is None:
            yield Problem(d.file, line, f"条件「{text}」の「{c.name}」という項目はありません。番号を確認してください")
            continue
        asked[q.id] = q
        if before is not None and order.get(q.id, -1) >= before:
            yield Problem(d.file, line, f"条件「{text}」は、後で聞く「{c.name}」を見ています。先に聞く項目だけを使ってください")
        options = _values(q)
        if options is None and q.type == "複数選択":
            options = [x.id for x in q.choices]
        literal: object = {"はい": True, "いいえ": False}.get(c.value, c.value) if q.type in ("はい・いいえ", "宣言") else c.value
        if options is not None and literal not in options:
            yield Problem(d.file, line, f"条件「{text}」の「{c.value}」は「{c.name}」の答えにありません。選択肢の番号を書いてください")
            return
    if len(asked) and all(_values(q) for q in asked.values()) and not _can_hold(d, tree, also, asked, derived):
        yield Problem(d.file, line, f"条件「{text}」が成り立つことはありません。書き直すか、消してください")


def _can_hold(
    d: Definition, tree: conditions.Condition, also: conditions.Condition | None, asked: dict[str, Question],
    derived: set[str],
) -> bool:
    """Try every combination of the answers that the condition, its page's condition and its questions' own need."""
    needed = [tree, *([also] if also else []), *(q.condition for q in asked.values() if q.condition)]
    names: dict[str, list[object]] = {}
    for part in needed:
        for c in conditions.compares(part):
            q = d.question(c.name) or next((x for x in d.review.questions if x.id == c.name), None)
            options = _values(q) if q else None
            if c.name in derived or options is None:
                return True  # beyond what can be enumerated: dates, numbers, derived facts
            names[c.name] = options
    if sum(1 for _ in names) > 8:
        return True
    wanted = [tree, *([also] if also else [])]
    for combination in itertools.product(*names.values()):
        answers = dict(zip(names, combination, strict=True))
        for q in asked.values():  # an alternative (または) may hang on questions that are never asked together
            if q.condition and not conditions.holds(q.condition, answers):
                answers.pop(q.id, None)
        if all(conditions.holds(part, answers) for part in wanted):
            return True
    return False


def _calls(d: Definition) -> Iterator[Problem]:
    ids = {q.id for q in d.questions()} | {s.repeat.id for s in d.steps if s.repeat} | {key for key, _ in d.derived}
    calls: list[tuple[Call, str]] = [(c, "check") for c in d.checks] + [(c, "derive") for _, c in d.derived]
    for call, kind in calls:
        rule = RULES.get(call.rule)
        if rule is None or rule.kind != kind:
            yield Problem(d.file, call.line, f"規則「{call.rule}」はありません。規則の一覧(madoguchi procedures rules)から選んでください")
            continue
        given = dict(call.args)
        for name in set(given) - {*rule.items, *rule.others}:
            yield Problem(d.file, call.line, f"規則「{call.rule}」に引数「{name}」はありません")
        for name in rule.items:
            if name not in given:
                yield Problem(d.file, call.line, f"規則「{call.rule}」に引数「{name}」がありません")
            elif given[name] not in ids:
                yield Problem(d.file, call.line, f"規則「{call.rule}」の「{name}: {given[name]}」という項目はありません")


def _slot(d: Definition, name: str) -> str:
    """What is wrong with a reference in a column or a letter; empty when nothing is."""
    if "|" in name:
        return next((wrong for part in name.split("|") if (wrong := _slot(d, part.strip()))), "")
    if name in ROW_WORDS:
        return ""
    base, _, part = name.partition(".")
    if base == "決定":
        base, _, part = part.partition(".")
        q = next((x for x in d.review.questions if x.id == base), None)
    else:
        group = next((s for s in d.steps if s.repeat and s.repeat.id == base), None)
        if group and part:
            base, _, part = part.partition(".")
            q = next((x for x in group.questions if x.id == base), None)
        else:
            q = d.question(base)
    if q is None:
        return f"「{name}」という項目はありません"
    if part and part not in PARTS.get(q.type, ()):
        return f"「{name}」の「{part}」は使えません。{'・'.join(PARTS.get(q.type, ())) or '点から後を消してください'}"
    return ""


def _references(d: Definition) -> Iterator[Problem]:
    groups = {s.repeat.id for s in d.steps if s.repeat}
    outcomes = {o.id for o in d.review.outcomes}
    for h in d.handovers:
        if h.per and h.per not in groups:
            yield Problem(d.file, h.line, f"連携の単位「{h.per}」という繰返はありません")
        for column, source in h.columns:
            wrong = "" if source.startswith("=") else _slot(d, source)
            if wrong:
                yield Problem(d.file, h.line, f"連携の列「{column}」: {wrong}")
        for outcome in set(h.outcomes) - outcomes:
            yield Problem(d.file, h.line, f"連携の処分「{outcome}」はありません")
    for doc in d.documents:
        for outcome in set(doc.outcomes) - outcomes:
            yield Problem(d.file, 1, f"文書「{doc.id}」の処分「{outcome}」はありません")
        for text in (doc.subject, doc.body, *(value for _, value in doc.rows)):
            for name in _SLOT.findall(text):
                wrong = _slot(d, name)
                if wrong:
                    yield Problem(d.file, 1, f"文書「{doc.id}」: {wrong}")
    covered = {o for doc in d.documents for o in doc.outcomes}
    for end in d.review.outcomes:
        if end.id not in covered:
            yield Problem(d.file, 1, f"処分「{end.id}」({end.name})で出す文書がありません。「文書」に書き足してください")
    roles = {r.id for r in d.roles}
    attached = {a.id for a in d.attachments}
    for q in d.questions():
        if q.role and q.role not in roles:
            yield Problem(d.file, q.line, f"項目「{q.id}」の役割「{q.role}」はありません")
        if q.prefill and (q.prefill not in PREFILL or not q.role):
            yield Problem(d.file, q.line, f"項目「{q.id}」の引継は「{'・'.join(PREFILL)}」のどれかとし、「役割」も書いてください")
    for r in d.roles:
        if r.mandate and r.mandate not in attached:
            yield Problem(d.file, 1, f"役割「{r.id}」の委任状「{r.mandate}」という添付はありません")
    start = d.question(d.deadline.from_item)
    if d.deadline.from_item and (start is None or start.type not in ("日付", "生年月日", "災害")):
        yield Problem(d.file, 1, f"期限の起点「{d.deadline.from_item}」という日付の項目はありません")


def _shape(d: Definition) -> Iterator[Problem]:
    if not d.steps:
        yield Problem(d.file, 1, "画面が一つもありません")
    for step in d.steps:
        if not step.questions:
            yield Problem(d.file, step.line, f"画面「{step.title}」に項目がありません")
        if step.repeat and (step.repeat.low > step.repeat.high or step.repeat.high > 30):
            yield Problem(d.file, step.line, "繰返の最少・最多を確認してください(最多は30まで)")
    for q in d.questions():
        if (q.low or q.high) and q.type not in ("整数", "金額", "日付", "生年月日", "年月"):
            yield Problem(d.file, q.line, f"項目「{q.id}」の型「{q.type}」に範囲は使えません")
        if q.type == "個人番号" and d.level == "なし":
            yield Problem(d.file, q.line, "本人確認が「なし」の手続で個人番号を聞くことはできません")
        if q.type == "宣言" and not q.required:
            yield Problem(d.file, q.line, f"宣言「{q.id}」は「必須: はい」にするか、はい・いいえにしてください")
    if d.kind in ("届出", "申出") and d.review.appeal != "なし":
        yield Problem(d.file, 1, "届出・申出は処分ではないので、教示は「なし」にしてください")
    if d.kind == "証明" and not d.review.again:
        yield Problem(d.file, 1, "証明には「審査」の「再申請」(もう一度求める方法)を書いてください")


def _places(d: Definition, sections: tuple[str, ...], appeals: tuple[str, ...]) -> Iterator[Problem]:
    if sections and d.section not in sections:
        yield Problem(d.file, 1, f"担当「{d.section}」は市の設定にありません。使えるのは: {'、'.join(sections)}")
    if appeals and d.review.appeal not in (*appeals, "なし"):
        yield Problem(d.file, 1, f"教示「{d.review.appeal}」はありません。使えるのは: {'、'.join((*appeals, 'なし'))}")
