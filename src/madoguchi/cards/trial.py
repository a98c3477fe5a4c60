"""Invented cards for the trial: a safe as it looks in the middle of the year, the same at every new start. Never in production."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import random
from collections.abc import Iterator

from django.conf import settings

from madoguchi.booking.public import Contact, SlotTaken, booking_by_staff, days_of, next_free, setup
from madoguchi.identity.public import Staff, colleagues
from madoguchi.kernel import clock
from madoguchi.offices.public import city

from . import expiries, outings, rates, rating, selectors, services, sheet
from .city import card_city
from .holder import holder_of
from .models import Card
from .rules import State
from .selectors import NOTICE

FAMILY = (("見本", "ミホン"), ("試用", "シヨウ"), ("架空", "カクウ"))
GIVEN = (("花子", "ハナコ"), ("太郎", "タロウ"), ("うめ", "ウメ"), ("次郎", "ジロウ"), ("さくら", "サクラ"), ("一郎", "イチロウ"), ("楓", "カエデ"))
LANGUAGES = ("ja", "ja", "ja", "ja", "ja-easy", "en", "vi", "pt", "zh-hans")
WAVES = ((100, 5), (70, 6), (20, 12), (0, 7))  # days ago, cards; those of today have no letter yet
DISTRICTS, AGES = ("試用・東地区", "試用・西地区", "試用・南地区"), ("0〜17歳", "18〜64歳", "65歳以上")
SOURCE = "試用の架空の数字です(実際の統計ではありません)"
MONTHS = 12


def _person(chance: random.Random) -> tuple[str, ...]:
    (family, family_kana), (given, given_kana) = chance.choice(FAMILY), chance.choice(GIVEN)
    here = city()
    zip_code = here.zip.replace("-", "")
    born = dt.date(1940, 1, 1) + dt.timedelta(days=chance.randrange(25_000))
    return f"{family} {given}", f"{family_kana} {given_kana}", str(born), zip_code, f"{here.seat}試用町{chance.randrange(1, 99)}番地"


def _csv(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


def cards_csv(*, seed: int, first: int, count: int, arrived: dt.date) -> bytes:
    """A file of so many invented cards, the same for the same seed. The numbers begin with TRIAL."""
    chance = random.Random(f"{seed}:{first}")  # noqa: S311 - invented people
    rows = ((f"TRIAL{n:04d}", *_person(chance), str(arrived), f"金庫{'AB'[n % 2]}-{n // 2 + 1}", chance.choice(LANGUAGES))
            for n in range(first, first + count))
    return _csv((*sheet.COLUMNS, "言語"), rows)


def rates_csv(*, seed: int, today: dt.date) -> bytes:
    """A year of invented figures by district and age, the same for the same seed and day."""
    chance = random.Random(f"{seed}:rates")  # noqa: S311 - invented figures
    people = {(d, a): chance.randrange(2_000, 9_000) for d in DISTRICTS for a in AGES}
    share = {pair: chance.randrange(60, 74) for pair in people}
    months = [_month(today, ago) for ago in range(MONTHS, 0, -1)]
    return _csv(rates.COLUMNS, ((f"{month:%Y-%m}", *pair, str(n), str(n * (share[pair] * 10 + 7 * at) // 1000))
                                for at, month in enumerate(months) for pair, n in people.items()))


def _month(today: dt.date, ago: int) -> dt.date:
    year, month = divmod(today.year * 12 + today.month - 1 - ago, 12)
    return dt.date(year, month + 1, 1)


def ends_csv(*, seed: int, today: dt.date) -> bytes:
    """Invented cards and certificates that end soon and later; none has a mail address, so that nobody is written to."""
    chance = random.Random(f"{seed}:ends")  # noqa: S311 - invented people
    days = [today + dt.timedelta(days=20 * n + 10) for n in range(8)]
    return _csv(expiries.COLUMNS, ((*_person(chance), ("カード", "電子証明書")[n % 2], str(day)) for n, day in enumerate(days)))


def trial_cards(*, seed: int = 1) -> int:
    """Fill an empty safe, once, as somebody of the section would have done. Returns how many cards."""
    if settings.PRODUCTION or not card_city().section or Card.objects.exists():
        return 0
    me = next((p for p in colleagues(card_city().section) if selectors.may_cards(p)), None)
    if me is None:
        return 0
    now, first = clock.now(), 1
    for ago, count in WAVES:
        with clock.frozen(now - dt.timedelta(days=ago)):
            data = cards_csv(seed=seed, first=first, count=count, arrived=clock.today() - dt.timedelta(days=2))
            services.cards_import(actor=me, data=data)
            if ago:
                services.letters_make(actor=me, kind=NOTICE)
        first += count
    rating.rates_import(actor=me, data=rates_csv(seed=seed, today=clock.today()), source=SOURCE)
    expiries.expiries_import(actor=me, data=ends_csv(seed=seed, today=clock.today()))
    _outings(me)
    _some_come(me)
    return first - 1


def _some_come(me: Staff) -> None:
    """Of the newest letters: two cards are handed over, one goes back, four are booked by telephone."""
    cards = list(Card.objects.filter(state=State.NOTIFIED).order_by("-number")[:7])
    for card in cards[:2]:
        services.card_hand(actor=me, card_id=str(card.id))
    services.card_return(actor=me, card_id=str(cards[2].id), why="moved")
    service = setup().services.get(card_city().service("受取り"))
    for n, card in enumerate(cards[3:]):
        day = next_free(service, clock.today() + dt.timedelta(days=1 + n)) if service else None
        slots = days_of(service, day, 1)[0].slots if service and day else ()
        if service and slots:
            contact = Contact(holder_of(card).name, phone="0300000000")
            with contextlib.suppress(SlotTaken):
                booking_by_staff(service=service, day=slots[0].day, start=slots[0].start, contact=contact, by=me.actor, about=selectors.about(card))


def _outings(me: Staff) -> None:
    """Next week: a visit to a company that there is not, with a few bookings, and a Sunday for receipts."""
    monday = clock.today() + dt.timedelta(days=7 - clock.today().weekday())
    shared = {"minutes": "20", "seats": "2", "until": ""}
    staff = [str(p.id) for p in colleagues(card_city().section)][:2]
    row = outings.outing_make(actor=me, staff_ids=staff, form=shared | {
        "kind": "away", "for": "apply", "name": "出張申請(試用工業)", "place": "試用工業 本社(架空)", "day": str(monday + dt.timedelta(days=2)),
        "start": "10:00", "end": "15:00", "who": "試用工業にお勤めの方", "bring": "本人確認書類"})
    outings.outing_make(actor=me, staff_ids=staff, form=shared | {
        "kind": "holiday", "for": "receive", "name": "休日の受取り窓口(試用)", "place": f"{city().hall} 試用の窓口",
        "day": str(monday + dt.timedelta(days=6)), "start": "9:00", "end": "12:00", "who": "", "bring": "交付通知書と本人確認書類"})
    service = setup().services[row.key]
    for slot, (family, given) in zip(days_of(service, row.day, 1)[0].slots, (("見本", "一郎"), ("試用", "楓"), ("架空", "次郎")), strict=False):
        booking_by_staff(service=service, day=slot.day, start=slot.start, contact=Contact(f"{family} {given}", phone="0300000000"), by=me.actor)
