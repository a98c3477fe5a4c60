"""What can go wrong with who somebody is."""

from madoguchi.kernel.errors import DomainError


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
