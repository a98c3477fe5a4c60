"""What can go wrong with a mandate."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound


class MandateNotFound(NotFound):
    """No such mandate, or another's."""

    ja = "この委任は見つかりませんでした。代理のページから確認してください。"


class InvitationWrong(NotFound):
    """The code is not one, has run out, was used, or was meant for somebody else: all look the same."""

    code = "invitation_wrong"
    ja = "この招待は使えません。番号を確かめるか、委任する方に新しい招待を頼んでください。招待を使えるのは、委任する方が入力した氏名の方だけです。"


class MandateWrong(DomainError):
    """What was typed cannot be a mandate; ``faults`` are (field, words)."""

    code = "mandate_wrong"
    ja = "入力を確認してください。"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class MandateOver(Conflict):
    """It ended, or does not cover this."""

    code = "mandate_over"
    ja = "この委任は終わったか、この手続きには使えません。委任する方に確認し、新しい委任を受けてから送信してください。"


class GuardianNotFound(NotFound):
    """No such declaration of a legal representation, or another's."""

    ja = "この法定代理の申し出は見つかりませんでした。法定代理のページから確認してください。"


class GuardianWrong(DomainError):
    """What was typed cannot be one; ``faults`` are (field, words)."""

    code = "guardian_wrong"
    ja = "入力を確認してください。"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class OrganisationNotFound(NotFound):
    """No such registration, or another section's."""

    ja = "この事業所の登録は見つかりませんでした。一覧から選び直してください。"


class OrganisationWrong(DomainError):
    """What was typed cannot be registered; ``faults`` are (field, words)."""

    code = "organisation_wrong"
    ja = "入力を確認してください。"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class GuardianMoved(Conflict):
    """It does not stand where this act could be done."""

    code = "guardian_moved"
    ja = "この申し出は、すでに次の段階に進んでいます。いまの内容を確認してください。"


class OrganisationOver(Conflict):
    """It is not registered for this, or no longer."""

    code = "organisation_over"
    ja = "この事業所の登録は終わったか、この手続きには使えません。担当の課に確認してください。"
