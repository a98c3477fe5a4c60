"""What staff are told when it does not work."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound


class DeskNotFound(NotFound):
    """No such counter, section or ticket, or another section's."""

    ja = "この窓口か番号札は見つかりませんでした。「番号札」の画面から開き直してください。"


class TicketMoved(Conflict):
    """Somebody was faster, or the page is old."""

    code = "ticket_moved"
    ja = "ほかの職員が先に操作しました。いまの状態を表示しています。確かめて、もう一度押してください。"


class DeskBusy(Conflict):
    """This counter has somebody called."""

    code = "desk_busy"
    ja = "この窓口は、ほかの番号を呼んでいます。先に、その番号を終えるか保留にしてください。"


class NobodyWaits(Conflict):
    """The line is empty."""

    code = "nobody_waits"
    ja = "待っている方はいません。"


class NameMissing(DomainError):
    """A device needs a name."""

    code = "kiosk_name_missing"
    status = 422
    ja = "端末の置き場所を40字までで入力してください。例：1階の入口"
