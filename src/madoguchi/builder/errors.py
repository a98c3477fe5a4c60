"""What can go wrong in the builder. Staff read these: Japanese only."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.kernel.errors import DomainError, NotFound


class CopyNotFound(NotFound):
    """No such procedure, or not for this person."""

    ja = "その手続きは見つかりませんでした。「手続きの作成」の一覧から開き直してください。"


class FormWrong(DomainError):
    """A form cannot be taken; ``faults`` are (field, what to do)."""

    code = "builder_form_wrong"
    ja = "入力に誤りがあります。"
    status = 422

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = list(faults)


class Overtaken(DomainError):
    """Somebody else has saved meanwhile."""

    code = "builder_overtaken"
    ja = "ほかの人が先に保存しました。下はあなたが入力した内容です。いまの定義を確かめて、もう一度保存してください。"
    status = 409


class StateWrong(DomainError):
    """Not in this state of things; the message says what to do first."""

    code = "builder_state_wrong"
    ja = "いまの状態では、できません。ページを開き直してください。"
    status = 409

    def __init__(self, ja: str = "") -> None:
        super().__init__(ja or self.ja)


class ExchangeWrong(DomainError):
    """A file of another city of which nothing was taken; ``lines`` say what is wrong."""

    code = "builder_exchange_wrong"
    ja = "ファイルに誤りがあるため、何も取り込みませんでした。"
    status = 422

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.lines = list(lines)
