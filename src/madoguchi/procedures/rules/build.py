"""Read a definition from its YAML table. Collects every problem instead of stopping at the first."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

from . import conditions
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
from .yaml_strict import Items, Problem, Table, Text, kept

ID = re.compile(r"[a-z][a-z0-9_]*")
TYPES = (
    "文字", "長文", "整数", "金額", "選択", "複数選択", "はい・いいえ", "日付", "生年月日", "年月", "氏名", "カナ", "住所", "電話",
    "メール", "個人番号", "口座", "被保険者番号", "続柄", "宣言", "災害",
)
TOP = (
    "手続", "版", "種別", "名称", "別名", "よみ", "計画の名称", "根拠", "様式", "担当", "分野", "対象", "概要", "所要", "来庁", "残ること",
    "持ち物", "紙", "手数料", "本人確認", "役割", "期限", "画面", "添付", "検査", "導出", "審査", "文書", "連携", "案内", "検索語", "要確認",
)
QUESTION = (
    "問", "型", "必須", "説明", "条件", "選択肢", "範囲", "文字数", "引継", "役割", "様式欄", "要確認", "例",
)


class Reader:
    """Takes values out of tables, noting what is missing, unknown or of the wrong shape."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.doubts: list[tuple[int, str]] = []

    def say(self, line: int, ja: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, line, ja))

    def known(self, table: Table, keys: Iterable[str]) -> None:
        """Complain about keys nobody reads."""
        for key in table:
            if key not in keys:
                self.say(table.line_of(key), f"「{key}」という見出しは使えません。使えるのは: {'、'.join(keys)}")

    def text(self, table: Table, key: str, *, need: bool = False, one_of: Iterable[str] = ()) -> str:
        """A scalar as text."""
        value = table.get(key)
        if value is None or value == "":
            if need:
                self.say(table.line, f"「{key}」がありません。書き足してください")
            return ""
        if not isinstance(value, Text):
            self.say(table.line_of(key), f"「{key}」には一行の文字を書いてください")
            return ""
        if one_of and value not in one_of:
            self.say(table.line_of(key), f"「{key}」の「{value}」は使えません。{'・'.join(one_of)} のどれかにしてください")
        return kept(value)

    def number(self, table: Table, key: str, default: int = 0, *, need: bool = False) -> int:
        """A whole number; 「10分」 and 「15日」 are read as 10 and 15."""
        text = self.text(table, key, need=need)
        if not text:
            return default
        match = re.fullmatch(r"(\d+)\s*(分|日|か月|円|開庁日|枚|件)?", text)
        if not match:
            self.say(table.line_of(key), f"「{key}」には0以上の整数を書いてください(今は「{text}」)")
            return default
        return int(match[1])

    def yes(self, table: Table, key: str, default: bool = False) -> bool:
        """はい or いいえ."""
        text = self.text(table, key, one_of=("はい", "いいえ"))
        return text == "はい" if text else default

    def table(self, table: Table, key: str, *, need: bool = False) -> Table:
        """A nested mapping."""
        value = table.get(key)
        if isinstance(value, Table):
            return value
        if value is not None and value != "":
            self.say(table.line_of(key), f"「{key}」は「見出し: 値」の形で書いてください")
        elif need:
            self.say(table.line, f"「{key}」がありません。書き足してください")
        return _empty(table.line_of(key))

    def items(self, table: Table, key: str, *, need: bool = False) -> list[Any]:
        """A sequence; a lone scalar counts as a sequence of one."""
        value = table.get(key)
        if isinstance(value, Items):
            return value
        if isinstance(value, Text) and value:
            return [value]
        if isinstance(value, Table):
            return [value]
        if need:
            self.say(table.line, f"「{key}」がありません。書き足してください")
        return []

    def texts(self, table: Table, key: str) -> tuple[str, ...]:
        """A sequence of scalars."""
        out = []
        for item in self.items(table, key):
            if isinstance(item, Text):
                out.append(kept(item))
            else:
                self.say(getattr(item, "line", table.line), f"「{key}」には文字の一覧を書いてください")
        return tuple(out)

    def condition(self, table: Table, key: str = "条件") -> tuple[conditions.Condition | None, str]:
        """A compiled condition with its text."""
        text = self.text(table, key)
        if not text:
            return None, ""
        try:
            return conditions.parse(text), text
        except conditions.BadCondition as error:
            self.say(table.line_of(key), f"「{key}」の「{text}」が読めません。{error}")
            return None, text

    def doubt(self, table: Table, label: str = "") -> str:
        """要確認, also noted in the list of doubts."""
        text = self.text(table, "要確認") if isinstance(table.get("要確認"), Text) else ""
        if text:
            self.doubts.append((table.line_of("要確認"), f"{label}: {text}" if label else text))
        return text

    def ident(self, key: str, line: int) -> str:
        """An id of small letters, digits and underscores."""
        if not ID.fullmatch(key):
            self.say(line, f"番号「{key}」は半角の小文字・数字・_ で書いてください(例: child_name)")
        return key

    def call(self, value: Any, line: int) -> Call | None:
        """A rule call: a name, or 「規則: 名前」 with arguments."""
        if isinstance(value, Text):
            return Call(kept(value), (), value.line)
        if isinstance(value, Table) and "規則" in value:
            args = []
            for name, argument in value.items():
                if name == "規則":
                    continue
                args.append((name, "、".join(argument) if isinstance(argument, Items) else kept(argument)))
            return Call(self.text(value, "規則"), tuple(args), value.line)
        self.say(line, "検査は「規則の名前」か「規則: 名前」と引数の組で書いてください")
        return None


