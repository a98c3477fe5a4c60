"""What can go wrong in casework."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError


class NotNow(Conflict):
    """The case is not in a state for this."""

    code = "not_now"
    ja = "いまの状態ではこの操作はできません。画面を読み直して、最新の状態を確認してください。"


class ReasonMissing(DomainError):
    """A refusal needs its reason."""

    code = "reason_missing"
    ja = "理由を入力してください。申請した方が読んで分かるように、根拠と当てはめた事実を書きます。"
    status = 422


class DecisionWrong(DomainError):
    """The decision's own answers must be put right."""

    code = "decision_wrong"
    ja = "決定の内容を確認してください。"
    status = 422

    def __init__(self, faults: list[object]) -> None:
        super().__init__()
        self.faults = faults


class OwnProposal(DomainError):
    """Nobody approves their own proposal."""

    code = "own_proposal"
    ja = "自分が起案した決定は、自分で決裁できません。"
    status = 403


class NothingChosen(DomainError):
    """A correction without an item."""

    code = "nothing_chosen"
    ja = "直してもらう項目を選び、どう直すかを書いてください。"
    status = 422
