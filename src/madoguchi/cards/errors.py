"""What can go wrong where residents read it."""

from __future__ import annotations

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.said import say


class CardsWrong(DomainError):
    """cards.yaml of the city pack cannot be used."""

    code = "cards_setup_wrong"
    status = 500


class ProofWrong(DomainError):
    """Number and birthday do not belong to a card that waits. The same words whether there is such a number or not."""

    code = "card_proof_wrong"
    status = 422
    ja = say("番号と生年月日の組み合わせが、お預かりしているカードと合いません。交付通知書をご覧になって、もう一度入力してください。")


class CardGone(DomainError):
    """The card was handed over or sent back. Said only to who knows number and birthday."""

    code = "card_gone"
    status = 422
    ja = say("このカードは、お渡しが済んでいるか、お預かりの期間が過ぎています。お心当たりがないときは、お電話ください。")
