"""The page on which a correction is answered. Several people may have it open: the same person on two devices, an agent and the one for whom
they filed, the section that types an answer off. Who comes second never reads that it has arrived, and what is typed for one question is not
taken for another (twice)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.identity.errors import SignatureRefused
from madoguchi.identity.public import given_back, owner_of
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces.webform import StepView
from madoguchi.web.posted import see_other

from . import acting, applications, drafts, reopened, retold, signing, twice, unsent
from .errors import AnswersWrong, NotOpenForThis, OnlineFilingStopped, Unchanged
from .form_parts import procedures_section, raw_post
from .models import Application
from .views_documents import NO_FILE, files_taken, slot_view
from .views_my import actor_of, mine_to_answer, sign_in_first

CLOSED = say("直していただく点への答えは、いまは受け付けていません。いま送った内容は届いていません（前に送った内容は届いています）。"
             "手続きの状況を確認してください。")
BESIDE = ("more", "zip", "add")  # buttons that work on the page and send nothing; every other press sends, as on the pages of a form


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, application_id: str) -> HttpResponse:
    """Answer a correction: only the questions asked for, with old value and note."""
    application, whole = mine_to_answer(request, application_id)
    raw = raw_post(request) if request.method == "POST" else given_back(request)
    if application.status != "correction":
        return _over(request, application, raw)
    extra = frozenset(raw.get("_extra", [])) if raw else frozenset[str]()
    if raw is None or request.method != "POST":
        return _correct_page(request, application, raw, extra, [], [])
    if twice.is_of_another(application, raw):
        return _correct_page(request, application, raw, frozenset(), [], [], moved=True)
    take = functools.partial(applications.correction_attach, application=application, raw=raw, extra=extra)
    refused = [(f"file-{slot}", ja) for slot, ja in files_taken(request, application.owner, take)]
    action, _, what = request.POST.get("_action", "").partition(":")
    said = ""
    if action == "add" and not request.FILES:
        refused = [(f"file-{slot}", NO_FILE) for slot in applications.correction_step(application, extra, drawn=True)[1][:1]]
    if action == "more":  # an entry more of a group that is asked for as a whole
        raw = reopened.one_more(raw, what)
    if action == "zip":
        raw, said = procedures.postcode_fill(raw, what)
    if refused or action in BESIDE:
        return _correct_page(request, application, raw, extra, [], refused, said=(what, said))
    try:
        applications.correction_answer(application=application, raw=raw, extra=extra, actor=actor_of(request), owner=owner_of(request),
                                       ask="_sure" not in raw)
        return see_other(f"/my/{application.id}/{'' if whole else 'copy/?sent=answers'}")
    except NotOpenForThis:  # somebody was quicker by a moment
        application.refresh_from_db()
        return _over(request, application, raw)
    except Unchanged as error:
        return _correct_page(request, application, raw, extra, [], [], unchanged=error.paths)
    except AnswersWrong as error:
        extra |= applications.correction_more(application, extra, error.faults)
        return _correct_page(request, application, raw, extra, error.faults, [])
    except (OnlineFilingStopped, SignatureRefused) as error:  # what was typed stays on the page
        return _correct_page(request, application, raw, extra, [], [], unsigned=error.ja)


def _over(request: HttpRequest, application: Application, raw: dict[str, list[str]] | None) -> HttpResponse:
    """Nothing is asked any more. Who pressed twice comes to the status; who sent something else reads that it did not arrive."""
    names = [upload.name or "" for _, uploads in request.FILES.lists() for upload in uploads]
    if request.method == "POST" and not twice.pressed_again(application, raw or {}, names):
        raise NotOpenForThis(CLOSED)
    return see_other(f"/my/{application.id}/")


def _typed_here(views: Sequence[StepView], raw: dict[str, list[str]]) -> bool:
    return any(key == f.name or key.startswith(f"{f.name}.") for view in views for e in view.entries for f in e.fields for key in raw)


def _correct_page(
    request: HttpRequest, application: Application, raw: dict[str, list[str]] | None, extra: frozenset[str],
    faults: list[Any], refused: list[tuple[str, str]], said: tuple[str, str] = ("", ""), unsigned: str = "",
    unchanged: Sequence[str] = (), moved: bool = False,
) -> HttpResponse:
    application.refresh_from_db()
    d = applications.published_of(application).shown()
    known = procedures.derive(d, drafts.facts(application.answers, application.filed_on))
    pages, slots = applications.correction_step(application, extra, drawn=True)
    views = [page.view(d, known, application.answers, raw, faults) for page in pages]
    if moved and not _typed_here(views, raw or {}):  # nothing of the old page fits: the new question is drawn with what was filed
        views = [page.view(d, known, application.answers, None, faults) for page in pages]
    for field in (f for view in views for entry in view.entries for f in entry.fields if f.name == said[0]):
        field.said = said[1]
    refused = refused + [(f"file-{f.question}", f.ja) for f in faults if f.question in slots]
    correction = retold.correction(application.view.get("correction")) or {"items": []}
    context = {
        "a": application, "d": d, "views": views, "items": correction["items"], "due": correction.get("due"), "extra": sorted(extra),
        "slots": [slot_view(a, files=application.files.get(a.id, []), errors=[ja for anchor, ja in refused if anchor == f"file-{a.id}"])
                  for a in d.attachments if a.id in slots],
        "anchors": [x for v in views for x in v.faults] + refused, "section": procedures_section(d), "unsigned": unsigned,
        "signing": signing.words(d, owner_of(request)) if application.signature else "",
        "unchanged": [(item["label"], unsent.waits(application.files.get(item["path"], ())))
                      for item in correction["items"] if item["path"] in unchanged],
        "asked": (application.view.get("correction") or {}).get("id", ""), "moved": moved,
        "you": acting.you(owner_of(request), application, applications.published_of(application).definition),
        "sure": bool(unchanged) or (raw is not None and "_sure" in raw),
    }
    return render(request, "intake/correct.html", context, status=422 if faults or refused or unsigned or unchanged or moved else 200)
