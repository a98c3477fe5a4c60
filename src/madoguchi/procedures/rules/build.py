"""Read a definition from its YAML table. Collects every problem instead of stopping at the first."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from .charge import charge_read
from .keep import keep_years, warn_days
from .laws import laws_read, paper_read
from .model import (
    GRANT_NOTHING,
    KINDS,
    LAYOUTS,
    LEVELS,
    OPEN,
    OUTCOME_KINDS,
    Attachment,
    Call,
    Choice,
    Deadline,
    Definition,
    Document,
    Handover,
    Outcome,
    Question,
    Repeat,
    Review,
    Role,
    Step,
)
from .reader import Reader
from .route import route_read
from .yaml_strict import Problem, Table, Text, kept

OPTION = re.compile(r"[a-z0-9][a-z0-9_]*")
TYPES = (
    "文字", "長文", "整数", "金額", "選択", "複数選択", "はい・いいえ", "日付", "生年月日", "年月", "氏名", "カナ", "住所", "電話",
    "メール", "個人番号", "口座", "被保険者番号", "続柄", "宣言", "災害",
)
TOP = (
    "手続", "版", "種別", "名称", "別名", "よみ", "計画の名称", "根拠", "様式", "担当", "分野", "対象", "概要", "所要", "来庁", "残ること",
    "決定後に残ること",
    "持ち物", "紙", "手数料", "本人確認", "役割", "期限", "画面", "添付", "検査", "導出", "審査", "文書", "連携", "案内", "検索語", "要確認",
)
QUESTION = (
    "問", "型", "必須", "説明", "条件", "選択肢", "範囲", "文字数", "引継", "役割", "前回", "様式欄", "要確認", "例",
)


def question(read: Reader, key: str, table: Any, line: int, *, group: str = "", step: str = "") -> Question:
    """One 項目."""
    if not isinstance(table, Table):
        read.say(line, f"項目「{key}」は {{問: …, 型: …}} の形で書いてください")
        read.unread.add(key)
        return Question(id=key, label=key, type="", required=False, group=group, step=step, line=line)  # what names it is not at fault
    read.known(table, QUESTION)
    kind = read.text(table, "型", need=True, one_of=TYPES)
    choices, before = [], len(read.problems)
    options = read.table(table, "選択肢")
    for name, words in options.items():
        if isinstance(words, Table):
            choices.append(Choice(name, read.text(words, "表示", need=True), read.text(words, "説明")))
        else:
            choices.append(Choice(name, kept(words)))
        if not OPTION.fullmatch(name):
            read.say(options.line_of(name), f"選択肢の番号「{name}」は、半角の小文字・数字・_ で書いてください")
        if not isinstance(words, Table) and not str(words).strip():
            read.say(options.line_of(name), f"選択肢「{name}」に、見せる文がありません。書き足してください")
    if kind in ("選択", "複数選択") and not choices:
        read.say(line, f"項目「{key}」に選択肢がありません。「選択肢: {{番号: 表示}}」を書いてください")
    if kind not in TYPES or len(read.problems) > before:
        read.unread.add(key)
    span = read.text(table, "範囲").replace("~", "〜").replace("\uff5e", "〜")
    low, _, high = span.partition("〜")
    if span and "〜" not in span:
        read.say(table.line_of("範囲"), f"範囲の「{span}」は、1〜10、1〜、〜10 のように書いてください")
    condition, condition_text = read.condition(table)
    label = read.text(table, "問", need=True)
    return Question(
        id=read.ident(key, line), label=label, type=kind, required=read.yes(table, "必須"),
        help=read.text(table, "説明"), condition=condition, condition_text=condition_text, choices=tuple(choices),
        low=low.strip(), high=high.strip(), max_length=read.number(table, "文字数"), prefill=read.text(table, "引継"),
        role=read.text(table, "役割"), box=read.text(table, "様式欄"), doubt=read.doubt(table, label),
        example=read.text(table, "例"), remember=read.text(table, "前回"), group=group, step=step, line=line,
    )


def questions(read: Reader, table: Table, *, group: str = "", step: str = "") -> tuple[Question, ...]:
    """All 項目 of a table."""
    return tuple(question(read, key, value, table.line_of(key), group=group, step=step) for key, value in table.items())


def steps(read: Reader, top: Table, key: str = "画面") -> tuple[Step, ...]:
    """画面, the pages with their questions."""
    out = []
    pages = read.items(top, key, need=True)
    if key not in top or not all(isinstance(page, Table) and isinstance(page.get("項目"), Table) for page in pages):
        read.unread.add("画面")
    for number, table in enumerate(pages, start=1):
        if not isinstance(table, Table):
            read.say(getattr(table, "line", top.line), "画面は「題」と「項目」を持つ形で書いてください")
            continue
        read.known(table, ("題", "番号", "説明", "条件", "繰返", "項目"))
        repeat = None
        if "繰返" in table:
            r = read.table(table, "繰返")
            if not isinstance(r.get("番号"), Text):
                read.unread.add("画面")
            read.known(r, ("番号", "名", "最少", "最多"))
            repeat = Repeat(
                read.ident(read.text(r, "番号", need=True), r.line), read.text(r, "名") or read.text(table, "題"),
                read.number(r, "最少", 0), read.number(r, "最多", 10),
            )
        step_id = read.text(table, "番号") or (repeat.id if repeat else f"s{number}")
        condition, condition_text = read.condition(table)
        out.append(Step(
            id=read.ident(step_id, table.line), title=read.text(table, "題", need=True),
            questions=questions(read, read.table(table, "項目", need=True), group=repeat.id if repeat else "", step=step_id),
            help=read.text(table, "説明"), condition=condition, condition_text=condition_text, repeat=repeat, line=table.line,
        ))
    return tuple(out)


def _section(read: Reader, table: Table, key: str, *, need: bool = False) -> Table:
    """A heading with tables under it; what is not one is noted as unread, so that nothing is said to be missing from it."""
    value = table.get(key)
    if (value is None and need) or (value and not (isinstance(value, Table) and all(isinstance(x, Table) for x in value.values()))):
        read.unread.add(key)
    return read.table(table, key, need=need)


def _attachments(read: Reader, top: Table) -> tuple[Attachment, ...]:
    out = []
    section = _section(read, top, "添付")
    for key, table in section.items():
        if not isinstance(table, Table):
            read.say(section.line_of(key), f"添付「{key}」は {{名: …}} の形で書いてください")
            continue
        read.known(table, ("名", "必須", "条件", "説明", "種類", "最多", "個人番号", "要確認"))
        need = read.text(table, "必須", one_of=("はい", "いいえ", "あとで可")) or "はい"
        condition, condition_text = read.condition(table)
        name = read.text(table, "名", need=True)
        out.append(Attachment(
            id=read.ident(key, section.line_of(key)), name=name, required=need == "はい", later=need == "あとで可",
            condition=condition, condition_text=condition_text, help=read.text(table, "説明"), doubt=read.doubt(table, name),
            kinds=read.texts(table, "種類") or ("画像", "PDF"), most=read.number(table, "最多", 5), line=section.line_of(key),
            numbered={"はい": True, "いいえ": False}.get(read.text(table, "個人番号", one_of=("はい", "いいえ"))),
        ))
    return tuple(out)


def _roles(read: Reader, top: Table) -> tuple[Role, ...]:
    out = []
    section = _section(read, top, "役割")
    for key, table in section.items():
        if not isinstance(table, Table):
            read.say(section.line_of(key), f"役割「{key}」は {{名: …}} の形で書いてください")
            continue
        read.known(table, ("名", "カード", "委任状", "法定代理", "代行", "法人", "要確認"))
        card = read.text(table, "カード")
        condition, text = (None, card) if card in ("はい", "いいえ", "") else read.condition(table, "カード")
        name = read.text(table, "名", need=True)
        office, company = (read.condition(table, when) if when in table else (None, "") for when in ("代行", "法人"))
        out.append(Role(read.ident(key, section.line_of(key)), name, condition, text, read.text(table, "委任状"), read.text(table, "法定代理"),
                        read.doubt(table, name), section.line_of(key), *office, *company))
    return tuple(out)


def deadline(read: Reader, top: Table) -> Deadline:
    """期限."""
    table = read.table(top, "期限")
    read.known(table, ("説明", "起点", "日数", "月数", "数え方", "閉庁日", "超過", "受付開始", "要確認"))
    return Deadline(
        text=read.text(table, "説明"), from_item=read.text(table, "起点"), days=read.number(table, "日数"),
        months=read.number(table, "月数"),
        counting=read.text(table, "数え方", one_of=("翌日から", "当日から")) or "翌日から",
        closed_day=read.text(table, "閉庁日", one_of=("翌開庁日", "そのまま")) or "翌開庁日",
        late=read.text(table, "超過", one_of=("受理して注意", "受付不可")) or "受理して注意",
        opens_days_before=read.number(table, "受付開始"), doubt=read.doubt(table, "期限"),
        line=table.line_of("起点"),
    )


def _review(read: Reader, top: Table, kind: str) -> Review:
    table = read.table(top, "審査", need=True)
    if not table:
        read.unread.add("審査")
    read.known(table, ("標準日数", "日の数え方", "決裁", "確認事項", "決定項目", "処分", "教示", "再申請", "保存", "期限の知らせ", "照合の同意",
                       "要確認"))
    outcomes = []
    section = _section(read, table, "処分", need=True)
    for key, value in section.items():
        if not isinstance(value, Table):
            read.say(section.line_of(key), f"処分「{key}」は {{名: …, 種: …}} の形で書いてください")
            continue
        read.known(value, ("名", "種", "理由", "条件"))
        sort = read.text(value, "種", need=True, one_of=OUTCOME_KINDS.get(kind, ()))
        condition, text = read.condition(value)
        outcomes.append(Outcome(
            read.ident(key, section.line_of(key)), read.text(value, "名", need=True), sort, read.texts(value, "理由"),
            sort in ("拒否", "一部認容", "不備", "不交付"), condition, text, section.line_of(key),
        ))
    if outcomes and kind in OUTCOME_KINDS and all(o.kind in GRANT_NOTHING for o in outcomes):
        read.say(section.line, "認める結果(認容・受付・交付)がありません")
    if (days := read.number(table, "標準日数", 1, need=True)) < 1:
        read.say(table.line_of("標準日数"), "「標準日数」は1以上にしてください")
    return Review(
        days=days,
        day_kind=read.text(table, "日の数え方", one_of=("開庁日", "日")) or "日",
        route=route_read(read, table), checklist=read.texts(table, "確認事項"),
        questions=questions(read, _section(read, table, "決定項目")), outcomes=tuple(outcomes),
        appeal=read.text(table, "教示", need=True), again=read.text(table, "再申請"), doubt=read.doubt(table, "審査"),
        line=table.line_of("教示"), keep=keep_years(read, table), warn=warn_days(read, table),
        consent=read.text(table, "照合の同意"), consent_line=table.line_of("照合の同意"),
    )


def _documents(read: Reader, top: Table) -> tuple[Document, ...]:
    out = []
    section = _section(read, top, "文書")
    for key, table in section.items():
        if not isinstance(table, Table):
            read.say(section.line_of(key), f"文書「{key}」は {{名: …, 処分: …}} の形で書いてください")
            continue
        read.known(table, ("名", "処分", "様式", "件名", "本文", "記", "注", "教示", "再申請", "条件", "職員が添える", "署名", "要確認"))
        attached, before = read.yes(table, "職員が添える"), len(read.problems)
        outcomes = read.texts(table, "処分")
        if len(read.problems) > before:
            read.unread.add("文書")
        condition, condition_text = read.condition(table)
        rows, name = read.table(table, "記"), read.text(table, "名", need=True)
        out.append(Document(
            read.ident(key, section.line_of(key)), name, outcomes, read.text(table, "件名", need=not attached),
            read.text(table, "本文", need=not attached), tuple((k, kept(v)) for k, v in rows.items()), condition, condition_text,
            read.doubt(table, name), read.text(table, "様式", one_of=LAYOUTS) or LAYOUTS[0], read.text(table, "注"),
            read.text(table, "教示"), read.text(table, "再申請"), attached, read.yes(table, "署名"), section.line_of(key),
        ))
    return tuple(out)


def _handovers(read: Reader, top: Table) -> tuple[Handover, ...]:
    out = []
    if "連携" not in top or not all(isinstance(row, Table) for row in read.items(top, "連携")):
        read.unread.add("連携")
    for table in read.items(top, "連携", need=True):
        if not isinstance(table, Table):
            read.say(getattr(table, "line", top.line), "連携は {先: …, 列: …} の形で書いてください")
            continue
        read.known(table, ("先", "文字", "単位", "処分", "列", "要確認"))
        columns = read.table(table, "列", need=True)
        charset = read.text(table, "文字", one_of=("UTF-8", "cp932")) or "UTF-8"
        out.append(Handover(
            read.text(table, "先", need=True), tuple((k, kept(v)) for k, v in columns.items()),
            {"UTF-8": "utf-8-sig", "cp932": "cp932"}.get(charset, "utf-8-sig"), read.text(table, "単位"),
            read.texts(table, "処分"), table.line,
        ))
        read.doubt(table, "連携")
    return tuple(out)


def _calls(read: Reader, top: Table) -> tuple[Call, ...]:
    found = (read.call(value, top.line_of("検査")) for value in read.items(top, "検査"))
    return tuple(call for call in found if call)


def _derived(read: Reader, top: Table) -> tuple[tuple[str, Call], ...]:
    section = read.table(top, "導出")
    found = [(read.ident(key, section.line_of(key)), read.call(value, section.line_of(key))) for key, value in section.items()]
    read.unread.update(key for key, call in found if call is None)
    return tuple((key, call) for key, call in found if call)


def definition(top: Table, file: str) -> tuple[Definition, list[Problem]]:
    """Read a whole table. The definition is usable only when no problem came with it; `lint` can look at it all the same."""
    read = Reader(file)
    read.known(top, TOP)
    kind = read.text(top, "種別", need=True, one_of=KINDS)
    slug = read.text(top, "手続", need=True)
    if slug and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        read.say(top.line_of("手続"), "手続の番号は半角の小文字・数字・- で書いてください(例: jidou-teate-nintei)")
    for item in read.items(top, "要確認"):
        read.doubts.append((getattr(item, "line", top.line), kept(item)))
    guidance, visit = read.table(top, "案内"), read.text(top, "来庁")
    built = Definition(
        id=slug, edition=read.text(top, "版", need=True), kind=kind, name=read.text(top, "名称", need=True),
        reading=read.text(top, "よみ", need=True), section=read.text(top, "担当", need=True), laws=laws_read(read, top),
        form=read.text(top, "様式"), audience=read.text(top, "対象", need=True), minutes=read.number(top, "所要", need=True),
        fee=0 if isinstance(top.get("手数料"), Table) else read.number(top, "手数料", need=True), charge=charge_read(read, top),
        level=read.text(top, "本人確認", need=True, one_of=LEVELS), paper=paper_read(read, top),
        steps=steps(read, top), review=_review(read, top, kind), documents=_documents(read, top),
        handovers=_handovers(read, top), aliases=read.texts(top, "別名"), plan_name=read.text(top, "計画の名称"),
        life_events=read.texts(top, "分野"), summary=read.text(top, "概要", need=True),
        visit="" if visit == OPEN else visit, visit_open=visit == OPEN,
        remaining=read.text(top, "残ること"), remaining_after=read.text(top, "決定後に残ること"),
        bring=read.texts(top, "持ち物"), roles=_roles(read, top),
        deadline=deadline(read, top), attachments=_attachments(read, top), checks=_calls(read, top),
        derived=_derived(read, top), guidance=tuple((k, kept(v)) for k, v in guidance.items()),
        keywords=read.texts(top, "検索語"), doubts=(), file=file, lines=tuple(top.lines.items()))
    return dataclasses.replace(built, doubts=tuple(read.doubts), unread=frozenset(read.unread)), read.problems
