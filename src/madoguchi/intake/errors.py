"""What can go wrong while filing."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound
from madoguchi.kernel.said import say
from madoguchi.procedures.public import Fault


class SignInNeeded(DomainError):
    """The procedure asks for the card."""

    code = "sign_in_needed"
    ja = "この手続きには、マイナンバーカードでの本人確認が必要です。"
    status = 403


class DraftNotFound(NotFound):
    """No such draft, or another's."""

    ja = "この下書きは見つかりませんでした。30日を過ぎたか、ほかの人としてログインしています。"


class NoPaper(NotFound):
    """No law asks for a paper beside this filing (docs/adr/0046)."""

    ja = "この手続きに、紙は要りません。"


class AnswersWrong(DomainError):
    """Some answers must be put right first."""

    code = "answers_wrong"
    ja = "入力を確認してください。"
    status = 422

    def __init__(self, faults: list[Fault], *, kept: bool = False) -> None:
        super().__init__()
        self.faults = faults
        self.kept = kept  # the page was saved as it is, but has to be answered again


class Unchanged(DomainError):
    """Of what a correction asked for, some is as it was: the applicant is asked once whether it is to go out so."""

    code = "unchanged"
    ja = "前のままの項目があります。"
    status = 422

    def __init__(self, paths: list[str]) -> None:
        super().__init__()
        self.paths = paths


class StepChanged(Conflict):
    """The same page was saved elsewhere since it was shown here."""

    code = "step_changed"
    ja = "この画面は、別の画面(または別の端末)で先に保存されています。内容を見比べて、もう一度保存してください。"


class AlreadyFiled(Conflict):
    """The draft was filed already."""

    code = "already_filed"
    ja = "この手続きはすでに送信されています。手続きの状況から内容を確認できます。"


class NotOpenForThis(Conflict):
    """The application is not in a state in which this can be done."""

    code = "not_open"
    ja = "いまはこの操作ができません。手続きの状況を確認してください。"


class CodeWrong(DomainError):
    """Receipt number or code do not fit, or were tried too often."""

    code = "code_wrong"
    ja = "受付番号か確認番号が違います。控えを見て、もう一度入力してください。"
    status = 422


class OnlineFilingStopped(DomainError):
    """Production without a proven signer: level 署名用 can not be filed online."""

    code = "online_filing_stopped"
    ja = "この手続きは電子署名が必要ですが、いまオンラインでは受け付けられません。担当課の窓口か郵送でお手続きください。"
    status = 503


class SecondWrong(DomainError):
    """The reason for a second survey is missing or too long."""

    code = "second_wrong"
    ja = "納得できないところと、その理由を書いてください。"
    status = 422


class TalkWrong(DomainError):
    """A message that can not be sent like this."""

    code = "talk_wrong"
    ja = "連絡の文を入力してください。"
    status = 422


class OpinionWrong(DomainError):
    """The grade is missing, or the words are too many. ``at``: which field."""

    code = "opinion_wrong"
    ja = "ご意見を確認してください。"
    status = 422

    def __init__(self, at: str, ja: str) -> None:
        super().__init__(ja)
        self.at = at


class AddressWrong(DomainError):
    """The mail address for news, or the code that proves who asks. ``faults``: [(field, what is wrong)]."""

    code = "address_wrong"
    ja = "メールアドレスを確認してください。"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class CompanyCannot(DomainError):
    """A company signed in, and the procedure is none that it may file."""

    code = "company_cannot"
    ja = "この手続きは、ログインしている法人ではできません。"
    status = 403

    def __init__(self) -> None:
        super().__init__(words=say("事業所の登録と、出せる手続きを確かめてください。ご自分の手続きは、ログアウトしてから、"
                                   "マイナンバーカードでログインしてください。"))


class ActingOver(NotFound):
    """Who filed it on a 委任 or as a representative by law sees it no more: still there for the person, and not for them."""

    code = "acting_over"
    ja = say("この手続きは、いまは代理の方からは扱えません")
    sees_copy = say("委任や法定代理が終わったか、任されていないためです。必要なことは、ご本人から市に伝えていただくか、担当課にお電話ください。"
                    "送った内容の控えは、マイページで見られます。")
    not_arrived = say("いま送った内容は届いていません。委任や法定代理が終わったか、任されていないためです。必要なことは、ご本人から市に"
                      "伝えていただくか、担当課にお電話ください。")

    def __init__(self, *, sent: bool) -> None:
        super().__init__(words=self.not_arrived if sent else self.sees_copy)
