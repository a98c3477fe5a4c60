"""`madoguchi procedures check` of a whole pack: what the rooms read of it (booking, cards, collection, payments, plan, rates), each by the
room's own reader, and whether what one file names is there in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from madoguchi.booking.errors import BookingWrong
from madoguchi.booking.setup import read_setup as read_booking
from madoguchi.cards.city import read_cards
from madoguchi.cards.errors import CardsWrong
from madoguchi.collection.charges import DEBIT_FORM
from madoguchi.collection.charges_file import read_pack
from madoguchi.collection.errors import ChargesWrong
from madoguchi.collection.rates import RatesWrong, rates_read
from madoguchi.inventory.plan import read_target
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.packfile import PackFile, Path_, Wrong
from madoguchi.offices.city import City
from madoguchi.payments.setup import read_setup as read_payments
from madoguchi.procedures.finder_files import known_slugs
from madoguchi.procedures.pack import ROOT

from .city_shape import perhaps
from .words_check import layout_fault, layout_problems, reading_problems

Named = Iterator[tuple[str, Path_, str]]  # file, place, what to do


def room_problems(city: City) -> list[str]:
    """Every fault, a line each: file:line what, what to do."""
    sections = tuple(city.sections)
    read: dict[str, Any] = {}
    found: list[str] = []
    readers: dict[str, Callable[[], Any]] = {
        "booking": lambda: read_booking(city.folder, sections), "cards": lambda: read_cards(city.folder, sections),
        "collection": lambda: read_pack(city.folder), "payments": lambda: read_payments(city.folder, sections),
        "plan": lambda: read_target(city.folder), "rates": lambda: _rates(city.folder / "rates.yaml"),
    }
    for kept in (read_booking, read_cards, read_payments, read_target):
        kept.cache_clear()
    for name, reader in readers.items():
        try:
            read[name] = reader()
        except RatesWrong as wrong:
            found += map(str, wrong.problems)
        except DomainError as wrong:
            found.append(str(wrong.ja))
    found += layout_problems(city.folder) + reading_problems(city.folder / "readings.yaml")
    return found + [_told(city.folder / file, path, ja) for file, path, ja in _names(city, read)]


def _rates(file: Path) -> None:
    if file.exists():
        rates_read(file.read_text(encoding="utf-8", errors="replace"), str(file), whole=False)


def _told(file: Path, path: Path_, ja: str) -> str:
    errors = {"booking.yaml": BookingWrong, "cards.yaml": CardsWrong, "collection.yaml": ChargesWrong}
    return str(PackFile(file, errors[file.name]).fault(Wrong(path, ja)).ja)


def _names(city: City, read: dict[str, Any]) -> Named:
    """What is named and is not there."""
    slugs = known_slugs(ROOT, city.folder)
    offered = {slug for slug in slugs if not city.offers or slug in city.offers or (city.folder / "procedures" / f"{slug}.yaml").exists()}
    booking, cards, taxes = read.get("booking"), read.get("cards"), read.get("collection")
    services = booking.services if booking else {}
    for key, service in services.items():
        for slug in service.procedures:
            if slug not in offered:
                yield "booking.yaml", ("サービス", key, "手続き"), _missing(slug, "この市の手続き", offered)
    for part in cards.parts if cards and booking else ():
        if part.service not in services:
            yield "cards.yaml", ("来庁", part.key, "予約"), _missing(part.service, "booking.yaml の「サービス」", services)
    for path, key in ((("課",), taxes.section), (("会計課",), taxes.treasury)) if taxes else ():
        if key and key not in city.sections:
            yield "collection.yaml", path, _missing(key, "city.yaml の「課」", city.sections)
    for charge in taxes.all.values() if taxes else ():
        if charge.appeal not in city.appeals:
            yield "collection.yaml", ("科目", charge.key, "教示"), _missing(charge.appeal, "city.yaml の「教示」", city.appeals)
    for form, (name, _) in (taxes.forms if taxes else {}).items():
        if fault := layout_fault(city.folder, form, name):
            yield "collection.yaml", ("様式", form, "名"), fault
    for bank, one in (taxes.banks if taxes else {}).items():
        if fault := layout_fault(city.folder, DEBIT_FORM, one.layout):
            yield "collection.yaml", ("様式", DEBIT_FORM, "銀行別", bank), fault
    for name, slug in (("証明書", taxes.online.certificate), ("口座振替", taxes.online.debit)) if taxes else ():
        if slug and slug not in offered:
            yield "collection.yaml", ("オンライン", name), _missing(slug, "この市の手続き", offered)


def _missing(word: str, where: str, there: Any) -> str:
    return f"「{word}」は、{where}にありません。{perhaps(word, sorted(there))}あるものに直すか、消してください"
