"""What residents are told when it does not work. What only staff read: staff_errors."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, NotFound
from madoguchi.kernel.said import say


class TicketNotFound(NotFound):
    """No such ticket, or forgotten already."""

    ja = say("この番号札は見つかりませんでした。新しい番号札を取ってください。")


class KioskNotFound(NotFound):
    """Its address was ended, or never was one."""

    ja = say("この端末では、番号札を出せません。窓口の職員にお知らせください。")


class QueueClosed(Conflict):
    """Outside the hours of the counter."""

    code = "queue_closed"
    ja = say("いまは番号札を出していません。窓口の職員にお尋ねください。")


class BookingUnknown(Conflict):
    """No booking of today has this number."""

    code = "queue_booking_unknown"
    status = 422
    ja = say("今日の予約に、その番号はありません。番号を確かめるか、窓口の職員にお尋ねください。")


class TicketCalled(Conflict):
    """It can not be given up any more."""

    code = "ticket_called"
    ja = say("この番号札は、いま取り消せません。窓口の職員にお伝えください。")
