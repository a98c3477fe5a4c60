"""What is wrong with a file, or with what should go into one."""

from __future__ import annotations

from madoguchi.kernel.errors import DomainError


class FileRefused(DomainError):
    """The whole file is refused. ``record`` counts from 1; ``byte`` counts from 0 (what a hex editor shows)."""

    code = "file_refused"
    status = 422

    def __init__(self, why: str, *, record: int, byte: int, field: str = "") -> None:
        self.record, self.byte, self.field = record, byte, field
        place = f"{record}番目の記録(先頭から{byte + 1:,}バイト目)" + (f"の「{field}」" if field else "")
        super().__init__(f"{place}: {why}ファイルからは一件も取り込んでいません。", record=record, byte=byte, field=field)


class RowRefused(DomainError):
    """A row can not be written. ``row`` counts from 1; 0 is the header. No word of the value is told: it may be a name."""

    code = "row_refused"
    status = 422

    def __init__(self, why: str, *, row: int, field: str) -> None:
        self.row, self.field, self.why = row, field, why
        super().__init__((f"{row}件目の" if row else "見出しの") + f"「{field}」: {why}", row=row, field=field)


class ProfileWrong(DomainError):
    """A layout file can not be used; the sentence names file and line."""

    code = "profile_wrong"
    status = 500


class ProfileUnknown(DomainError):
    """No layout of this name."""

    code = "profile_unknown"
    status = 422
