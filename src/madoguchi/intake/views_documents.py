"""The documents page of the form: add and remove files."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import FileRefused, accepts, file_get, file_response
from madoguchi.identity.public import owner_of
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.procedures.public import Attachment
from madoguchi.web import limits
from madoguchi.web.posted import see_other

from . import acting, drafts
from .form_parts import CHECK, DOCUMENTS, draft_url, procedures_section, sign_in_first, trail
from .models import Draft

NO_FILE = say("{label}を選んでください", label=say("写真（JPEG・PNG）かPDF"))  # pressed before anything was chosen


def slot_view(attachment: Attachment, **more: Any) -> dict[str, Any]:
    """A document slot as the templates draw it, with what the file chooser offers and what may be sent."""
    kinds = say("写真（JPEG・PNG）かPDF") if len(attachment.kinds) > 1 else say("写真（JPEG・PNG）") if "画像" in attachment.kinds else "PDF"
    return {"a": attachment, "accept": accepts(attachment.kinds),
            "limits": say("{kinds}、{most}個まで", kinds=kinds, most=attachment.most), "megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000, **more}


@sign_in_first("files")
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The documents page. A failed upload keeps everything else."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    if request.method != "POST":
        return _page(request, draft, [])
    if gone := request.POST.get("_remove"):
        drafts.draft_detach(owner=owner, draft_id=draft_id, file_id=gone)
        return see_other(draft_url(draft, DOCUMENTS))
    faults = files_taken(request, owner.key if owner else "", functools.partial(drafts.draft_attach, owner=owner, draft_id=draft_id))
    if faults:
        return _page(request, drafts.draft_get(owner=owner, draft_id=draft_id), faults)
    after = {"add": DOCUMENTS, "save": "saved"}.get(request.POST.get("_action", ""), CHECK)
    return see_other(draft_url(draft, after))


def files_taken(request: HttpRequest, whose: str, take: Callable[..., object]) -> list[tuple[str, str]]:
    """Hand every file that came along to ``take`` (slot, source, name, size). Returns the slot and the words of each that is refused."""
    faults: list[tuple[str, str]] = []
    for field, uploads in request.FILES.lists():
        slot = field.removeprefix("file.")
        for upload in uploads:
            limits.take("upload", request, whose)
            try:
                take(slot=slot, source=cast(BinaryIO, upload), name=upload.name or "", size=upload.size or 0)
            except FileRefused as error:
                faults.append((slot, say("{file}: {ja}", file=(upload.name or "")[:60], ja=error.ja)))
    return faults


def _page(request: HttpRequest, draft: Draft, faults: list[tuple[str, str]]) -> HttpResponse:
    d, kind = drafts.published_of(draft).shown(), acting.kind_of(draft)
    known, _ = drafts.steps_of(draft, d)
    slots = [
        slot_view(a, files=draft.files.get(a.id, []), errors=[ja for slot, ja in faults if slot == a.id],
                  full=len(draft.files.get(a.id, [])) >= a.most)
        for a in acting.asked(d, drafts.procedures_attachments(d, known), kind)
    ]
    context = {"d": d, "draft": draft, "slots": slots, "acting": kind, "faults": [(f"file-{slot}", ja) for slot, ja in faults],
               "at_once": settings.UPLOAD_REQUEST_MAX_BYTES, "section": procedures_section(d), **trail(draft, d, known, DOCUMENTS)}
    return render(request, "intake/documents.html", context, status=422 if faults else 200)


@sign_in_first()
@require_safe
def draft_file(request: HttpRequest, draft_id: str, file_id: str) -> HttpResponseBase:
    """A file of one's own draft, to look at."""
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    if file_id not in {f["id"] for entries in draft.files.values() for f in entries}:
        raise NotFound(say("ファイルが見つかりませんでした。"))
    return file_response(file_get(file_id), inline=True)
