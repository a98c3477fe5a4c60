"""What can go wrong where staff read it."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound


class CardNotFound(NotFound):
    """No such card, batch or event, or another section's."""

    ja = "このカードは見つかりませんでした。「カード交付」の一覧から開いてください。"


class CardOver(Conflict):
    """What was asked does not fit the state of the card."""

    code = "card_over"
    ja = "このカードは、別の画面で手続きが進んでいます。いまの様子を確認してください。"


class ConsentWrong(DomainError):
    """What was typed to be told of the end of a card; ``field`` is the one that is wrong."""

    code = "consent_wrong"
    status = 422

    def __init__(self, field: str, ja: str) -> None:
        super().__init__(ja)
        self.field = field


class DutyWrong(DomainError):
    """Somebody who does not work in the section was ticked."""

    code = "duty_wrong"
    status = 422
    ja = "担当する職員を一覧から選んでください。"


class NothingToSend(Conflict):
    """No card needs such a letter now."""

    code = "nothing_to_send"
    ja = "いま、この手紙を出すカードはありません。"


class SheetWrong(DomainError):
    """A file that cannot be taken in; ``faults`` has every line that is wrong. Nothing of it was taken."""

    code = "cards_sheet_wrong"
    status = 422

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0])
        self.faults = faults
