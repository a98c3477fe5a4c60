"""What can go wrong with the inventory. Staff read these: Japanese only."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.kernel.errors import DomainError, NotFound

MOST_LINES = 20_000  # one for every row that a list may have
SHOWN = 200  # stand at the top of a page; the others fold out below them


class SheetWrong(DomainError):
    """A file of which nothing was taken; ``lines`` say where, what, and what to do."""

    code = "inventory_sheet_wrong"
    ja = "ファイルに誤りがあるため、何も取り込みませんでした。"
    status = 422

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.count = len(lines)
        more = [f"ほか{len(lines) - MOST_LINES}件の誤りがあります。上から直してください"] if len(lines) > MOST_LINES else []
        self.lines = [*lines[:MOST_LINES], *more]


class HeadingsUnknown(DomainError):
    """The file has columns that nobody has explained yet; ``names`` in the order of the file."""

    code = "inventory_headings_unknown"
    ja = "意味の分からない列があります。どの項目に当たるかを選んでください。"
    status = 422

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = list(names)


class FormWrong(DomainError):
    """A form cannot be taken; ``faults`` are (field, what to do)."""

    code = "inventory_form_wrong"
    ja = "入力に誤りがあります。"
    status = 422

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = list(faults)


class PlanWrong(DomainError):
    """plan.yaml of the city pack cannot be used."""

    code = "inventory_plan_wrong"
    ja = "計画の目標(plan.yaml)に誤りがあります。"
    status = 422


class DoubleNotFound(NotFound):
    """No such double, or it is withdrawn already."""

    ja = "その手続きは、二重に公開されていません。「二重の公開」を開き直してください。"


class EntryNotFound(NotFound):
    """No such row or file, or not for this person."""

    ja = "見つかりませんでした。一覧から開き直してください。"