def _empty(line: int) -> Table:
    table = Table()
    table.line, table.lines = line, {}
    return table


def question(read: Reader, key: str, table: Any, line: int, *, group: str = "", step: str = "") -> Question | None:
    """One 項目."""
    if not isinstance(table, Table):
        read.say(line, f"項目「{key}」は {{問: …, 型: …}} の形で書いてください")
        return None
    read.known(table, QUESTION)
    kind = read.text(table, "型", need=True, one_of=TYPES)
    choices = []
    options = read.table(table, "選択肢")
    for name, words in options.items():
        if isinstance(words, Table):
            choices.append(Choice(name, read.text(words, "表示", need=True), read.text(words, "説明")))
        else:
            choices.append(Choice(name, kept(words)))
    if kind in ("選択", "複数選択") and not choices:
        read.say(line, f"項目「{key}」に選択肢がありません。「選択肢: {{番号: 表示}}」を書いてください")
    low, _, high = read.text(table, "範囲").replace("~", "〜").replace("\uff5e", "〜").partition("〜")
    condition, condition_text = read.condition(table)
    label = read.text(table, "問", need=True)
    return Question(
        id=read.ident(key, line), label=label, type=kind, required=read.yes(table, "必須"),
        help=read.text(table, "説明"), condition=condition, condition_text=condition_text, choices=tuple(choices),
        low=low.strip(), high=high.strip(), max_length=read.number(table, "文字数"), prefill=read.text(table, "引継"),
        role=read.text(table, "役割"), box=read.text(table, "様式欄"), doubt=read.doubt(table, label),
        example=read.text(table, "例"), group=group, step=step, line=line,
    )


def questions(read: Reader, table: Table, *, group: str = "", step: str = "") -> tuple[Question, ...]:
    """All 項目 of a table."""
    found = (question(read, key, value, table.line_of(key), group=group, step=step) for key, value in table.items())
    return tuple(q for q in found if q)


def steps(read: Reader, top: Table, key: str = "画面") -> tuple[Step, ...]:
    """画面, the pages with their questions."""
    out = []
    for number, table in enumerate(read.items(top, key, need=True), start=1):
        if not isinstance(table, Table):
            read.say(getattr(table, "line", top.line), "画面は「題」と「項目」を持つ形で書いてください")
            continue
        read.known(table, ("題", "番号", "説明", "条件", "繰返", "項目"))
        repeat = None
        if "繰返" in table:
            r = read.table(table, "繰返")
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


