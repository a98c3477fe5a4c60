"""What residents cannot file here, in words for them: rows without a procedure on offer (procedures.ports)."""

from __future__ import annotations

import datetime as dt
import re

from django.db.models import Count, Max

from madoguchi.kernel.said import Said, say
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.ports import Counter
from madoguchi.procedures.rules.draft_row import called
from madoguchi.procedures.rules.find import plain

from .columns import system_of
from .models import Entry
from .rules import STOPS, elsewhere_of

ASKED = ("", "1", "3")  # 手続類型: what somebody asks for or looks at; the others the city does by itself
BARS: dict[str, Said] = {"書面": say("紙の書類が要ります。"), "押印": say("印鑑が要ります。"), "対面": say("窓口で会って確かめます。")}
SOON = say("オンラインで受け付ける準備をしています。")
_BARRED = re.compile(r"([^。（]+)が要ります（")  # rules._blocked
_URL = re.compile(r"https?://[^\s、。）)「」]+")
Stamp = tuple[int, dt.datetime | None, object]
NOTHING: tuple[Stamp, tuple[Counter, ...]] = ((-1, None, None), ())
_kept = NOTHING


def forget() -> None:
    """Drop what is remembered."""
    global _kept
    _kept = NOTHING


def counters() -> tuple[Counter, ...]:
    """Every row that a resident may look for and cannot file here. What is published under its name is left out, linked or not. Read anew
    when a row or what is on offer has changed."""
    global _kept
    names = procedures.names_offered()
    seen = Entry.objects.aggregate(n=Count("id"), last=Max("updated_at"))
    stamp = (seen["n"], seen["last"], names)
    if _kept[0][:2] != stamp[:2] or _kept[0][2] is not names:
        offered = {p.slug for p in procedures.catalogue()}
        rows = Entry.objects.filter(kind__in=ASKED).exclude(slug__in=offered).order_by("id")
        _kept = (stamp, tuple(_counter(e) for e in rows if not any(plain(name) in names for name in called(e.name))))
    return _kept[1]


def _counter(entry: Entry) -> Counter:
    section = city().sections.get(entry.section)
    state = entry.status_by_hand or entry.status
    online = entry.online if state == "elsewhere" else ""
    where = elsewhere_of(online, system_of(entry.extra))[1]
    address = _URL.search(where) or _URL.search(entry.note if entry.status_by_hand == "elsewhere" else "")
    return Counter(
        entry.name, entry.section if section else "", section.name if section else entry.section, section.phone if section else city().phone,
        why_of(entry), state == "elsewhere", address[0] if address else "")


def why_of(entry: Entry) -> tuple[Said, ...]:
    """Why it is not online, as far as residents are concerned: what the list names of paper, seal and visit. What a person wrote in the note
    is for the staff."""
    state = entry.status_by_hand or entry.status
    if state == "elsewhere":
        return ()
    found = _BARRED.match(entry.status_why) if entry.status == "blocked" and entry.status_by_hand in ("", *STOPS) else None
    bars = tuple(BARS[bar] for bar in found[1].split("・") if bar in BARS) if found else ()
    return bars or ((SOON,) if state == "ready" else ())
