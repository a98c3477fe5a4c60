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
