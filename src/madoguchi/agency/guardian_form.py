"""What a legal representative is asked, as questions of the house: one template draws them, the field types check them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.kernel.said import say
from madoguchi.procedures.public import Fault, Question, Step
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.model import Choice
from madoguchi.procedures.rules.validate import Raw, read_entry

from .guardian_rules import KINDS, MONTHS

OTHER = "other"  # a group of its own: the browser does not fill in the name of who types

PAGE = Step("guardian", say("法定代理を申し出る"), (
    Question("kind", say("あなたの立場"), "選択", True, group=OTHER,
             choices=tuple(Choice(key, kind.name, kind.help) for key, kind in KINDS.items())),
    Question("name", say("ご本人の氏名"), "氏名", True, say("あなたが代理をする方のことです。証明書にある通りの字で入力してください。"), group=OTHER),
    Question("kana", say("ご本人のフリガナ"), "カナ", True, group=OTHER),
    Question("born", say("ご本人の生年月日"), "生年月日", True, group=OTHER),
    Question("address", say("ご本人の住所"), "住所", True, group=OTHER),
    Question("issued", say("証明書の発行日"), "日付", True,
             say("親権者・未成年後見人は戸籍の全部事項証明書、ほかの方は登記事項証明書の発行日です。"
                 "発行から{n}か月以内のものを用意してください。", n=MONTHS),
             group=OTHER),
    Question("mail", say("お知らせを受け取るメールアドレス"), "メール", False, say("お名前と手続きの名前は書きません。"), group=OTHER),
))


def read(raw: Raw) -> tuple[dict[str, Any], list[Fault]]:
    """What was typed, and what is wrong with it as such."""
    return read_entry(PAGE.questions, raw, "", {})


def view(values: Mapping[str, Any], posted: Raw | None = None, faults: list[Fault] | None = None) -> webform.StepView:
    """The page for the template."""
    return webform.page_view(PAGE, values=values, posted=posted, faults=faults or [])
