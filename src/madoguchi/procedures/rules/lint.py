"""What a definition must satisfy beyond its shape: no dangling references, nothing unreachable, nothing impossible."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator

from . import conditions, fit, rehearse, remember
from .checks import RULES
from .columns import PAIR, ROW_WORDS
from .model import LAYOUTS, Call, Definition, Document, Question, Step
from .possible import OUTCOME, can_hold, derived_values, question_of
from .yaml_strict import Problem

PARTS = {
    "氏名": ("姓", "名", "全体"), "カナ": ("姓", "名", "全体"),
    "住所": ("郵便番号", "市区町村", "町字", "番地", "方書", "全体"),
    "口座": ("銀行コード", "銀行名", "支店コード", "支店名", "種目", "番号", "名義"),
    "選択": ("番号", "表示", "□"), "複数選択": ("番号", "□"), "日付": ("和暦", "西暦"), "生年月日": ("和暦", "西暦"),
}
PREFILL = ("本人確認.氏名", "本人確認.生年月日", "本人確認.住所", "本人確認.性別", "法人.名称", "法人.番号",
           "事業所.種類", "事業所.名称", "事業所.所在地", "事業所.電話番号", "事業所.代表者")
_SLOT = re.compile(r"\{([^{}]*)\}")


def lint(
    d: Definition, *, sections: Iterable[str] = (), appeals: Iterable[str] = (), life_events: Iterable[str] = (),
    fees: Iterable[str] | None = None,
) -> list[Problem]:
    """Every problem of a definition that its shape does not show; what could not be read (``d.unread``) is held against nobody.
    ``sections``, ``appeals``, ``life_events`` and ``fees`` (None: not looked at) come from the city pack."""
    found = itertools.chain(
        _unique(d), _conditions(d), _calls(d), _columns(d), _documents(d), _people(d), _shape(d), _ranges(d),
        remember.faults(d), fit.faults(d), _counts(d), _places(d, tuple(sections), tuple(appeals), tuple(life_events)),
        _fees(d, None if fees is None else tuple(fees)),
    )
    return sorted(set(found))


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
        if a.numbered is None and a.bears_number:
            yield Problem(d.file, a.line, f"添付「{a.name}」に個人番号が写るなら「個人番号: はい」、写らないなら「いいえ」と書いてください")
        attached.add(a.id)


def _conditions(d: Definition) -> Iterator[Problem]:
    order = {q.id: i for i, q in enumerate(d.questions())}
    for step in d.steps:
        if step.condition:
            first = order.get(step.questions[0].id, 0) if step.questions else 0
            yield from _condition(d, step.condition, step.condition_text, step.line, before=first)
        for q in step.questions:
            if q.condition:
                yield from _condition(d, q.condition, q.condition_text, q.line, before=order[q.id], step=step)
    for q in d.review.questions:  # these see the answers and each other
        if q.condition:
            yield from _condition(d, q.condition, q.condition_text, q.line, decision=True)
    rest = [(a.condition, a.condition_text, a.line) for a in d.attachments]
    rest += [(r.card, r.card_text, r.line) for r in d.roles] + [(r.office, r.office_text, r.line) for r in d.roles]
    rest += [(r.company, r.company_text, r.line) for r in d.roles]
    rest += [(o.condition, o.condition_text, o.line) for o in d.review.outcomes]
    rest += [(x.condition, x.condition_text, x.line) for x in d.documents]
    if d.charge:
        rest += [(i.condition, i.condition_text, i.line) for i in d.charge.items]
        rest += [(x.condition, x.condition_text, x.line) for x in d.charge.exempt]
    for condition, text, line in rest:
        if condition:
            yield from _condition(d, condition, text, line)


def _condition(
    d: Definition, tree: conditions.Condition, text: str, line: int, *, before: int | None = None,
    step: Step | None = None, decision: bool = False,
) -> Iterator[Problem]:
    wrong = [ja for c in conditions.compares(tree) if (ja := _compare(d, c, before, decision))]
    for ja in wrong:
        yield Problem(d.file, line, f"条件「{text}」{ja}")
    if not wrong and not can_hold(d, tree, step):
        yield Problem(d.file, line, f"条件「{text}」が成り立つことはありません。書き直すか、消してください")


def _counts(d: Definition) -> Iterator[Problem]:
    """What is paid for each must be a whole number that is always asked where the fee is. A bare number is told and never asked for."""
    if d.fee and d.charge is None:
        yield Problem(d.file, d.line_of("手数料"), f"手数料が額({d.fee:,}円)だけでは、だれにも請求しません。「時期」と「明細」で書いてください"
                      "(料金表にないものは {名: …, 円: …})")
    for item in d.charge.items if d.charge else ():
        q = d.question(item.count) if item.count else None
        if item.count and not _lost(d, item.count, q) and (q is None or q.type != "整数"):
            yield Problem(d.file, item.line, f"手数料の数「{item.count}」という整数の項目はありません")


def _lost(d: Definition, name: str, found: Question | None) -> bool:
    """May a question be there, or be another one, once the file can be read?"""
    return name in d.unread or (found is None and "画面" in d.unread)


def _compare(d: Definition, c: conditions.Compare, before: int | None, decision: bool) -> str:
    """What is wrong with one comparison; empty when nothing is."""
    call = next((call for key, call in d.derived if key == c.name), None)
    if call is not None:
        options = derived_values(call.rule, {c.value})
        known = options is None or any(_word(value) == c.value for value in options)
        return "" if known else f"の「{c.value}」は「{c.name}」の値にありません"
    if c.name == OUTCOME and decision:
        return "" if d.outcome(c.value) or "処分" in d.unread else f"の「{c.value}」という処分はありません"
    q = question_of(d, c.name)
    if _lost(d, c.name, q) or (q is None and decision and _unread(d, "決定項目", "審査")):
        return ""
    if q is None:
        return f"の「{c.name}」という項目はありません。番号を確認してください"
    place = next((at for at, x in enumerate(d.questions()) if x.id == q.id), -1)
    if before is not None and (place < 0 or place >= before):
        return f"は、後で聞く「{c.name}」を見ています。先に聞く項目だけを使ってください"
    if not _fits(q, c.value):
        return f"の「{c.value}」は「{c.name}」の答えにありません。選択肢の番号を書いてください"
    if unfit := fit.compare_fault(q, c):
        return unfit
    if c.op == "を含む" and q.type not in ("複数選択", "文字", "長文"):
        return f"の「を含む」は、複数選択の項目にだけ使えます。「{c.name} = {c.value}」と書いてください"
    if c.op != "を含む" and q.type == "複数選択":
        return f"の「{c.name}」は複数選択です。「{c.name} を含む {c.value}」と書いてください"
    return ""


def _word(value: object) -> str:
    return {True: "はい", False: "いいえ"}[value] if isinstance(value, bool) else str(value)


def _fits(q: Question, value: str) -> bool:
    if q.type in ("はい・いいえ", "宣言"):
        return value in ("はい", "いいえ")
    if q.type in ("選択", "複数選択"):
        return value in [x.id for x in q.choices]
    shape = {"整数": r"-?\d+", "金額": r"-?\d+", "日付": r"\d{4}-\d\d-\d\d", "生年月日": r"\d{4}-\d\d-\d\d",
             "年月": r"\d{4}-\d\d"}.get(q.type)
    return shape is None or bool(re.fullmatch(shape, value))


def _calls(d: Definition) -> Iterator[Problem]:
    ids = {q.id for q in d.questions()} | {s.repeat.id for s in d.steps if s.repeat} | {key for key, _ in d.derived}
    calls: list[tuple[Call, str]] = [(c, "check") for c in d.checks] + [(c, "derive") for _, c in d.derived]
    bad: list[Problem] = []
    for call, kind in calls:
        bad += _call(d, call, kind, ids)
    yield from bad
    wrong = {problem.line for problem in bad}
    yield from rehearse.faults(d, [call for call, _ in calls if call.line not in wrong])


def _call(d: Definition, call: Call, kind: str, ids: set[str]) -> Iterator[Problem]:
    rule = RULES.get(call.rule)
    if rule is None or rule.kind != kind:
        yield Problem(d.file, call.line, f"規則「{call.rule}」はありません。規則の一覧(madoguchi procedures rules)から選んでください")
        return
    given = dict(call.args)
    for name in set(given) - {*rule.items, *rule.optional, *rule.others}:
        yield Problem(d.file, call.line, f"規則「{call.rule}」に引数「{name}」はありません")
    for name in rule.items:
        if name not in given:
            yield Problem(d.file, call.line, f"規則「{call.rule}」に引数「{name}」がありません")
    named = [(name, given[name]) for name in rule.items if name in given]
    named += [(name, one) for name in rule.optional if name in given for one in given[name].split("、")]
    for name, one in named:
        if one not in ids and not _unread(d, one, "画面"):
            yield Problem(d.file, call.line, f"規則「{call.rule}」の「{name}: {one}」という項目はありません")


def _slot(d: Definition, name: str) -> str:
    """What is wrong with a reference in a column or a letter; empty when nothing is."""
    if "|" in name:
        return next((wrong for part in name.split("|") if (wrong := _slot(d, part.strip()))), "")
    if name in ROW_WORDS:
        return ""
    pair = PAIR.fullmatch(name)
    if pair:
        group = next((s for s in d.steps if s.repeat and s.repeat.id == pair[1]), None)
        if "画面" in d.unread:
            return ""
        lost = [key for key in pair.groups()[1:] if group is None or key not in [q.id for q in group.questions]]
        return f"「{name}」の「{lost[0]}」という項目は、繰返「{pair[1]}」にありません" if lost else ""
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
    if _lost(d, base, q) or (name.startswith("決定.") and _unread(d, "決定項目", "審査")):
        return ""
    if q is None:
        return f"「{name}」という項目はありません"
    if part and part not in PARTS.get(q.type, ()):
        return f"「{name}」の「{part}」は使えません。{'・'.join(PARTS.get(q.type, ())) or '点から後を消してください'}"
    return ""


def _columns(d: Definition) -> Iterator[Problem]:
    groups = {s.repeat.id for s in d.steps if s.repeat}
    outcomes = {o.id for o in d.review.outcomes}
    targets: set[str] = set()
    for h in d.handovers:
        if h.target in targets:
            yield Problem(d.file, h.line, f"連携の先「{h.target}」が二度あります。一つにまとめるか、別の先にしてください")
        targets.add(h.target)
        if h.per and h.per not in groups and "画面" not in d.unread:
            yield Problem(d.file, h.line, f"連携の単位「{h.per}」という繰返はありません")
        for column, source in h.columns:
            wrong = "" if source.startswith("=") else _slot(d, source)
            if not wrong and (source.endswith(".□") or PAIR.fullmatch(source)):
                wrong = f"「{source}」の書き方は文書にだけ使えます。項目の番号を書いてください"
            if wrong:
                yield Problem(d.file, h.line, f"連携の列「{column}」: {wrong}")
        for outcome in set(h.outcomes) - outcomes if "処分" not in d.unread else ():
            yield Problem(d.file, h.line, f"連携の処分「{outcome}」はありません")


def _documents(d: Definition) -> Iterator[Problem]:
    outcomes = {o.id for o in d.review.outcomes}
    for doc in d.documents:
        for outcome in set(doc.outcomes) - outcomes if "処分" not in d.unread else ():
            yield Problem(d.file, doc.line, f"文書「{doc.id}」の処分「{outcome}」はありません")
        for name in _slots(doc):
            wrong = _slot(d, name)
            if wrong:
                yield Problem(d.file, doc.line, f"文書「{doc.id}」: {wrong}")
        own = {q.id for q in d.review.questions} | {OUTCOME}
        if doc.attached and (doc.subject or doc.body or doc.rows or doc.note or doc.appeal or doc.again or doc.layout != LAYOUTS[0]):
            yield Problem(d.file, doc.line, f"文書「{doc.id}」は職員が添えるPDFなので、件名・本文・記などは書けません")
        if doc.attached and doc.condition is not None and own & {c.name for c in conditions.compares(doc.condition)}:
            yield Problem(d.file, doc.line, f"文書「{doc.id}」は職員が添えるPDFなので、条件には申請の答えだけを使ってください")
        if doc.layout == "枠組み" and not doc.rows:
            yield Problem(d.file, doc.line, f"文書「{doc.id}」は枠組みですが「記」がありません。枠に入れる行を書いてください")
    covered = {o for doc in d.documents for o in doc.outcomes}
    for end in d.review.outcomes if "文書" not in d.unread else ():
        if end.id not in covered:
            yield Problem(d.file, end.line, f"処分「{end.id}」({end.name})で出す文書がありません。「文書」に書き足してください")


def _slots(doc: Document) -> list[str]:
    texts = (doc.subject, doc.body, doc.note, doc.again, *(value for _, value in doc.rows))
    return [name for text in texts for name in _SLOT.findall(text)]


def _people(d: Definition) -> Iterator[Problem]:
    roles = {r.id for r in d.roles}
    attached = {a.id for a in d.attachments}
    for q in d.questions():
        if q.role and q.role not in roles and "役割" not in d.unread:
            yield Problem(d.file, q.line, f"項目「{q.id}」の役割「{q.role}」はありません")
        if q.prefill and (q.prefill not in PREFILL or not q.role):
            yield Problem(d.file, q.line, f"項目「{q.id}」の引継は「{'・'.join(PREFILL)}」のどれかとし、「役割」も書いてください")
    for r in d.roles if "添付" not in d.unread else ():
        if r.mandate and r.mandate not in attached:
            yield Problem(d.file, r.line, f"役割「{r.id}」の委任状「{r.mandate}」という添付はありません")
        if r.legal and r.legal not in attached:
            yield Problem(d.file, r.line, f"役割「{r.id}」の法定代理「{r.legal}」という添付はありません")
    agreed = next((q for q in d.questions() if q.id == d.review.consent), None)
    if d.review.consent and not _lost(d, d.review.consent, agreed) and (agreed is None or agreed.type != "はい・いいえ" or agreed.group):
        yield Problem(d.file, d.review.consent_line,
                      f"照合の同意「{d.review.consent}」という「はい・いいえ」の項目はありません(繰返の外の項目にしてください)")
    start = d.question(d.deadline.from_item)
    if d.deadline.from_item and not _lost(d, d.deadline.from_item, start) and (start is None or start.type not in ("日付", "生年月日", "災害")):
        yield Problem(d.file, d.deadline.line, f"期限の起点「{d.deadline.from_item}」という日付の項目はありません")


def _shape(d: Definition) -> Iterator[Problem]:
    for heading, there in (("根拠", d.laws), ("画面", d.steps), ("連携", d.handovers)):
        if not there and heading not in d.unread:
            yield Problem(d.file, d.line_of(heading), f"「{heading}」が一つもありません。書き足してください")
    for step in d.steps:
        if not step.questions and "画面" not in d.unread:
            yield Problem(d.file, step.line, f"画面「{step.title}」に項目がありません")
        if step.repeat and (step.repeat.low > step.repeat.high or not 1 <= step.repeat.high <= 30):
            yield Problem(d.file, step.line, "繰返の最少・最多を確認してください(最多は1から30まで)")
    for q in d.questions():
        if q.type == "個人番号" and d.level == "なし":
            yield Problem(d.file, q.line, "本人確認が「なし」の手続で個人番号を聞くことはできません")
        if q.type == "宣言" and not q.required:
            yield Problem(d.file, q.line, f"宣言「{q.id}」は「必須: はい」にするか、はい・いいえにしてください")
    if d.kind in ("届出", "申出") and d.review.appeal not in ("", "なし"):
        yield Problem(d.file, d.review.line, "届出・申出は処分ではないので、教示は「なし」にしてください"
                      "(職権の処分の通知には、文書に「教示」を書けます)")
    if d.kind == "証明" and not d.review.again and "審査" not in d.unread:
        yield Problem(d.file, d.line_of("審査"), "証明には「審査」の「再申請」(もう一度求める方法)を書いてください")
    if d.edition and not _is_day(d.edition):
        yield Problem(d.file, d.line_of("版"), f"版「{d.edition}」は 2026-11-22 のように年月日で書いてください")


def _fees(d: Definition, fees: tuple[str, ...] | None) -> Iterator[Problem]:
    if fees is None or d.charge is None:
        return
    for item in d.charge.items:
        if item.fee and item.fee not in fees:
            yield Problem(d.file, item.line, f"料金「{item.fee}」は市の手数料の表にありません。使えるのは: {'、'.join(fees) or '(まだありません)'}。"
                          "ほかの料金は、city.yaml の「手数料」に足してください")


def _unread(d: Definition, *names: str) -> bool:
    return not d.unread.isdisjoint(names)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _ranges(d: Definition) -> Iterator[Problem]:
    for q in [*d.questions(), *d.review.questions]:
        if q.id in d.unread or (not q.low and not q.high):
            continue
        if q.type not in ("整数", "金額", "日付", "生年月日", "年月"):
            yield Problem(d.file, q.line, f"項目「{q.id}」の型「{q.type}」に範囲は使えません")
            continue
        bad = next((bound for bound in (q.low, q.high) if bound and not _bound(q, bound)), "")
        if bad:
            yield Problem(d.file, q.line, f"項目「{q.id}」の範囲の「{bad}」が読めません(例: 0〜10、2020-01-01〜、2020-01〜)")
        elif q.low and q.high and (int(q.low) > int(q.high) if q.type in ("整数", "金額") else q.low > q.high):
            yield Problem(d.file, q.line, f"項目「{q.id}」の範囲「{q.low}〜{q.high}」は、小さい方を先に書いてください")


def _bound(q: Question, text: str) -> bool:
    if q.type in ("整数", "金額"):
        return bool(re.fullmatch(r"-?\d+", text))
    return _is_day(f"{text}-01" if q.type == "年月" else text)


def _places(
    d: Definition, sections: tuple[str, ...], appeals: tuple[str, ...], life_events: tuple[str, ...]
) -> Iterator[Problem]:
    if sections and d.section and d.section not in sections:
        yield Problem(d.file, d.line_of("担当"), f"担当「{d.section}」は市の設定にありません。使えるのは: {'、'.join(sections)}。"
                      "ほかの課が受け持つときは、city.yaml のその課の「受け持ち」に足してください")
    named = [*([(d.review.appeal, d.review.line)] if d.review.appeal else ()), *((doc.appeal, doc.line) for doc in d.documents if doc.appeal)]
    for appeal, line in named:
        if appeals and appeal not in (*appeals, "なし"):
            yield Problem(d.file, line, f"教示「{appeal}」はありません。使えるのは: {'、'.join((*appeals, 'なし'))}")
    for event in set(d.life_events) - set(life_events or d.life_events):
        yield Problem(d.file, d.line_of("分野"), f"分野「{event}」は市の設定にありません。使えるのは: {'、'.join(life_events)}")
