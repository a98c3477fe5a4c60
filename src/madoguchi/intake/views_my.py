"""My page: drafts, applications, status, correction, withdrawal, downloads."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.core import signing as tokens
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.files.public import FileRefused, file_response
from madoguchi.identity.public import owner_of
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces import webform

from . import applications, drafts
from .errors import AnswersWrong, CodeWrong
from .models import Application
from .receipts import receipt_file
from .rules import OPEN_FOR_WITHDRAWAL, STATUS_WORDS
from .views_form import procedures_section, raw_post, see_other

PASS_COOKIE = "mado_p"  # noqa: S105 - the name of a cookie


def _passes(request: HttpRequest) -> frozenset[str]:
    """Applications opened in this browser by receipt number and code."""
    try:
        return frozenset(tokens.loads(request.COOKIES.get(PASS_COOKIE, ""), salt="pass", max_age=7200))
    except tokens.BadSignature:
        return frozenset()


def _mine(request: HttpRequest, application_id: str) -> Application:
    return applications.application_get(owner=owner_of(request), application_id=application_id, passes=_passes(request))


def _actor(request: HttpRequest) -> str:
    owner = owner_of(request)
    return f"resident:{owner.key}" if owner else "resident:code"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Drafts and applications of this person."""
    owner = owner_of(request)
    if owner is None:
        return see_other(f"{reverse('sign_in')}?next=/my/")
    rows = [
        {"a": a, "d": applications.published_of(a).definition, "words": STATUS_WORDS[a.status]}
        for a in applications.application_list(owner=owner)
    ]
    open_drafts = []
    for draft in drafts.draft_list(owner=owner):
        d = drafts.published_of(draft).definition
        step = next((s.id for s in d.steps if s.id not in draft.done), "check")
        open_drafts.append({"draft": draft, "d": d, "url": f"/a/{draft.id}/{step}/"})
    return render(request, "intake/my.html", {"rows": rows, "drafts": open_drafts, "owner": owner})


@require_GET
def filed(request: HttpRequest, application_id: str) -> HttpResponse:
    """The confirmation page."""
    application = _mine(request, application_id)
    code = request.get_signed_cookie("mado_code", "", salt=str(application.id), max_age=600)
    d = applications.published_of(application).definition
    context = {"a": application, "d": d, "code": code, "section": procedures_section(d), "has_mail": bool(application.sealed_mail)}
    return render(request, "intake/filed.html", context)


@require_GET
def status(request: HttpRequest, application_id: str) -> HttpResponse:
    """Where an application stands, what remains, what was issued."""
    return _status_page(request, application_id, [])


def _status_page(request: HttpRequest, application_id: str, refused: list[tuple[str, str]]) -> HttpResponse:
    application = _mine(request, application_id)
    d = applications.published_of(application).definition
    import datetime as dt

    timeline = [{"at": dt.datetime.fromisoformat(e["at"]), "ja": e["ja"]} for e in application.view["timeline"]]
    verdict = procedures.Verdict(application.answers, attachments=drafts.procedures_attachments(
        d, procedures.derive(d, drafts.facts(application.answers))))
    correction = application.view.get("correction")
    context: dict[str, Any] = {
        "a": application, "d": d, "words": STATUS_WORDS[application.status], "timeline": reversed(timeline),
        "documents": application.view.get("documents", []), "decision": application.view.get("decision"),
        "correction": correction, "can_withdraw": application.status in OPEN_FOR_WITHDRAWAL and not application.view.get("withdrawal"),
        "withdrawal": application.view.get("withdrawal"), "summary": drafts.summary(d, verdict, application.files),
        "section": procedures_section(d),
    }
    context |= {"faults": refused, "later": [
        {"a": a, "accept": ",".join(["image/jpeg,image/png"] * ("画像" in a.kinds) + ["application/pdf"] * ("PDF" in a.kinds))}
        for a in applications.later_slots(application)]}
    return render(request, "intake/status.html", context, status=422 if refused else 200)


@require_GET
def document(request: HttpRequest, application_id: str, document_id: str) -> HttpResponseBase:
    """Download what was issued."""
    application = _mine(request, application_id)
    file, name = applications.document_file(application=application, document_id=document_id)
    return file_response(file, name=f"{name}.pdf")


@require_GET
def receipt(request: HttpRequest, application_id: str) -> HttpResponseBase:
    """The receipt (受付票) as PDF."""
    application = _mine(request, application_id)
    return file_response(receipt_file(application), name=f"受付票_{application.receipt}.pdf")


