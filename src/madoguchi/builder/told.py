"""What a decision did and what comes next, in words for who took it. Pure."""

from __future__ import annotations

from madoguchi.procedures.rules.say import jdate

from .models import Copy


def told(copy: Copy, done: str) -> str:
    """The words for the address that a decision led to; nothing where the copy has moved on meanwhile."""
    words = {
        ("asked", "asked"): "公開を願い出ました。課長かデジタル推進担当が承認すると、決めた日に公開されます。"
                            "承認の前なら取り下げられます。内容を直すと、願い出は取り消されます。",
        ("returned", "editing"): "編集に戻しました。理由は、この画面の上に出ています。直したら、もう一度公開を願い出てもらってください。",
        ("taken_back", "editing"): "願い出を取り下げました。直したら、もう一度公開を願い出てください。",
        ("approved", "approved"): f"承認しました。{jdate(copy.publish_on)}に公開します。それまでは「編集に戻す」で取りやめられます。",
        ("approved", "published"): f"承認し、第{copy.base}版として公開しました。住民の画面は、まもなく新しくなります。"
                                   "誤りに気づいたときは、「履歴と版」で前の版に戻せます。",
        ("restored", "published"): f"前の版の内容に戻し、第{copy.base}版として公開しました。住民の画面は、まもなく新しくなります。",
        ("restored", "editing"): f"前の版の内容に戻し、第{copy.base}版として公開しました。直しかけていた内容は、編集中の稿として残しました。"
                                 "公開の願い出と承認は取り消されています。戻した理由を確かめてから、もう一度願い出てください。"}
    return words.get((done, copy.state), "")
