"""The file of organisations that a section registers: read whole, every fault by its line, then written in one transaction."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.errors import Forbidden

from .errors import OrganisationWrong
from .models import Organisation
from .organisation_rules import KINDS, Entry
from .organisations import delegable, desk_check, entry_faults, organisation_write

COLUMNS = ("種類", "名称", "法人番号", "事業所番号", "郵便番号", "市区町村", "町名", "番地", "建物", "電話番号", "代表者", "手続", "開始日", "終了日")
MOST_BYTES, MOST_LINES = 2_000_000, 5_000
_DAY = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?")


def text_of(raw: bytes) -> str:
    """UTF-8 (with or without BOM), else cp932. Raises OrganisationWrong."""
    if len(raw) > MOST_BYTES:
        raise OrganisationWrong([("file", "ファイルが大きすぎます。2MBまでに分けてください")])
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OrganisationWrong([("file", "文字コードが読めません。UTF-8かShift_JIS(cp932)で保存し直してください")])


def day_read(text: str) -> dt.date | None:
    """A day as people and programs write it; None when it is none."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def entry_read(section: str, cells: dict[str, str], slugs: dict[str, str]) -> tuple[Entry, list[str]]:
    """One organisation out of texts, and what cannot be read. ``slugs``: slug or name of a procedure → slug."""
    plain = {name: unicodedata.normalize("NFKC", value).strip() for name, value in cells.items()}
    kinds = {kind.ja: key for key, kind in KINDS.items()}
    wanted = [part.strip() for part in re.split(r"[、,;|\n]", plain["手続"]) if part.strip()]
    wanted = list(dict.fromkeys(slugs.values())) if wanted == ["全部"] else wanted
    address = {"zip": re.sub(r"\D", "", plain["郵便番号"]), "city": cells["市区町村"].strip(), "town": cells["町名"].strip(),
               "lot": cells["番地"].strip(), "building": cells["建物"].strip()}
    faults = ["終了日が読めません。2027-03-31 の形で書くか、空けてください"] if plain["終了日"] and day_read(plain["終了日"]) is None else []
    if plain["開始日"] and day_read(plain["開始日"]) is None:
        faults.append("開始日が読めません。2026-04-01 の形で書いてください")
    entry = Entry(section, kinds.get(plain["種類"], plain["種類"]), " ".join(cells["名称"].split()), re.sub(r"[- ]", "", plain["法人番号"]),
                  re.sub(r"[- ]", "", plain["事業所番号"]), address, plain["電話番号"], " ".join(cells["代表者"].split())[:40],
                  tuple(dict.fromkeys(slugs.get(part, part) for part in wanted)), day_read(plain["開始日"]), day_read(plain["終了日"]))
    return entry, faults


def _lines(text: str) -> list[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    out: list[tuple[int, dict[str, str]]] = []
    try:
        head = [c.strip() for c in next(reader, [])]
        if missing := [c for c in COLUMNS if c not in head]:
            raise OrganisationWrong([("file", f"1行目に列「{'」「'.join(missing)}」がありません。1行目に {','.join(COLUMNS)} を書いてください")])
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(head):
                raise OrganisationWrong([("file", f"{reader.line_num}行目: 列の数が{len(cells)}です。1行目と同じ{len(head)}にしてください")])
            out.append((reader.line_num, dict(zip(head, cells, strict=True))))
    except csv.Error:
        raise OrganisationWrong([("file", f"{reader.line_num}行目: CSVとして読めません。引用符(\")の閉じ忘れがないか確認してください")]) from None
    if not out or len(out) > MOST_LINES:
        raise OrganisationWrong([("file", f"事業所の行が1行から{MOST_LINES}行までのファイルにしてください(今は{len(out)}行)")])
    return out


def file_check(*, actor: Staff, section: str, raw: bytes) -> list[Entry]:
    """Everybody in the file. Raises Forbidden, OrganisationWrong with every fault of every line."""
    if section not in desk_check(actor):
        raise Forbidden
    slugs = {key: slug for slug, d in delegable(section).items() for key in (slug, d.name)}
    entries: list[Entry] = []
    faults: list[tuple[str, str]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in _lines(text_of(raw)):
        entry, unread = entry_read(section, cells, slugs)
        words = unread + [ja for field, ja in entry_faults(entry) if not (field == "starts" and unread)]
        first = seen.setdefault((entry.number, entry.office, entry.kind), number)
        if first != number:
            words.append(f"{first}行目と同じ法人番号・事業所番号・種類です。どちらかを消してください")
        faults += [("file", f"{number}行目: {ja}") for ja in words]
        entries.append(entry)
    if faults:
        raise OrganisationWrong(faults)
    return entries


@transaction.atomic(durable=True)
def organisations_import(*, actor: Staff, section: str, raw: bytes) -> tuple[int, int]:
    """(new, changed): what is registered already is changed, everything else registered; nothing is ended. All or nothing.
    Raises Forbidden, OrganisationWrong."""
    entries = file_check(actor=actor, section=section, raw=raw)
    new = changed = 0
    for entry in entries:
        row = Organisation.objects.filter(section=section, number=entry.number, office=entry.office, kind=entry.kind, closed_at=None).first()
        if row is not None and _same(row, entry):
            continue
        organisation_write(actor=actor, entry=entry, organisation_id=str(row.id) if row else "")
        new, changed = new + (row is None), changed + (row is not None)
    audit.record(actor.actor, "organisations.imported", chain=f"organisations:{section}", facts={
        "new": new, "changed": changed, "lines": len(entries), "sha256": sha256(raw)})
    return new, changed


def _same(row: Organisation, entry: Entry) -> bool:
    return all(getattr(row, name) == (list(value) if name == "procedures" else value)
               for name, value in ((n, getattr(entry, n)) for n in ("name", "address", "phone", "chief", "procedures", "starts", "ends")))