def _attachments(read: Reader, top: Table) -> tuple[Attachment, ...]:
    out = []
    section = read.table(top, "添付")
    for key, table in section.items():
        if not isinstance(table, Table):
            read.say(section.line_of(key), f"添付「{key}」は {{名: …}} の形で書いてください")
            continue
        read.known(table, ("名", "必須", "条件", "説明", "種類", "最多", "要確認"))
        need = read.text(table, "必須", one_of=("はい", "いいえ", "あとで可")) or "はい"
        condition, condition_text = read.condition(table)
        name = read.text(table, "名", need=True)
        out.append(Attachment(
            id=read.ident(key, section.line_of(key)), name=name, required=need == "はい", later=need == "あとで可",
            condition=condition, condition_text=condition_text, help=read.text(table, "説明"), doubt=read.doubt(table, name),
            kinds=read.texts(table, "種類") or ("画像", "PDF"), most=read.number(table, "最多", 5), line=section.line_of(key),
        ))
    return tuple(out)


def _roles(read: Reader, top: Table) -> tuple[Role, ...]:
    out = []
    section = read.table(top, "役割")
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
    read.known(table, ("標準日数", "日の数え方", "決裁", "確認事項", "決定項目", "処分", "教示", "再申請", "保存", "期限の知らせ", "要確認"))
    outcomes = []
    section = read.table(table, "処分", need=True)
    for key, value in section.items():
        if isinstance(value, Text):
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
    return Review(
        days=read.number(table, "標準日数", need=True),
        day_kind=read.text(table, "日の数え方", one_of=("開庁日", "日")) or "日",
        route=read.texts(table, "決裁") or ("担当",), checklist=read.texts(table, "確認事項"),
        questions=questions(read, read.table(table, "決定項目")), outcomes=tuple(outcomes),
        appeal=read.text(table, "教示", need=True), again=read.text(table, "再申請"), doubt=read.doubt(table, "審査"),
        line=table.line_of("教示"), keep=keep_years(read, table), warn=warn_days(read, table),
    )


def _documents(read: Reader, top: Table) -> tuple[Document, ...]:
    out = []
    section = read.table(top, "文書")
    for key, table in section.items():
        if not isinstance(table, Table):
            read.say(section.line_of(key), f"文書「{key}」は {{名: …, 処分: …}} の形で書いてください")
            continue
        read.known(table, ("名", "処分", "様式", "件名", "本文", "記", "注", "教示", "再申請", "条件", "職員が添える", "署名", "要確認"))
        attached = read.yes(table, "職員が添える")
        condition, condition_text = read.condition(table)
        rows, name = read.table(table, "記"), read.text(table, "名", need=True)
        out.append(Document(
            read.ident(key, section.line_of(key)), name, read.texts(table, "処分"), read.text(table, "件名", need=not attached),
            read.text(table, "本文", need=not attached), tuple((k, kept(v)) for k, v in rows.items()), condition, condition_text,
            read.doubt(table, name), read.text(table, "様式", one_of=LAYOUTS) or LAYOUTS[0], read.text(table, "注"),
            read.text(table, "教示"), read.text(table, "再申請"), attached, read.yes(table, "署名"), section.line_of(key),
        ))
    return tuple(out)


def _handovers(read: Reader, top: Table) -> tuple[Handover, ...]:
    out = []
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
    found = ((read.ident(key, section.line_of(key)), read.call(value, section.line_of(key))) for key, value in section.items())
    return tuple((key, call) for key, call in found if call)


def definition(top: Table, file: str) -> tuple[Definition, list[Problem]]:
    """Read a whole table. The definition is usable only when no problem came with it."""
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
        remaining=read.text(top, "残ること"), bring=read.texts(top, "持ち物"), roles=_roles(read, top),
        deadline=deadline(read, top), attachments=_attachments(read, top), checks=_calls(read, top),
        derived=_derived(read, top), guidance=tuple((k, kept(v)) for k, v in guidance.items()),
        keywords=read.texts(top, "検索語"), doubts=(), file=file, lines=tuple(top.lines.items()))
    return dataclasses.replace(built, doubts=tuple(read.doubts)), read.problems
