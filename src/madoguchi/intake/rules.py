"""Receipt numbers, and small pure decisions about drafts and applications."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from madoguchi.kernel.canon import canonical, sha256
from madoguchi.kernel.said import say
from madoguchi.procedures.public import Definition, Step
from madoguchi.procedures.rules.conditions import compares

DRAFT_DAYS = 30
MAX_TRIES = 8  # wrong access codes, after which a receipt number opens nothing until there is a new code
STATUS_WORDS = {
    "filed": say("受け付けました"), "under_review": say("審査しています"), "correction": say("直していただきたい点があります"),
    "answered": say("直した内容を確認しています"), "approval": say("決裁をしています"), "decided": say("結果が出ました"),
    "withdrawn": say("取り下げました"), "unpaid": say("お支払いを待っています"), "lapsed": say("お支払いの期限が過ぎました"),
}
RESULT_WORDS = {  # by kind of outcome, for those who read another language: the outcome's own name is in Japanese
    "認容": say("認められました"), "一部認容": say("一部が認められました"), "拒否": say("認められませんでした"),
    "受付": say("受け付けました"), "不備": say("足りないところがあります"), "交付": say("書類を交付します"), "不交付": say("書類を交付できません"),
}
ACTS = {"届出": say("届出"), "申出": say("申出"), "請求": say("請求")}  # by kind (種別); everything else is a 申請
TYPED = {  # an answer to a correction that the section typed off: by how it came
    "counter": say("窓口で伺った答えを、市の担当が入力しました"), "phone": say("電話で伺った答えを、市の担当が入力しました"),
    "paper": say("紙で届いた答えを、市の担当が入力しました"),
}
OVER = {"decided", "withdrawn"}
OPEN_FOR_DOCUMENTS = {"filed", "under_review", "correction", "answered"}
OPEN_FOR_WITHDRAWAL = {"filed", "under_review", "correction", "answered"}
GRADES = {
    "5": say("とても使いやすかった"), "4": say("使いやすかった"), "3": say("ふつう"), "2": say("使いにくかった"), "1": say("とても使いにくかった"),
}
MOST_OPINION = 300  # characters
TEXT_DAYS = 730


def may_withdraw(status: str, view: Mapping[str, Any]) -> bool:
    """May the applicant ask for 取下げ? Not twice at once; and of what was decided and taken up again only where they asked for that
    themselves: then the re-examination ends, and nothing else."""
    if status not in OPEN_FOR_WITHDRAWAL or view.get("withdrawal") == "asked":
        return False
    return not view.get("decision") or view.get("reopened") == "asked"


def page_left(asked: list[str], done: list[str], documents: bool, files: bool) -> str:
    """The page at which somebody stopped: the first that was asked and not filled in, then the documents, then the check page."""
    missing = next((page for page in asked if page not in done), "")
    return missing or ("documents" if documents and not files else "check")


def fiscal_reiwa(day: dt.date) -> int:
    """The 年度 in Reiwa."""
    return (day.year if day.month >= 4 else day.year - 1) - 2018


def receipt_new(day: dt.date) -> str:
    """R8-1234-5678-9: fiscal year, eight random digits, check digit. Random, so that a number says nothing about others
    and no counter holds up the writers; the check digit finds what was misheard on the telephone."""
    body = f"{secrets.randbelow(10**8):08d}"
    return f"R{fiscal_reiwa(day)}-{body[:4]}-{body[4:]}-{check_digit(body)}"


def check_digit(digits: str) -> int:
    """Weighted modulus 11 (10 counts as 0): finds one wrong digit and neighbours swapped."""
    return sum(int(d) * w for d, w in zip(digits, range(2, 10), strict=True)) % 11 % 10


def receipt_read(text: str) -> str:
    """A receipt number as people type it (full-width, without hyphens) in its own form, or an empty string."""
    import unicodedata

    plain = unicodedata.normalize("NFKC", text).upper()
    plain = "".join(c for c in plain if c.isascii() and c.isalnum())
    if not plain.startswith("R") or not plain[1:].isdigit() or not 10 <= len(plain) - 1 <= 11:
        return ""
    year, body, last = plain[1:-9], plain[-9:-1], plain[-1]
    if str(check_digit(body)) != last:
        return ""
    return f"R{year}-{body[:4]}-{body[4:]}-{last}"


def step_mark(step: Step, answers: dict[str, Any]) -> str:
    """A short mark of what a page holds, to notice that it was saved elsewhere."""
    keys = [step.repeat.id] if step.repeat else [q.id for q in step.questions]
    return sha256(canonical({k: answers[k] for k in keys if k in answers}))[:16]


def decides_pages(d: Definition, step: Step) -> bool:
    """Do the answers of this page decide which other pages are asked? While it is unsaved nobody knows how many follow."""
    names = {q.id for q in step.questions} | ({step.repeat.id} if step.repeat else set())
    for key, call in d.derived:
        if names & {value for _, value in call.args}:
            names.add(key)
    return any(c.name in names for s in d.steps if s is not step and s.condition for c in compares(s.condition))
