"""Does what a definition says of one thing fit what that thing is? Options, lengths, comparisons, 引継, 期限, 連携: what the reader of the file
takes without a word and what then never happens, or stops somebody at the counter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .conditions import Compare
from .model import Attachment, Definition, Question
from .yaml_strict import Problem

TARGET = re.compile(r"[a-z0-9-]+")  # a folder of its own in the hand-over (adapters.core_folder)
KINDS = ("画像", "PDF")  # what files.services takes
CHOSEN = ("選択", "複数選択")
WITH_LENGTH = ("文字", "長文", "続柄")
ORDERED = ("整数", "金額", "日付", "生年月日", "年月")
IN_PARTS = ("氏名", "カナ", "住所", "口座", "個人番号")  # kept in parts, or as a token: nothing that is written is ever equal to it
FILLED_BY = {  # what a 引継 brings, by its last word → the types that can hold it
    "氏名": ("氏名",), "生年月日": ("生年月日", "日付"), "住所": ("住所",), "性別": ("選択",), "名称": ("文字",), "種類": ("選択", "文字"),
    "所在地": ("住所",), "電話番号": ("電話", "文字"), "代表者": ("文字",),
}


def faults(d: Definition) -> Iterator[Problem]:
    """Everything of this kind that is wrong."""
    for q in [*d.questions(), *d.review.questions]:
        if q.id not in d.unread:
            yield from (Problem(d.file, q.line, f"項目「{q.id}」{ja}") for ja in _question(q))
    for a in d.attachments:
        yield from (Problem(d.file, a.line, f"添付「{a.id}」{ja}") for ja in _attachment(a))
    yield from (Problem(d.file, d.deadline.line, ja) for ja in _deadline(d))
    for h in d.handovers:
        if h.target and not TARGET.fullmatch(h.target):
            yield Problem(d.file, h.line, f"連携の先「{h.target}」は、半角の小文字・数字・- で書いてください(例: jidou-teate)")
    for doc in d.documents:
        for text in (doc.subject, doc.body, doc.note, doc.again, *(value for _, value in doc.rows)):
            if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)):
                yield Problem(d.file, doc.line, f"文書「{doc.id}」の「{text[:40]}」は、{{ }} の対応が合いません。{{項目の番号}} の形に直してください")
    for name, times in Counter(d.review.route).items():
        if times > 1:
            yield Problem(d.file, d.line_of("審査"), f"「決裁」に「{name}」が{times}回あります。一回だけ書いてください")


def _question(q: Question) -> Iterator[str]:
    if q.choices and q.type not in (*CHOSEN, "続柄"):
        yield f"の型「{q.type}」に選択肢は使えません。型を選択か複数選択にするか、選択肢を消してください"
    if q.max_length and q.type not in WITH_LENGTH:
        yield f"の型「{q.type}」に文字数は使えません。消してください"
    for label, times in Counter(c.label for c in q.choices if c.label.strip()).items():
        if times > 1:
            yield f"の選択肢に「{label}」が{times}つあります。見分けがつくように書き分けてください"
    if q.prefill and (fitting := FILLED_BY.get(q.prefill.rpartition(".")[2])) and q.type not in fitting:
        yield f"の型「{q.type}」に引継「{q.prefill}」は入りません。型を{'か'.join(fitting)}にするか、引継を消してください"


def _attachment(a: Attachment) -> Iterator[str]:
    for kind in a.kinds:
        if kind not in KINDS:
            yield f"の種類「{kind}」は受け取れません。{'・'.join(KINDS)} から書いてください"
    if a.most < 1:
        yield "の「最多」は1以上にしてください"


def _deadline(d: Definition) -> Iterator[str]:
    """What counts from nowhere is never late, and refuses nobody."""
    counted = d.deadline
    if counted.from_item:
        return
    if counted.days or counted.months or counted.opens_days_before:
        yield "期限に日数・月数・受付開始がありますが、「起点」がありません。いつから数えるか、日付の項目を書いてください"
    elif counted.late == "受付不可":
        yield "期限の「超過: 受付不可」は、「起点」がないので働きません。起点を書くか、消してください"


def compare_fault(q: Question, c: Compare) -> str:
    """Why a comparison with this question can never be meant; empty when it can."""
    if q.type in IN_PARTS:
        return f"の「{c.name}」は「{q.type}」なので、条件で比べられません。選択やはい・いいえの項目を使ってください"
    if c.op in "<>≤≥" and q.type not in ORDERED:
        return f"の「{c.op}」は、数と日付の項目にだけ使えます。「{c.name} = {c.value}」のように書いてください"
    return ""
