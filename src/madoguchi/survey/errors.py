"""What can go wrong in a survey."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError


class SurveyWrong(DomainError):
    """What was entered must be put right; ``faults`` are (field, words)."""

    code = "survey_wrong"
    ja = "入力を確認してください。"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(faults[0][1])
        self.faults = faults


class VisitUnusual(DomainError):
    """A visit at an hour or on a day that is hardly meant; it goes through when the clerk says that it is right (``mark``)."""

    code = "visit_unusual"
    status = 422

    def __init__(self, why: list[str], mark: str) -> None:
        super().__init__("、".join(why))
        self.why, self.mark = why, mark


class SurveyNotNow(Conflict):
    """The survey or its case is not in a state for this."""

    code = "survey_not_now"
    ja = "いまの状態ではこの操作はできません。画面を読み直して、調査と申請の状態を確認してください。"
