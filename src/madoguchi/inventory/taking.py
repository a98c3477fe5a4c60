"""Lists come in whole or not at all: rows that are there are updated by 手続ID (else by name and 担当課), and the list of what is new,
changed, unchanged and no longer in the file is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from madoguchi.files.public import file_write, files_forget
from madoguchi.kernel import audit, clock
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.draft_row import called
from madoguchi.procedures.rules.find import plain

from . import columns, reading
from .errors import SheetWrong
from .models import Change, Entry, Heading, Upload
from .places import section_name, section_of
from .reading import Row, Sheet
from .rules import Facts, status_of
from .sheet import XLSX

CHAIN = "inventory"
CHUNK = 500
NAMED = 200  # so many rows of a kind are named in the result
CLIP = 300
WAITS = dt.timedelta(days=30)
FIELDS = tuple(columns.LABELS)
SEARCHED = ("key", "name", "law", "article", "fee", "attachments", "information", "online", "obstacle", "event", "note")


def told() -> dict[str, str]:
    """What people have answered about columns: plain heading → field."""
    return dict(Heading.objects.values_list("plain", "field"))


def one_writer() -> None:
    """Serialise those who change the inventory until commit. SQLite writes are serial already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('inventory', 0))")


@transaction.atomic
def headings_remember(*, actor: str, answers: Mapping[str, str]) -> None:
    """Keep what somebody said about columns: heading → field, empty for one that is kept as it is."""
    one_writer()
    for shown, name in answers.items():
        Heading.objects.update_or_create(plain=columns.plain(shown)[:200], defaults={
            "shown": shown[:200], "field": name, "by": actor, "at": clock.now()})
    if answers:
        audit.record(actor, "inventory.headings", chain=CHAIN, facts={"headings": {k[:100]: v for k, v in answers.items()}})


def upload_keep(*, actor: str, data: bytes, name: str) -> Upload:
    """Keep a list that waits for answers, in the caller's transaction."""
    kept = file_write(data=data, name=name[:150], kind=XLSX if data[:2] == b"PK" else "text/csv", owner="inventory")
    return Upload.objects.create(name=name[:150], sha256=hashlib.sha256(data).hexdigest(), file_id=kept.id, by=actor, at=clock.now())


def uploads_over() -> QuerySet[Upload]:
    """Lists that have waited for answers about their columns for a month."""
    return Upload.objects.filter(done_at=None, at__lt=clock.now() - WAITS)


@transaction.atomic
def uploads_sweep() -> int:
    """Let go of lists that have waited for answers about their columns for a month: whoever comes back sends a newer one. Returns how
    many."""
    rows = list(uploads_over().select_for_update().values_list("id", "file_id"))
    Upload.objects.filter(id__in=[row for row, _ in rows]).delete()
    files_forget(ids=[str(file) for _, file in rows])
    return len(rows)


def list_take(*, actor: str, data: bytes, name: str, upload: Upload | None = None) -> Upload:
    """Take a whole list. Raises HeadingsUnknown, SheetWrong with every error; then nothing has changed."""
    found = reading.read(data, told())
    with transaction.atomic():
        one_writer()
        pairs = _pairs(found)
        upload = upload or upload_keep(actor=actor, data=data, name=name)
        new, changed, unchanged = _write(found, pairs, actor, upload)
        entries_settle()
        linked = slugs_link(actor=actor)
        known = {entry.id for entry in (*new, *changed, *unchanged)}
        missing = [e for e in Entry.objects.order_by("id").only("id", "name") if e.id not in known]
        upload.done_at = clock.now()
        upload.result = {
            "new": len(new), "changed": len(changed), "unchanged": len(unchanged), "missing": len(missing), "linked": linked,
            "kept": [s for s, f in zip(found.layout.shown, found.layout.fields, strict=True) if not f and s not in columns.OURS],
            "named": {kind: [[e.id, e.name] for e in rows[:NAMED]] for kind, rows in (("new", new), ("changed", changed), ("missing", missing))}}
        upload.save()
        audit.record(actor, "inventory.imported", chain=CHAIN, facts={
            "upload": upload.id, "sha256": upload.sha256, **{k: upload.result[k] for k in ("new", "changed", "unchanged", "missing", "linked")}})
    return upload


def _pairs(sheet: Sheet) -> list[tuple[Row, Entry | None]]:
    """Every row with the one that is there: by 手続ID, else by name and 担当課, by the name alone where the list has no 担当課. Raises
    SheetWrong where that is not clear."""
    alone = "section" not in sheet.fields
    keyed: dict[str, Entry] = {}
    named: dict[str, list[Entry]] = defaultdict(list)
    for there in Entry.objects.order_by("id"):
        if there.key:
            keyed[there.key] = there
        both = {there.match, reading.match_of(there.name, section_name(there.section))}
        names = {str(there.given.get("name", "")), there.name}
        for match in {reading.match_of(name, "") for name in names} if alone else both:
            named[match].append(there)
    out: list[tuple[Row, Entry | None]] = []
    faults, taken = [], dict[int, int]()
    for row in sheet.rows:
        same = [e for e in named[row.match] if not row.key or not e.key]
        entry: Entry | None = keyed.get(row.key) if row.key else None
        if entry is None and len(same) > 1:
            which = "同じ「手続名」の手続きが、もう{}件あります。手続IDか担当課を書いて" if alone else \
                "同じ「手続名」と「担当課」の手続きが、もう{}件あります。手続IDを書いて"
            faults.append(f"{row.line}行目 {which.format(len(same))}、どれかを示してください")
            continue
        entry = entry or (same[0] if same else None)
        if entry and (first := taken.setdefault(entry.id, row.line)) != row.line:
            faults.append(
                f"{row.line}行目 {first}行目と同じ手続き(手続ID {entry.key or 'なし'})に当たります。手続IDを付けるか、どちらかを消してください")
        out.append((row, entry))
    if faults:
        raise SheetWrong(faults)
    return out


