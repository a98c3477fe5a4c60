"""What can go wrong with who somebody is."""

from __future__ import annotations

import datetime as dt

from madoguchi.kernel.errors import DomainError, TooMany


class SignatureRefused(DomainError):
    """The electronic signature could not be made or does not verify."""

    code = "signature_refused"
    ja = "電子署名を確認できませんでした。マイナンバーカードの署名用電子証明書が有効か確認して、もう一度お試しください。"
    status = 422


class SignInFailed(DomainError):
    """The identity provider's answer can not be believed."""

    code = "sign_in_failed"
    ja = "ログインを確認できませんでした。お手数ですが、もう一度ログインしてください。"
    status = 400


class SignInStopped(SignInFailed):
    """The person or the provider ended the sign-in; ``data["notice"]`` is "cancelled" or "unavailable"."""

    code = "sign_in_stopped"
    ja = "ログインは行われませんでした。もう一度お試しください。"


class SignInUnreachable(SignInFailed):
    """The identity provider does not answer, or is not set up as ours."""

    code = "sign_in_unreachable"
    ja = "いま、本人確認のサービスにつながりません。しばらくたってから、もう一度ログインしてください。"
    status = 503


class WrongCredentials(DomainError):
    """Number or password is wrong; which of the two is never said."""

    code = "wrong_credentials"
    ja = "職員番号かパスワードが違います。確認して、もう一度入力してください。"
    status = 422


class AddressPaused(TooMany):
    """Too many sign-ins failed from one address, whatever the accounts: one password may be tried on all of them. ``data["seconds"]``."""

    code = "address_paused"

    def __init__(self, until: dt.datetime, seconds: int) -> None:
        super().__init__(
            f"このネットワークから、ログインの失敗が続いたため、いまは受け付けていません。{until:%H時%M分}(約{-(-seconds // 60)}分後)から、"
            "もう一度お試しください。職員番号とパスワードが正しくても、それまではログインできません。失敗に心当たりがないときは、管理者に連絡してください。",
            seconds=seconds)


class LockedOut(DomainError):
    """Too many failures for this name from this address."""

    code = "locked_out"
    status = 422

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(
            f"ログインの失敗が続いたため、この職員番号では、しばらくログインできません。{until:%H時%M分}を過ぎてから、もう一度"
            "入力してください。お急ぎのときや、心当たりがないときは、管理者に連絡してください(管理者はすぐに解除できます)。")
        self.until = until


class FactorWrong(DomainError):
    """The second factor does not fit."""

    code = "factor_wrong"
    ja = "確認コードが違うか、もう使われています。アプリに出ている新しい6けたの数字を入力してください。"
    status = 422


class RecoveryWrong(FactorWrong):
    """The recovery code of somebody who has no app does not fit."""

    code = "recovery_wrong"
    ja = "回復コードが違うか、もう使われています。控えたコードのうち、まだ使っていないものを、もう一度入力してください。"


class PasskeyWrong(FactorWrong):
    """The passkey's answer can not be believed."""

    code = "passkey_wrong"
    ja = "パスキーを確認できませんでした。この市役所に登録したパスキーで、もう一度お試しください。"


class LastFactor(DomainError):
    """The last second factor stays where one is required."""

    code = "last_factor"
    ja = "最後の一つは取り消せません。先に、別のアプリかパスキーを加えてください。"


class PasswordWeak(DomainError):
    """The new password is not taken; the message says why."""

    code = "password_weak"
    status = 422


class AbsenceWrong(DomainError):
    """The absence must be put right; the message says how."""

    code = "absence_wrong"
    status = 422


class ReasonNeeded(DomainError):
    """An act of the administrator without its reason."""

    code = "reason_needed"
    ja = "理由を書いてください(例: 携帯電話の機種を替えたため)。"
    status = 422


class PersonnelWrong(DomainError):
    """The file of the personnel system is not taken; ``lines`` say where, what, and what to do."""

    code = "personnel_wrong"
    ja = "職員のファイルを取り込みませんでした。上の行を直して、もう一度取り込んでください。"
    status = 422

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines


class MailWrong(DomainError):
    """No mail address."""

    code = "mail_wrong"
    ja = "メールアドレスの形が正しくありません。例: tanaka@city.example.jp"
    status = 422
