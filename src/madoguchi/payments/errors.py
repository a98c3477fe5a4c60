"""What can go wrong with a payment."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound


class PaymentNotFound(NotFound):
    """No such payment, or another section's."""

    ja = "この支払いは見つかりませんでした。受付番号で探し直してください。"


class PaymentClosed(Conflict):
    """It is paid, cancelled or has run out: this can not be done any more."""

    code = "payment_closed"
    ja = "この支払いは、すでに終わっています。いまの状態を確認してください。"


class ProviderAway(DomainError):
    """The gateway does not answer. Nothing was paid."""

    code = "provider_away"
    ja = "カード会社のページにつながりませんでした。お金は動いていません。少し待って、もう一度お試しください。"
    status = 503


class ProviderUnknown(DomainError):
    """A means of payment that this city does not offer."""

    code = "provider_unknown"
    ja = "その支払い方法は、いま使えません。別の方法を選んでください。"
    status = 422


class WebhookForged(DomainError):
    """The signature of a notice is missing, wrong or too old."""

    code = "webhook_forged"
    ja = "通知の署名を確かめられません。"
    status = 400


class RefundWrong(DomainError):
    """A refund that can not be asked for like this."""

    code = "refund_wrong"
    ja = "還付の内容を確認してください。"
    status = 422


class BillWrong(DomainError):
    """A bill that can not be changed like this; ``at`` is the box."""

    code = "bill_wrong"
    status = 422

    def __init__(self, ja: str, *, at: str) -> None:
        super().__init__(ja)
        self.at = at


class SecondPersonNeeded(DomainError):
    """Who asked for a refund can not approve it."""

    code = "second_person_needed"
    ja = "還付を申し出た人は、自分で承認できません。係長か課長に承認を頼んでください。"
    status = 403


class CashWrong(DomainError):
    """What was handed over is less than the fee, or no sum at all."""

    code = "cash_wrong"
    ja = "預かった金額を確認してください。"
    status = 422


class PaymentsWrong(DomainError):
    """payments.yaml of the city pack cannot be used."""

    code = "payments_wrong"
    ja = "手数料の支払い方の設定(payments.yaml)に誤りがあります。"
    status = 422


class CountWrong(DomainError):
    """The form of the counter (a count, a take-over, a sale, the slip of a terminal) can not be taken like this; ``faults`` are (field, words)."""

    code = "count_wrong"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(faults[0][1])
        self.faults = faults


class TillMoved(Conflict):
    """Cash was taken or given back, or the box was closed, since the page was shown."""

    code = "till_moved"