def _write(sheet: Sheet, pairs: list[tuple[Row, Entry | None]], actor: str, upload: Upload) -> tuple[list[Entry], list[Entry], list[Entry]]:
    new, changed, unchanged = list[Entry](), list[Entry](), list[Entry]()
    changes: list[Change] = []
    now = clock.now()
    for row, there in pairs:
        entry = there or Entry(given={})
        what = _applied(entry, row, sheet)
        if there is not None and not what:
            unchanged.append(entry)
            continue
        entry.updated_at = now
        (changed if there else new).append(entry)
        if there:
            entry.revision += 1
            changes.append(Change(entry=entry, at=now, by=actor, what=what, note=f"取り込み: {upload.name}"))
    new = Entry.objects.bulk_create(new, batch_size=CHUNK)
    changes += [Change(entry=e, at=now, by=actor, what={"new": ["", e.name]}, note=f"取り込み: {upload.name}") for e in new]
    Entry.objects.bulk_update(changed, [f.name for f in Entry._meta.concrete_fields if not f.primary_key], batch_size=50)
    Change.objects.bulk_create(changes, batch_size=CHUNK)
    for entry, what in ((c.entry, c.what) for c in changes if "new" not in c.what):
        audit.record(actor, "inventory.changed", chain=f"{CHAIN}:{entry.id}", facts={"upload": upload.id, "fields": sorted(what)}, of=what)
    return new, changed, unchanged


def _applied(entry: Entry, row: Row, sheet: Sheet) -> dict[str, list[str]]:
    """Put into the entry what the list says anew; returns {field: [before, after]}. What stands as in the last list stays as it is
    here, changed by a person or not, and so does what the list has no column for."""
    what: dict[str, list[str]] = {}
    for name in (f for f in FIELDS if f in sheet.fields):
        before, after = entry.given.get(name, ""), row.texts[name]
        if before == after or (name == "key" and not after):
            continue
        value: Any = after
        if name == "section":
            value = section_of(after)
        elif name in ("yearly_count", "target_year"):
            value = int(after) if after else None
        if getattr(entry, name) == value:
            continue
        what[name] = [_clip(getattr(entry, name)), _clip(value)]
        setattr(entry, name, value)
    old = entry.given.get("extra", {})
    for head in sorted(sheet.kept):
        if old.get(head, "") != row.extra.get(head, ""):
            what[f"extra:{head}"] = [_clip(old.get(head)), _clip(row.extra.get(head))]
    if what or not entry.pk:
        entry.extra = {head: text for head, text in entry.extra.items() if head not in sheet.kept} | row.extra
        said = {name: text for name, text in row.texts.items() if name in sheet.fields or not entry.pk}
        rest = {head: text for head, text in old.items() if head not in sheet.kept} | row.extra
        entry.given = entry.given | said | {"extra": rest, "key": row.texts["key"] or entry.key}
        entry.match = reading.match_of(entry.given["name"], entry.given.get("section", ""))
        entry_settle(entry)
    return what


def _clip(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= CLIP else text[:CLIP] + "…"


def entry_settle(entry: Entry) -> None:
    """Work out again what follows from the row: its status and what a search finds."""
    entry.status, entry.status_why = status_of(Facts(entry.law, entry.article, entry.kind, entry.identity, entry.attachments,
                                                     entry.information, entry.obstacle, entry.online, columns.system_of(entry.extra)))
    entry.words = " ".join([*(plain(str(getattr(entry, f))) for f in SEARCHED), plain(section_name(entry.section))])


def entries_settle() -> int:
    """Judge every row anew, for the rules by which a list is read change; returns how many came to another verdict."""
    found = []
    for entry in Entry.objects.order_by("id"):
        before = (entry.status, entry.status_why, entry.words)
        entry_settle(entry)
        if before != (entry.status, entry.status_why, entry.words):
            found.append(entry)
    Entry.objects.bulk_update(found, ["status", "status_why", "words"], batch_size=CHUNK)
    return len(found)


def slugs_link(*, actor: str) -> int:
    """Point rows that nobody has pointed anywhere to the published procedure of the same name; returns how many. In the caller's
    transaction."""
    names = procedures.names_offered()
    return _linked(actor, ((entry, slug) for entry in Entry.objects.filter(slug="", slug_by_hand=False).order_by("id")
                           if (slug := next((names[name] for name in map(plain, called(entry.name)) if name in names), ""))))


def _linked(actor: str, found: Iterable[tuple[Entry, str]]) -> int:
    count, now = 0, clock.now()
    for entry, slug in found:
        Entry.objects.filter(id=entry.id).update(slug=slug, revision=entry.revision + 1, updated_at=now)
        what = {"slug": ["", slug]}
        Change.objects.create(entry=entry, at=now, by=actor, what=what, note="名前が同じ公開中の手続き")
        audit.record(actor, "inventory.linked", chain=f"{CHAIN}:{entry.id}", facts={"slug": slug}, of=what)
        count += 1
    return count
