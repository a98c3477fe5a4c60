"""The cards that wait, in a crash run: taken in, written to, booked, handed over, told of their end; and whether each letter is there once."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.booking.contact import Contact
from madoguchi.booking.days import days_of, next_free
from madoguchi.booking.models import Booking, Occasion
from madoguchi.booking.services import booking_by_staff
from madoguchi.booking.setup import setup
from madoguchi.cards import expiries, holder, keeping, outings, printing, rating, selectors, services
from madoguchi.cards.models import Batch, Card, CardLetter, Expiry, RateLine
from madoguchi.cards.operators import Operator
from madoguchi.cards.sheet import COLUMNS
from madoguchi.cards.staff_errors import CardOver, NothingToSend
from madoguchi.identity.models import Staff
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

Done = dict[str, Any]


def _okada() -> Staff:
    return Staff.objects.get(username="okada")


def _number(application: str, n: int) -> str:
    return f"{application[:8].upper()}{n}"


def _csv(columns: tuple[str, ...], *rows: tuple[str, ...]) -> bytes:
    return "\n".join(",".join(row) for row in (columns, *rows)).encode()


def _cards(application: str, *numbers: int) -> bytes:
    who = (f"見本 {application[:8]}", "ミホン", "1990-04-01", "926-8611", "石川県七尾市試用町1番地")
    return _csv(COLUMNS, *[(_number(application, n), *who, str(clock.today()), f"金庫{n}") for n in numbers])


def stock_in(application: str, **_: Any) -> Done:
    """The file of cards; the same file again changes nothing."""
    services.cards_import(actor=_okada(), data=_cards(application, 1, 2))
    return {}


def stock_letters(**_: Any) -> Done:
    """The button of the letters; pressed again, it says that none is due."""
    with contextlib.suppress(NothingToSend):
        services.letters_make(actor=_okada(), kind="notice")
    return {}


def stock_print(application: str, **_: Any) -> Done:
    """One more card, and its letter from the command line."""
    operator, folder = Operator("cli"), Path(settings.MADOGUCHI_DATA) / "letters"
    folder.mkdir(exist_ok=True)
    services.cards_import(actor=operator, data=_cards(application, 3))
    list(printing.letters_lay(operator=operator, kind="notice", folder=folder))
    return {}


def stock_hand(application: str, **_: Any) -> Done:
    """It is booked and handed over before its day; what a crash left between the two, the worker finishes."""
    card = Card.objects.get(number=_number(application, 1))
    service = setup().services["card-pickup"]
    if card.state == "notified" and selectors.booking_of(card) is None:
        first = next_free(service, clock.today() + dt.timedelta(days=9))
        assert first
        slot = days_of(service, first, 1)[0].slots[0]
        booking_by_staff(service=service, day=slot.day, start=slot.start, contact=Contact("見本 花子", phone="0767000000"), by="staff:okada",
                         about=selectors.about(card))
    try:
        services.card_hand(actor=_okada(), card_id=str(card.id))
    except CardOver:
        keeping.bookings_finish()
    return {}


def stock_ends(application: str, **_: Any) -> Done:
    """The list of those whose card ends: one with a mail address, one without."""
    end = str(clock.today() + dt.timedelta(days=30))
    rows = [(f"見本 {application[:8]}", "ミホン", "1990-04-01", "926-8611", "石川県七尾市試用町1番地", kind, end, mail)
            for kind, mail in (("カード", f"e{application[:8]}@example.jp"), ("電子証明書", ""))]
    expiries.expiries_import(actor=_okada(), data=_csv((*expiries.COLUMNS, "メール"), *rows))
    return {}


def stock_told(**_: Any) -> Done:
    """Those with a mail address."""
    at = dt.datetime.combine(clock.today(), dt.time(10), clock.JST)
    going, clock.now = clock.now, lambda: at  # as acts.turn_clock turns it
    try:
        expiries.expiries_tell()
    finally:
        clock.now = going
    return {}


def stock_end_letters(**_: Any) -> Done:
    """Those without."""
    with contextlib.suppress(NothingToSend):
        expiries.expiry_letters(actor=_okada())
    return {}


def stock_rates(**_: Any) -> Done:
    """The month's figures."""
    rating.rates_import(actor=_okada(), data=_csv(("年月", "地区", "年齢", "人口", "交付"), (f"{clock.today():%Y-%m}", "全体", "全体", "100", "80")),
                        source="試用の統計")
    return {}


def stock_outing(application: str, **_: Any) -> Done:
    """An occasion with a booking gets fewer hours: the booking is cancelled and told, once."""
    name = f"臨時窓口 {application[:8]}"
    form = {"kind": "extra", "for": "apply", "name": name, "place": "試用の会場", "day": str(clock.today() + dt.timedelta(days=12)), "start": "10:00",
            "end": "12:00", "seats": "1", "minutes": "30", "until": ""}
    row = Occasion.objects.filter(name=name).first() or outings.outing_make(actor=_okada(), form=form, staff_ids=[])
    if not Booking.objects.filter(service=row.key).exists():
        booking_by_staff(service=setup().services[row.key], day=row.day, start=690, by="staff:okada",
                         contact=Contact("見本 花子", mail=f"o{application[:8]}@example.jp"))
    outings.outing_change(actor=_okada(), key=row.key, form=form | {"end": "11:00"})
    return {}


ACTS: dict[str, Callable[..., Done]] = {f.__name__: f for f in (
    stock_in, stock_letters, stock_print, stock_hand, stock_ends, stock_told, stock_end_letters, stock_rates, stock_outing)}


def stock() -> list[str]:
    """Cards with two letters, batches without their file or with two, ends told twice or not, figures twice. The rows are the witness's to judge."""
    out = [f"{card}: {n} letters" for card, n in Counter(CardLetter.objects.values_list("card__number", flat=True)).items() if n != 1]
    files = Counter(path.name.rpartition("-")[2] for path in (Path(settings.MADOGUCHI_DATA) / "letters").glob("*.pdf"))
    laid = Counter(f"{batch.id}.pdf" for batch in Batch.objects.filter(made_by="cli"))
    if files != laid or Batch.objects.filter(made_by="cli", laid_at=None).exists():
        out.append(f"files of letters {files} of {laid}")
    out += [f"{card} went and is booked" for card in Card.objects.exclude(ended_on=None) if Booking.objects.filter(
        about=selectors.about(card), state="confirmed").exists()]
    for row in Expiry.objects.exclude(told_on=None):
        times = AuditEntry.objects.filter(chain="cards", action="cards.expiry_told", facts__expiry=str(row.id)).count()
        if times != int(row.by_mail) or (row.batch_id is None) != row.by_mail or (row.by_mail and Mail.objects.filter(
                key=f"card-expiry:{row.id}").count() != 1):
            out.append(f"{row} told {times} times")
    for booking in Booking.objects.filter(service__in=Occasion.objects.filter(name__startswith="臨時窓口 ").values("key")):
        if booking.state != "cancelled" or Mail.objects.filter(key=f"booking:{booking.id}:off:1").count() != 1:
            out.append(f"{booking} {booking.state}: not cancelled and told once")
    if any(n > 1 for n in Counter(RateLine.objects.values_list("month", flat=True)).values()):
        out.append("figures of a month twice")
    return out + [f"{c} does not open" for c in Card.objects.all() if not holder.holder_of(c).name]
