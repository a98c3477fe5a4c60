"""法定代理: what a legal representative declares, proves and ends on my page."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import FileRefused, file_response
from madoguchi.identity.public import Owner
from madoguchi.kernel.said import say
from madoguchi.procedures.public import postcode_fill
from madoguchi.web import languages, limits
from madoguchi.web.posted import posts, see_other

from . import guardian_form, guardian_rules
from . import guardian_selectors as selectors
from . import guardians as services
from .errors import GuardianWrong
from .views import signed_in

Faults = list[tuple[str, str]]


@signed_in
@require_safe
def guardians(request: HttpRequest, owner: Owner) -> HttpResponse:
    """All that this person declared, and what became of it."""
    return render(request, "agency/guardians.html", {"rows": selectors.guardian_list(owner=owner), "kinds": guardian_rules.KINDS.values()})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def guardian_new(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Declare: as what, for whom."""
    if request.method != "POST":
        return render(request, "agency/guardian_new.html", {"view": guardian_form.view({})})
    raw = {key: list(values) for key, values in request.POST.lists()}
    if (action := request.POST.get("_action", "")).startswith("zip:"):
        raw, said = postcode_fill(raw, action.removeprefix("zip:"))
        view = guardian_form.view({}, raw)
        for field in (f for f in view.entries[0].fields if f.name == "address"):
            field.said = said
        return render(request, "agency/guardian_new.html", {"view": view})
    try:
        row = services.guardian_declare(owner=owner, raw=raw, language=languages.recorded())
    except services.DeclarationWrong as wrong:
        return render(request, "agency/guardian_new.html", {"view": guardian_form.view({}, raw, wrong.by_question)}, status=422)
    return see_other(reverse("guardian", kwargs={"guardian_id": str(row.id)}))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: HttpRequest, owner: Owner, guardian_id: str) -> HttpResponse:
    """One: its proof, where it stands; POST sends it to the city."""
    if request.method == "POST":
        try:
            services.guardian_send(owner=owner, guardian_id=guardian_id)
        except GuardianWrong as wrong:
            return _one(request, owner, guardian_id, wrong.faults)
        return see_other(request.path)
    return _one(request, owner, guardian_id, [])


def _one(request: HttpRequest, owner: Owner, guardian_id: str, faults: Faults) -> HttpResponse:
    shown = selectors.shown(selectors.guardian_get(owner=owner, guardian_id=guardian_id))
    if shown.unread and request.method == "GET":
        services.guardian_read(owner=owner, guardian_id=guardian_id)
    context = {"g": shown, "faults": faults, "most": guardian_rules.MOST_FILES, "megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000,
               "full": len(shown.files) >= guardian_rules.MOST_FILES}
    return render(request, "agency/guardian.html", context, status=422 if faults else 200)


@signed_in
@posts("/my/guardians/{guardian_id}/")
def guardian_proof(request: HttpRequest, owner: Owner, guardian_id: str) -> HttpResponse:
    """Add pages of the proof, or take one away again."""
    if gone := request.POST.get("_remove"):
        services.guardian_detach(owner=owner, guardian_id=guardian_id, file_id=gone)
        return see_other(f"/my/guardians/{guardian_id}/#proof")
    faults: Faults = []
    uploads = request.FILES.getlist("proof")
    for upload in uploads:
        limits.take("upload", request, owner.key)
        try:
            services.guardian_attach(owner=owner, guardian_id=guardian_id, source=cast(BinaryIO, upload), name=upload.name or "",
                                     size=upload.size or 0)
        except FileRefused as error:
            faults.append(("file-proof", say("{file}: {ja}", file=(upload.name or "")[:60], ja=error.ja)))
    if not uploads:
        faults = [("file-proof", say("証明書の写真かPDFを選んでください"))]
    return _one(request, owner, guardian_id, faults) if faults else see_other(f"/my/guardians/{guardian_id}/#proof")


@signed_in
@require_safe
def guardian_page_of_proof(request: HttpRequest, owner: Owner, guardian_id: str, file_id: str) -> HttpResponseBase:
    """A page of one's own proof, to look at."""
    return file_response(selectors.guardian_file(owner=owner, guardian_id=guardian_id, file_id=file_id), inline=True)


@signed_in
@posts("/my/guardians/{guardian_id}/")
def guardian_over(request: HttpRequest, owner: Owner, guardian_id: str) -> HttpResponse:
    """Take it back, or end it."""
    services.guardian_end(owner=owner, guardian_id=guardian_id)
    return see_other(f"/my/guardians/{guardian_id}/")
