"""What can go wrong when somebody is helped at the counter."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound
from madoguchi.kernel.said import say


class HelpNotFound(NotFound):
    """No such help, or somebody else's."""

    ja = "このお手伝いは見つかりませんでした。「窓口」の一覧から開いてください。"


class CodeUnknown(NotFound):
    """The code is not one, was used, or has run out: all look the same."""

    code = "code_unknown"
    ja = "この番号は使えません。番号を確かめるか、職員に新しい番号を出してもらってください"


class ReadAgain(Conflict):
    """What the screen showed is not (any more) what would be sent."""

    ja = "内容が変わったため、送信していません。職員に声をかけてください"


class SignatureMissing(DomainError):
    """Neither drawn nor typed."""

    ja = "枠の中に署名してください。書けないときは、お名前を入力して、印を付けてください"
    status = 422


TYPE_NAME = say("お名前を入力して、印を付けてください")  # the same to a page without scripts, which has no box to sign in
