"""Demands as paper: what stands on a notice and its slips (slips.parts), out of rows and the city pack."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Max

from madoguchi.kernel.eras import era_of, wareki
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.offices.public import city

from .accounts import bank_words
from .charges import Charge, Codes, charge_get, charges
from .debits import debits_of
from .demand_sheet import TRIAL
from .lateness import extra_owed
from .models import Demand, DirectDebit, Instalment, Reminder
from .rules import LETTERS, Letter
from .slips.parts import Addressee, Due, ElCodes, Issuer, Line, Notice, Payeasy, Slip

CHUNK = 500


def year_words(year: int) -> str:
    """令和8年度."""
    _, era, number = era_of(dt.date(year, 5, 1))
    return f"{era}{'元' if number == 1 else number}年度"


def issuer() -> Issuer:
    """The city as it signs, and whom to ask."""
    found, section = city(), city().sections[charges().section]
    contact = (f"{found.name} {section.name}", f"電話 {section.phone}")
    return Issuer(f"{found.prefecture}{found.name}", f"{found.name}長 {found.mayor}".strip(), contact, found.code, found.seal_words or "公印省略")


def slip_of(charge: Charge, codes: Codes, demand: Demand, part: Instalment, parts: int, *, amount: int = 0, valid_until: dt.date | None = None,
            reissue: int = 0) -> Slip:
    """The 納付書 of a 期; ``amount`` where less than the whole is left."""
    yen = amount or part.amount
    return Slip(
        charge=charge.name, fiscal_year=demand.year, tax_year=fiscal_year(part.due), instalment=part.no, instalments=max(parts, part.no),
        amount=yen, due=part.due, valid_until=valid_until or part.due + dt.timedelta(days=codes.late_days), number=part.number,
        confirm=part.confirm, reissue=reissue, el=ElCodes(codes.el_org, charge.code, codes.el_office), cvs_company=codes.cvs,
        payeasy=Payeasy(codes.payeasy, charge.code), ocr=(f"{part.number}{charge.code}", f"{yen:010d} {part.due:%Y%m%d}"))


def addressee_of(demand: Demand) -> Addressee:
    """Who gets the letter."""
    return Addressee(demand.name, demand.zip, (demand.address, demand.building) if demand.building else (demand.address,))


Debits = dict[tuple[str, dt.date], DirectDebit]  # (宛名番号, 納期限) → the account


def debits_due(charge: str, rows: Iterable[tuple[str, dt.date]]) -> Debits:
    """The accounts that are in force on the 納期限 of 期 (宛名番号, 納期限): what the bank is asked for."""
    payers: dict[dt.date, set[str]] = {}
    for payer, due in rows:
        payers.setdefault(due, set()).add(payer)
    return {(payer, due): debit for due, some in payers.items() for payer, debit in debits_of(some, charge, due).items()}


def ways_to_pay(slips: Iterable[Slip], payer: str, debits: Debits) -> tuple[tuple[Slip, ...], tuple[Due, ...]]:
    """The slips that go into a letter, and its table of dates where the bank pays some of the 期 or all."""
    slips = tuple(slips)
    held = {slip.number: debit for slip in slips if (debit := debits.get((payer, slip.due)))}
    dues = (Due(slip.period, slip.due, slip.amount, f"口座振替({bank_words(held[slip.number].bank)})" if slip.number in held else slip.number)
            for slip in slips)
    return tuple(slip for slip in slips if slip.number not in held), tuple(dues) if held else ()


def notes_of(charge: Charge) -> tuple[tuple[str, str], ...]:
    """納付の場所, and what happens to who does not pay in time, as the city has written them for its notices."""
    return tuple((heading, words) for heading, words in (("納付の場所", charge.places), ("納期限までに納めないとき", charge.unpaid)) if words)


def notice_of(demand: Demand, parts: list[Instalment], issued_on: dt.date, *, debits: Debits | None = None) -> Notice:
    """The notice of a demand with a slip for each of its 期, except those on whose 納期限 the bank pays."""
    charge, codes, words = charge_get(demand.charge), charges().codes, year_words(demand.year)
    late = taken_until(issued_on)  # a slip whose 納期限 is over before it is posted is taken as one that is issued again
    slips, dues = ways_to_pay((slip_of(charge, codes, demand, part, len(parts), valid_until=late if part.due < issued_on else None)
                               for part in parts), demand.payer, debits or {})
    return Notice(
        addressee=addressee_of(demand), title=f"{words} {charge.name} {charge.title}", law=charge.words.replace("{年度}", words),
        notice_number=demand.notice, issued_on=issued_on, issuer=issuer(), total=demand.amount,
        lines=(*(Line(*line) for line in demand.lines or ()), Line("年税額", demand.amount)), notes=notes_of(charge),
        slips=slips, appeal=city().appeals[charge.appeal],
        trial=codes.trial or any(part.number.startswith(TRIAL) for part in parts), dues=dues)


def notices_of(ids: Iterable[int], issued_on: dt.date) -> Iterator[Notice]:
    """The notices of these demands, in their order, read in chunks."""
    rest = list(ids)
    for at in range(0, len(rest), CHUNK):
        some = rest[at:at + CHUNK]
        demands = Demand.objects.in_bulk(some)
        parts: dict[int, list[Instalment]] = {}
        for part in Instalment.objects.filter(demand__in=some).order_by("no"):
            parts.setdefault(part.demand_id, []).append(part)
        charge = next(iter(demands.values())).charge
        debits = debits_due(charge, ((demands[number].payer, part.due) for number in some for part in parts[number]))
        for number in some:
            yield notice_of(demands[number], parts[number], issued_on, debits=debits)


def taken_until(on: dt.date) -> dt.date:
    """The last day of a slip whose 納期限 is over: the end of the next month."""
    return (on.replace(day=1) + dt.timedelta(days=62)).replace(day=1) - dt.timedelta(days=1)


def slips_of(demand: Demand, on: dt.date, only: Collection[str] | None = None) -> Notice | None:
    """The slips of what is left of a demand (``only``: of these 納付番号), without the letter (再発行); None when nothing is."""
    charge, codes = charge_get(demand.charge), charges().codes
    parts = list(Instalment.objects.filter(demand=demand).order_by("no"))
    slips = tuple(slip_of(charge, codes, demand, part, len(parts), amount=part.amount - part.paid + part.fee - part.fee_paid, reissue=1,
                          valid_until=taken_until(on) if part.due < on else None) for part in parts
                  if part.settled_on is None and (only is None or part.number in only))
    if not slips:
        return None
    return dataclasses.replace(notice_of(demand, parts, on), slips=slips, total=sum(slip.amount for slip in slips), whole=False)


REMINDED = (
    "納期限までに納付が確認できませんので、{law}により督促します。下の納付書で、すぐに納めてください。"
    "この督促状を発した日から起算して10日を経過した日までに完納されないときは、財産を差し押さえることがあります。"
    "行き違いで納付済みのときは、ご容赦ください。")
CALLED = (
    "督促状を送りましたが、いまも納付が確認できません。下の納付書で納めてください。"
    "納められない事情があるときは、下の問い合わせ先にご相談ください。行き違いで納付済みのときは、ご容赦ください。")
LATE_WORDS = "納付の日までの日数で計算し、あとで通知します"


def reminders_of(ids: Iterable[int]) -> Iterator[Notice]:
    """The letters of these reminders (督促状・催告書), in their order: one for each 期 that is late, with its slip."""
    rest = list(ids)
    for at in range(0, len(rest), CHUNK):
        rows = Reminder.objects.select_related("instalment__demand").in_bulk(rest[at:at + CHUNK])
        demands = {row.instalment.demand_id for row in rows.values()}
        parts = dict(Instalment.objects.filter(demand__in=demands).values_list("demand").annotate(n=Max("no")))
        yield from (reminder_of(rows[number], parts[rows[number].instalment.demand_id]) for number in rest[at:at + CHUNK])


def reminder_of(row: Reminder, parts: int) -> Notice:
    """The letter of one reminder; ``parts``: how many 期 the demand has."""
    part, demand, codes = row.instalment, row.instalment.demand, charges().codes
    charge, first = charge_get(demand.charge), row.kind == Letter.REMINDER
    slip = slip_of(charge, codes, demand, part, parts, amount=row.amount, valid_until=taken_until(row.on), reissue=1)
    return Notice(
        addressee=addressee_of(demand), title=f"{year_words(demand.year)} {charge.name} {slip.period} {LETTERS[row.kind]}",
        law=REMINDED.replace("{law}", charge.law) if first else CALLED, notice_number=demand.notice, issued_on=row.on, issuer=issuer(), whole=False,
        lines=(Line("納期限", wareki(part.due)), Line("未納の額", row.amount - row.fee),
               *((Line("督促手数料", row.fee),) if row.fee else ()), Line("延滞金", LATE_WORDS)), total=row.amount, slips=(slip,),
        appeal=city().appeals[charge.appeal] if first else "", trial=codes.trial or part.number.startswith(TRIAL))


EXTRA = (
    "本税は納付済みですが、納期限の翌日から納付の日までの日数で計算した延滞金(督促手数料があるときは、それも)が残っています。"
    "下の納付書で納めてください。行き違いで納付済みのときは、ご容赦ください。")


def extra_of(demand: Demand, on: dt.date) -> Notice | None:
    """The letter and slips for the late charge and fees that are left after the tax was paid; None when nothing is. Raises RateMissing."""
    charge, codes = charge_get(demand.charge), charges().codes
    parts = list(Instalment.objects.filter(demand=demand).order_by("no"))
    owed = [(part, yen) for part in parts if (yen := extra_owed(part, charge=demand.charge, on=on))]
    slips = tuple(slip_of(charge, codes, demand, part, len(parts), amount=yen, reissue=1, valid_until=taken_until(on)) for part, yen in owed)
    if not slips:
        return None
    lines = tuple(Line(f"{slip.period} {'延滞金' if not part.fee - part.fee_paid else '延滞金と督促手数料'}", yen)
                  for slip, (part, yen) in zip(slips, owed, strict=True))
    title = f"{year_words(demand.year)} {charge.name} 延滞金の納付のお願い"
    return dataclasses.replace(notice_of(demand, parts, on), title=title, law=EXTRA, lines=lines, slips=slips, dues=(), appeal="", notes=(),
                               total=sum(slip.amount for slip in slips), whole=False)
