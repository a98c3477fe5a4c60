"""What can go wrong with a booking. Residents read most of it."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, DomainError, NotFound
from madoguchi.kernel.said import say


class BookingWrong(DomainError):
    """booking.yaml of the city pack cannot be used."""

    code = "booking_setup_wrong"
    status = 500


class ServiceNotFound(NotFound):
    """No such service, or not for residents."""

    ja = say("この予約は受け付けていません。予約の一覧から選んでください。")


class BookingNotFound(NotFound):
    """No such booking, or somebody else's."""

    ja = say("この予約は見つかりませんでした。予約番号で開き直してください。")


class SlotTaken(Conflict):
    """Somebody else has it by now, or it is closed."""

    code = "slot_taken"
    ja = say("その時間は、いま埋まりました。ほかの時間を選んでください。")


class HoldOver(Conflict):
    """The ten minutes are over."""

    code = "hold_over"
    ja = say("お取り置きの時間が過ぎました。もう一度、時間を選んでください。")


class BookedAlready(Conflict):
    """There is a booking for this very thing."""

    code = "booked_already"
    ja = say("この予約は、もう入っています。日時を変えるときは、前の予約を開いてください。")


class TooManyBookings(Conflict):
    """As many as one person may have."""

    code = "too_many_bookings"
    ja = say("この予約は、お一人で取れる数に達しています。前の予約を変えるか、取り消してください。")


class Overlaps(TooManyBookings):
    """Nobody is at two counters at once. Which other booking it is, is said to whose it is alone."""

    code = "booking_overlaps"
    ja = say("同じメールアドレスか電話番号で、重なる時間の予約があります。ほかの時間を選ぶか、前の予約を変えてください。")

    @classmethod
    def own(cls, service: str, at: str, number: str) -> Overlaps:
        """For whose the other booking is."""
        return cls(say("重なる時間に、{service}の予約（{at}、予約番号 {number}）があります。ほかの時間を選ぶか、その予約を変えてください。",
                       service=service, at=at, number=number))


class TooLate(Conflict):
    """It can not be changed online any more."""

    code = "booking_too_late"
    ja = say("インターネットで変えられる時間を過ぎました。担当課にお電話ください。")


class BookingOver(Conflict):
    """It is cancelled, or the person has come."""

    code = "booking_over"
    ja = say("この予約は、すでに終わっているか、取り消されています。")


class FormWrong(DomainError):
    """What was typed; ``faults`` are (field, words)."""

    code = "booking_form_wrong"
    status = 422

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(faults[0][1])
        self.faults = faults
