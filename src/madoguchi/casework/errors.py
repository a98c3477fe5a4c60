"""What can go wrong in casework."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError
from madoguchi.kernel.kinds import ours
from madoguchi.kernel.written import TooLong
from madoguchi.procedures.public import FIELD_TYPES, Definition
from madoguchi.procedures.rules.faces.webform import anchor
from madoguchi.procedures.rules.fields import Fault


class NotNow(Conflict):
    """The case is not in a state for this."""

    code = "not_now"
    ja = "いまの状態ではこの操作はできません。画面を読み直して、最新の状態を確認してください。"


class ReasonMissing(DomainError):
    """A refusal needs its reason."""

    code = "reason_missing"
    ja = "理由を入力してください。手続きした方が読んで分かるように、根拠と当てはめた事実を書きます。"
    status = 422


class PaperMissing(DomainError):
    """A document that the clerk must put in as a PDF is not there."""

    code = "paper_missing"
    status = 422

    def __init__(self, names: str) -> None:
        super().__init__(f"交付する「{names}」のPDFがありません。この件の画面で入れてから、もう一度進めてください。")


class SealMissing(DomainError):
    """A document under the city's electronic signature, and no certificate."""

    code = "seal_missing"
    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(ours(f"市の電子証明書が設定されていないので、「{name}」をPDFで交付できません。手続きした方と、郵送か窓口での受け取りを相談してください。"))


class DecisionWrong(DomainError):
    """The decision's own answers must be put right."""

    code = "decision_wrong"
    ja = "決定の内容を確認してください。"
    status = 422

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


class GroundMissing(DecisionWrong):
    """What the decision stands on (a survey) is not there, or says something else."""

    code = "ground_missing"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.ja = " ".join(f.ja for f in faults)


class Doubtful(DecisionWrong):
    """Days of the decision that are hardly meant; they go through when the clerk says that they are right (``marks``)."""

    code = "doubtful"
    ja = "ふつうと違う日があります。正しいか確かめてください。"

    def __init__(self, faults: list[Fault], marks: list[str]) -> None:
        super().__init__(faults)
        self.marks = marks


class Changed(Conflict):
    """Somebody else changed the case after this page was opened."""

    code = "changed"
    ja = "この画面を開いたあとに、内容が変わりました。下の最新の内容を確かめてから、もう一度押してください。"
    status = 422


class OutcomeMissing(DomainError):
    """No outcome, or one that these answers can not have."""

    code = "outcome_missing"
    ja = "結果を選んでください。"
    status = 422


class FeeUnpaid(DomainError):
    """The fee that must be paid first is owed."""

    code = "fee_unpaid"
    ja = ("先に払っていただく手数料が、まだ払われていません。「手数料」から支払いを確かめ、払われてからもう一度進めてください。"
          "払われないときは、不交付などを選びます。")
    status = 422


class OwnProposal(DomainError):
    """Nobody approves their own proposal."""

    code = "own_proposal"
    ja = "自分が起案した決定は、自分で決裁できません。"
    status = 403


class StampedAlready(OwnProposal):
    """One person stamps a decision once; ``absent`` is who would have to name another deputy, if it is about 代決."""

    code = "stamped_already"

    def __init__(self, absent: str = "") -> None:
        super().__init__("前の段階で承認した決定なので、同じ人は二度押せません。" + (
            f"{absent}さんか管理者に、「不在・代決」で別の代決の人を決めてもらってください。" if absent else "ほかの決裁できる方に頼んでください。"))


class NothingChosen(DomainError):
    """A correction without an item; ``at`` is the path of the answer (or "due") that must be put right."""

    code = "nothing_chosen"
    ja = "直してもらう項目を選び、どう直すかを書いてください。"
    status = 422

    def __init__(self, ja: str | None = None, *, at: str = "") -> None:
        super().__init__(ja)
        self.at = at


class WayWrong(DomainError):
    """An answer to a correction can not come this way; ``at`` is what must be put right."""

    code = "way_wrong"
    status = 422

    def __init__(self, ja: str, *, at: str) -> None:
        super().__init__(ja)
        self.at = at


class BulkWrong(DomainError):
    """These cases can not be handled together."""

    code = "bulk_wrong"
    ja = "申請を選んでください。"
    status = 422


OF_THE_DECISION = (DecisionWrong, ReasonMissing, TooLong, OutcomeMissing, PaperMissing, SealMissing)  # what is put right on the form of a decision


def places(wrong: DomainError, d: Definition) -> list[tuple[str, str]]:
    """(anchor on the form of a decision, words) for what must be put right there."""
    if isinstance(wrong, DecisionWrong):
        widgets = {q.id: FIELD_TYPES[q.type].widget for q in d.review.questions}
        return [(anchor("", f.question, f.part, widgets.get(f.question, "")), f.ja) for f in wrong.faults]
    at = {ReasonMissing: "reason", TooLong: "reason", OutcomeMissing: "outcome-1"}.get(type(wrong), "main")
    return [(at, wrong.ja)]
