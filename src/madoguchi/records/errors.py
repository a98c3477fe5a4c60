"""What goes wrong with papers."""

from __future__ import annotations

from madoguchi.kernel.errors import DomainError


class SealUnusable(DomainError):
    """The city's certificate cannot be used: no file, a wrong password, expired."""

    code = "seal_unusable"
    ja = "市の電子証明書が使えません。MADOGUCHI_SEAL_P12 と MADOGUCHI_SEAL_PASSWORD を確かめてください。"
    status = 503


class PaperUnreadable(DomainError):
    """Not a PDF, or a broken one."""

    code = "paper_unreadable"
    ja = "PDFとして読めませんでした。受け取ったままのファイルを選んでください。"
    status = 422
