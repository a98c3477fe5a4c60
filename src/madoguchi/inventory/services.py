"""What a person decides about a row: its status, its section, its year, the procedure it became."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures

from .access import insist
from .errors import EntryNotFound, FormWrong
from .models import Change, Entry
from .rules import STATUSES, year_of
from .taking import CHAIN, entry_settle, one_writer

NOTE = 1000
WATCHED = ("section", "slug", "target_year", "status_by_hand", "note")


@transaction.atomic
def entry_edit(*, actor: Staff, entry_id: int, revision: str, typed: dict[str, str]) -> Entry:
    """Set what was typed: section, slug, target_year, status_by_hand, note. Raises EntryNotFound, FormWrong with every fault."""
    insist(actor, writes=True)
    one_writer()  # an import reads all rows before it writes them
    entry = Entry.objects.filter(id=entry_id).first()
    if entry is None:
        raise EntryNotFound
    faults, wanted = _judged(entry, typed)
    if revision != str(entry.revision):
        faults.append(("status_by_hand", "ほかの人か取り込みが、先に変えました。いまの内容を下で確かめ、もう一度保存してください"))
    if faults:
        raise FormWrong(faults)
    what = {name: [str(getattr(entry, name) or ""), str(wanted[name] or "")] for name in WATCHED if getattr(entry, name) != wanted[name]}
    if not what:
        return entry
    for name in what:
        setattr(entry, name, wanted[name])
    entry.slug_by_hand = entry.slug_by_hand or "slug" in what
    entry.revision, entry.updated_at = entry.revision + 1, clock.now()
    entry_settle(entry)
    entry.save()
    Change.objects.create(entry=entry, at=entry.updated_at, by=actor.actor, what=what)
    facts = {"fields": sorted(what), **{name: after for name, (_, after) in what.items() if name in ("slug", "target_year", "status_by_hand")}}
    audit.record(actor.actor, "inventory.edited", chain=f"{CHAIN}:{entry.id}", facts=facts, of=what)
    return entry


def _judged(entry: Entry, typed: dict[str, str]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    faults = []
    status, note = typed.get("status_by_hand", ""), typed.get("note", "").replace("\r\n", "\n").strip()
    if status not in {"", *STATUSES}:
        faults.append(("status_by_hand", "状態を選び直してください"))
    if status and not note:
        faults.append(("note", "状態を自分で決めるときは、その理由をメモに書いてください"))
    if len(note) > NOTE:
        faults.append(("note", f"メモは{NOTE}文字までで書いてください(今は{len(note)}文字)"))
    if "\x00" in note:
        faults.append(("note", "メモに使えない文字があります。打ち直してください"))
    year = year_of(typed.get("target_year", ""))
    if year is None:
        faults.append(("target_year", "目標年度は 令和9年度 か 2027 の形で入れてください"))
    section, slug = typed.get("section", ""), typed.get("slug", "")
    if section not in {"", entry.section, *city().sections}:
        faults.append(("section", "担当課を選び直してください"))
    if slug not in {"", entry.slug} and slug not in {p.slug for p in procedures.catalogue()}:
        faults.append(("slug", "公開中の手続きを選び直してください"))
    return faults, {"section": section, "slug": slug, "target_year": year or None, "status_by_hand": status, "note": note}