@require_GET
def attachment(request: HttpRequest, application_id: str, file_id: str) -> HttpResponseBase:
    """A file one sent."""
    application = _mine(request, application_id)
    return file_response(applications.attachment_file(application=application, file_id=file_id), inline=True)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, application_id: str) -> HttpResponse:
    """Answer a correction: only the questions asked for, with old value and note."""
    application = _mine(request, application_id)
    if application.status != "correction":
        return see_other(f"/my/{application.id}/")
    raw = raw_post(request) if request.method == "POST" else None
    extra = frozenset(raw.get("_extra", [])) if raw else frozenset[str]()
    faults: list[Any] = []
    if raw is not None:
        refused = _attach(request, application)
        if refused:
            return _correct_page(request, application, raw, extra, [], refused)
        if request.POST.get("_action") == "add":
            return see_other(f"/my/{application.id}/correct/")
        try:
            applications.correction_answer(application=application, raw=raw, extra=extra, actor=_actor(request))
            return see_other(f"/my/{application.id}/")
        except AnswersWrong as error:
            faults = error.faults
            pages, _ = applications.correction_step(application, extra)
            shown = {name for _, names in pages for name in names}
            extra |= frozenset(f.question for f in faults if f.question not in shown)
    return _correct_page(request, application, raw, extra, faults, [])


def _attach(request: HttpRequest, application: Application) -> list[tuple[str, str]]:
    out = []
    for name, uploads in request.FILES.lists():
        for upload in uploads:
            try:
                applications.correction_attach(application=application, slot=name.removeprefix("file."), source=cast(BinaryIO, upload),
                                               name=upload.name or "", size=upload.size or 0)
            except FileRefused as error:
                out.append((f"file-{name.removeprefix('file.')}", f"{upload.name}: {error.ja}"))
    return out


def _correct_page(
    request: HttpRequest, application: Application, raw: dict[str, list[str]] | None, extra: frozenset[str],
    faults: list[Any], refused: list[tuple[str, str]],
) -> HttpResponse:
    application.refresh_from_db()
    d = applications.published_of(application).definition
    known = procedures.derive(d, drafts.facts(application.answers))
    pages, slots = applications.correction_step(application, extra)
    views = [
        webform.step_view(d, step, known, posted=raw, faults=[f for f in faults if f.question in names], only=names,
                          count=None if raw is None or not step.repeat else len(application.answers.get(step.repeat.id, [])))
        for step, names in pages
    ]
    correction = application.view.get("correction", {"items": []})
    context = {
        "a": application, "d": d, "views": views, "items": correction["items"], "due": correction.get("due"), "extra": sorted(extra),
        "slots": [{"a": a, "files": application.files.get(a.id, []),
                   "accept": ",".join(["image/jpeg,image/png"] * ("画像" in a.kinds) + ["application/pdf"] * ("PDF" in a.kinds))}
                  for a in d.attachments if a.id in slots],
        "anchors": [x for v in views for x in v.faults] + refused, "section": procedures_section(d),
    }
    return render(request, "intake/correct.html", context, status=422 if faults or refused else 200)


@require_POST
def add_documents(request: HttpRequest, application_id: str) -> HttpResponse:
    """Send documents that may follow."""
    application = _mine(request, application_id)
    refused = []
    for name, uploads in request.FILES.lists():
        for upload in uploads:
            try:
                applications.document_add(application=application, slot=name.removeprefix("file."), source=cast(BinaryIO, upload),
                                          name=upload.name or "", size=upload.size or 0, actor=_actor(request))
            except FileRefused as error:
                refused.append((f"file-{name.removeprefix('file.')}", f"{upload.name}: {error.ja}"))
    if refused:
        return _status_page(request, application_id, refused)
    return see_other(f"/my/{application.id}/")


@require_POST
def withdraw(request: HttpRequest, application_id: str) -> HttpResponse:
    """Ask to withdraw."""
    application = _mine(request, application_id)
    applications.withdrawal_ask(application=application, actor=_actor(request))
    return see_other(f"/my/{application.id}/")


@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Status by receipt number and access code."""
    error = ""
    if request.method == "POST":
        try:
            found = applications.application_by_code(receipt=request.POST.get("receipt", ""), code=request.POST.get("code", ""))
        except CodeWrong as wrong:
            error = wrong.ja
        else:
            response = see_other(f"/my/{found.id}/")
            passes = sorted(_passes(request) | {str(found.id)})[-20:]
            response.set_cookie(PASS_COOKIE, tokens.dumps(passes, salt="pass"), max_age=7200, httponly=True, samesite="Lax")
            return response
    return render(request, "intake/look_up.html", {"error": error, "receipt": request.POST.get("receipt", ""), "city": city()},
                  status=422 if error else 200)


def not_mine(request: HttpRequest) -> HttpResponse:
    """For paths that belong to nobody."""
    raise NotFound
