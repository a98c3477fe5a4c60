"""What can be wrong with a request to the API."""

from madoguchi.kernel.errors import Conflict, DomainError


class NotSignedIn(DomainError):
    """Nobody is signed in, or the token is not one."""

    code = "not_signed_in"
    ja = "ログインしていないか、トークンが正しくないか、期限が切れています。"
    status = 401


class ScopeMissing(DomainError):
    """The token does not reach this far."""

    code = "scope_missing"
    ja = "このトークンには、この操作の権限(scope)がありません。管理者に依頼してください。"
    status = 403


class KeyUsedElsewhere(Conflict):
    """The Idempotency-Key was used for another draft."""

    code = "idempotency_key_used"
    ja = "この Idempotency-Key は別の下書きの送信に使われています。新しい値を付けてください。"
