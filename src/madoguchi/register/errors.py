"""What can go wrong with the register."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.kernel.errors import DomainError


class SheetWrong(DomainError):
    """A file that cannot be taken in; ``lines`` are the errors as people read them (ファイル:行 何が どう直すか)."""

    code = "register_sheet_wrong"
    ja = "住民の情報のファイルに誤りがあるため、何も取り込みませんでした。"
    status = 422

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.lines = list(lines)
