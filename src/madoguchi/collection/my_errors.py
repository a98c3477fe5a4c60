"""What can go wrong on 「わたしの税・料金」, as residents read it."""

from __future__ import annotations

from madoguchi.kernel.errors import DomainError, NotFound
from madoguchi.kernel.said import say


class NotShown(NotFound):
    """The taxes of this person cannot be shown online, or these are not theirs: both look the same."""

    ja = say("見つかりませんでした。「わたしの税・料金」から開き直してください。")


class OrderWrong(DomainError):
    """This cannot be paid online as it was chosen."""

    code = "collection_order_wrong"
    ja = say("お支払いを始められません。「わたしの税・料金」から選び直してください。")
    status = 422


class OrderStale(DomainError):
    """The sums are not those of the order any more: another day, or something was paid meanwhile."""

    code = "collection_order_stale"
    ja = say("納める金額が変わりました。「わたしの税・料金」から、もう一度選んでください。")
    status = 409


class OrderBusy(DomainError):
    """A payment of this payer is being made right now."""

    code = "collection_order_busy"
    ja = say("前のお支払いを確かめています。二重にならないように、数分待ってから「わたしの税・料金」を開き直してください。")
    status = 409


class MailWrong(DomainError):
    """This is no mail address."""

    code = "collection_mail_wrong"
    ja = say("メールアドレスを確かめてください。")
    status = 422
