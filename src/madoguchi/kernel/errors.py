"""Errors of the domain. One middleware turns them into pages; see config.middleware."""

from __future__ import annotations

from .said import Said


class DomainError(Exception):
    """Something the rules of the city hall do not allow.

    ``code`` is stable and English (logs, API), ``ja`` is what a person reads (in their language) and says what to do
    next, ``status`` is the HTTP status that fits. ``data`` holds no personal data.
    """

    code = "domain_error"
    ja = "この操作はできません。"
    status = 409

    def __init__(self, ja: str | None = None, **data: object) -> None:
        words = ja or self.ja
        self.ja = words if isinstance(words, Said) else Said(words, ours=ja is None)
        self.data = data
        super().__init__(self.code)


class StartRefused(Exception):  # noqa: N818 - it is a verdict
    """The city hall cannot start like this. The message is one line: what is wrong and what to set."""


class NotFound(DomainError):
    """Not there, or not yours: both look the same to the outside."""

    code = "not_found"
    ja = "お探しのページは見つかりませんでした。"
    status = 404


class Forbidden(DomainError):
    """Known to exist and not allowed with this role (staff only; residents get NotFound)."""

    code = "forbidden"
    ja = "この操作をする権限がありません。権限のある職員に依頼してください。"
    status = 403


class TooMany(DomainError):
    """Tried too often; ``data`` holds the seconds to wait and the words that say until when."""

    code = "too_many"
    ja = "少し時間をおいて、もう一度お試しください。"
    status = 429


class Conflict(DomainError):
    """Somebody else changed the same thing meanwhile."""

    code = "conflict"
    ja = "別の画面で内容が変更されています。最新の内容を確認してください。"
    status = 409
