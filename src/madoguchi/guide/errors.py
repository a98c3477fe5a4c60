"""What can go wrong for people here."""

from __future__ import annotations

from madoguchi.kernel.errors import DomainError, NotFound
from madoguchi.procedures.public import Fault


class PlanNotFound(NotFound):
    """Not yours and not there look the same."""

    ja = "このやることリストは見つかりませんでした。期限が過ぎたか、消されています。手続きナビから、もう一度始めてください。"


class AnswersWrong(DomainError):
    """Answers that cannot be used; each fault stands at its question."""

    code = "guide.answers"
    ja = "答えをもう一度確かめてください。"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__()
