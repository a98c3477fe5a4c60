"""What can go wrong with scanned paper. Staff read it."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound


class ScanNotFound(NotFound):
    """No such page or packet, or another section's."""

    ja = "この紙は見つかりませんでした。「紙の申請」の一覧から開いてください。"


class ScanUnreadable(DomainError):
    """The file cannot be opened, or has too much in it."""

    code = "scan_unreadable"
    status = 422
    ja = "このファイルは開けません。壊れているか、パスワードが付いています。300dpiのPDFか画像で読み取り直してください。"


class ScanSlow(ScanUnreadable):
    """It was not read in the time it may take."""


class ScanTooLong(ScanUnreadable):
    """More sheets than are taken at once."""

    ja = "一度に読み込めるのは40枚までです。ファイルを分けて送ってください。"


class ScanKnown(Conflict):
    """The very same file was taken in before."""

    code = "scan_known"
    ja = "同じファイルは、すでに読み込まれています。二重には入れていません。「紙の申請」の一覧を見てください。"


class PacketFiled(Conflict):
    """It was filed already."""

    code = "packet_filed"
    ja = "この紙の申請は、すでに受け付けました。申請審査の一覧を見てください。"


class PlaceTaken(DomainError):
    """What the clerk chose for a page cannot be."""

    code = "place_wrong"
    status = 422
    ja = "その申請には、すでにこのページがあります。別の番号を選ぶか、「添付などの紙」を選んでください。"


class LeafUnknown(DomainError):
    """No procedure, or no such page of its form."""

    code = "leaf_unknown"
    status = 422
    ja = "手続きとページを一覧から選んでください。"


class ReceivedWrong(DomainError):
    """The day of arrival."""

    code = "received_wrong"
    status = 422
    ja = "収受日を入力してください。今日か、それより前の日です。"
    too_old = "収受日は、この10年の日付を入力してください。年がまちがっていないか確かめてください。"


class WhyMissing(DomainError):
    """Why a number on a sheet is looked at."""

    code = "reason_missing"
    status = 422
    ja = "番号を見る理由を書いてください(例: 紙の申請の入力)。"
    too_long = "理由は500字までで書いてください。"


class LookFirst(Conflict):
    """Nobody says of a sheet that they have not looked at that no number is on it."""

    code = "look_first"
    ja = "先に「番号を見る」で、この紙に個人番号がないことを確かめてください。市の様式の紙は、番号の枠がいつも塗りつぶされます。"
