"""What can go wrong with taxes and charges. Staff read these: Japanese only."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.kernel.errors import DomainError, NotFound

MOST_LINES = 1_000  # on a page; the command line says all of them


class ChargesWrong(DomainError):
    """collection.yaml of the city pack cannot be used."""

    code = "charges_wrong"
    ja = "税・料金の設定(collection.yaml)に誤りがあります。"
    status = 422


class SheetWrong(DomainError):
    """A file of which nothing was taken; ``lines`` say where and what (ファイル:行 何が どう直すか)."""

    code = "collection_sheet_wrong"
    ja = "ファイルに誤りがあるため、何も取り込みませんでした。"
    status = 422

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.lines = list(lines)

    def on_page(self, box: str) -> list[tuple[str, str]]:
        """(the box that is wrong, what is wrong) as a page lists them: no more than a browser can show."""
        rest = len(self.lines) - MOST_LINES
        more = [f"ほか{rest:,}件の誤りがあります。上から直すか、命令 madoguchi collection で取り込むと、すべて出ます"] if rest > 0 else []
        return [(box, line) for line in (*self.lines[:MOST_LINES], *more)]


class DemandNotFound(NotFound):
    """No such demand, payment or file in this person's section."""

    ja = "見つかりませんでした。番号を確かめてください。"


class MatchWrong(DomainError):
    """This money cannot be set against this instalment."""

    code = "collection_match_wrong"
    ja = "この入金を、この納付書に消し込めません。"
    status = 422


class MoneyMoved(DomainError):
    """Somebody else has dealt with it meanwhile."""

    code = "collection_moved"
    ja = "ほかの人が先に処理しました。一覧を開き直して、今の状態を確かめてください。"
    status = 409


class NothingToPrint(DomainError):
    """There is nobody to write to: every demand has its notice, or nobody is late."""

    code = "collection_nothing_to_print"
    ja = "通知書を作る調定がありません。取り込んだ科目と賦課年度を確かめてください。作り直すときは、その回のファイルを使ってください。"
    status = 422


class DuesNear(DomainError):
    """A notice would come later than ten days before a 納期限 (地方税法364条9項 and its like). Who knows it says why."""

    code = "collection_dues_near"
    ja = "納期限を過ぎたか、納期限まで10日ない期があるため、通知書を作りませんでした。"
    status = 422


class RunWrong(DomainError):
    """What was printed is not what was demanded."""

    code = "collection_run_wrong"
    ja = "通知書の数か金額が調定と合いません。封入せずに、管理者に知らせてください。"
    status = 500


class FormWrong(DomainError):
    """A form cannot be taken; ``faults`` are (field, what to do)."""

    code = "collection_form_wrong"
    ja = "入力に誤りがあります。"
    status = 422

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = list(faults)


class SecondPerson(DomainError):
    """Who asked may not approve."""

    code = "collection_second_person"
    ja = "自分が申し出たものは、自分で承認できません。係長か課長のほかの人に頼んでください。"
    status = 403
