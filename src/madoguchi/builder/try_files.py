"""The documents page of a try-out: files are checked as a resident's are, and only their names and sizes travel in the pages."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from madoguchi.files.public import FileRefused, accepts, file_try
from madoguchi.procedures.public import Attachment

DOCUMENTS, SALT, NAME = "documents", "builder-try-files", 60
Held = dict[str, list[list[Any]]]  # slot → [name, bytes]
WORDS = {"画像": "写真（JPEG・PNG）", "PDF": "PDF"}


def held_in(request: HttpRequest) -> Held:
    """What was chosen until now."""
    try:
        return dict(signing.loads(request.POST.get("_files", ""), salt=SALT))
    except signing.BadSignature:
        return {}


def carried(held: Held) -> str:
    """As a page carries it."""
    return signing.dumps(held, salt=SALT, compress=True)


def taken(request: HttpRequest, slots: tuple[Attachment, ...], held: Held) -> list[tuple[str, str]]:
    """Take a file away, or look at those that were sent: (slot, what is wrong). Nothing is kept but the name and the size."""
    slot, _, place = request.POST.get("_remove", "").partition(":")
    if place.isascii() and place.isdecimal() and slot in held and len(place) < 3:
        held[slot] = [f for at, f in enumerate(held[slot]) if at != int(place)]
    faults = []
    for a in slots:
        for upload in request.FILES.getlist(f"file.{a.id}"):
            name = (upload.name or "file")[:NAME]
            try:
                if len(held.get(a.id, [])) >= a.most:
                    raise FileRefused(f"「{a.name}」は{a.most}個までです。入れ替えるときは、先に削除してください。")
                file_try(source=cast(BinaryIO, upload), size=upload.size or 0, allowed=a.kinds)
                held.setdefault(a.id, []).append([name, upload.size])
            except FileRefused as refused:
                faults.append((a.id, f"{name}: {refused.ja}"))
    return faults


def drawn(slots: tuple[Attachment, ...], held: Held, faults: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The slots as the page shows them."""
    return [{"a": a, "files": held.get(a.id, []), "errors": [ja for slot, ja in faults if slot == a.id],
             "full": len(held.get(a.id, [])) >= a.most, "accept": accepts(a.kinds),
             "limits": f"{'か'.join(WORDS[k] for k in a.kinds)}、{a.most}個まで（1つ{settings.UPLOAD_MAX_BYTES // 1_000_000}MBまで）"}
            for a in slots]
