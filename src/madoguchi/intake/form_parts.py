"""What the pages of the form share: addresses, the step indicator, and the way to a sign-in that ran out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from madoguchi.agency.public import MandateOver, OrganisationOver
from madoguchi.identity.public import owner_of
from madoguchi.kernel.said import say
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition
from madoguchi.web.posted import see_other

from . import drafts
from .errors import DraftNotFound
from .filing import code_digest
from .models import Application, Draft
from .rules import decides_pages

DOCUMENTS, CHECK = "documents", "check"
CODE_COOKIE, CODE_SECONDS = "mado_code", 600  # the access code is stored nowhere: this device shows it for some minutes
View = Callable[..., HttpResponseBase]


def raw_post(request: HttpRequest) -> dict[str, list[str]]:
    """The posted fields as plain lists."""
    return {key: list(values) for key, values in request.POST.lists()}


def code_keep(response: HttpResponse, application: Application, code: str) -> None:
    """Let this device show the access code for some minutes."""
    response.set_signed_cookie(CODE_COOKIE, code, salt=str(application.id), max_age=CODE_SECONDS, httponly=True,
                               secure=settings.SECURE_COOKIES, samesite="Lax")


def code_kept(request: HttpRequest, application: Application) -> str:
    """The access code, while this device may show it and no other has taken its place."""
    code = str(request.get_signed_cookie(CODE_COOKIE, "", salt=str(application.id), max_age=CODE_SECONDS))
    return code if code and code_digest(application.receipt, code) == application.code_digest else ""


def draft_url(draft: Draft, step: str) -> str:
    """The address of a page of a draft."""
    return f"/a/{draft.id}/{step}/"


def procedures_section(d: Definition) -> Any:
    """The section that answers the telephone."""
    return city().sections[d.section]


def to_sign_in(back: str, why: str = "needed") -> HttpResponseRedirect:
    """To the sign-in page, which says why, and then back."""
    return see_other(f"{reverse('sign_in')}?why={why}&next={quote(back)}")


def sign_in_first(posted: str = "needed") -> Callable[[View], View]:
    """A draft that this browser cannot open is most often one's own, after two hours without a sign-in: who is not signed
    in is asked to. It looks the same whether the draft exists or not. ``posted`` is why, when something was being sent."""
    def decorate(view: View) -> View:
        @functools.wraps(view)
        def inner(request: HttpRequest, draft_id: str, **parts: str) -> HttpResponseBase:
            try:
                return view(request, draft_id=draft_id, **parts)
            except (MandateOver, OrganisationOver):  # it ended while the draft was written: choose again for whom it is
                return see_other(f"/a/{draft_id}/acting/?over=1")
            except DraftNotFound:
                owner = owner_of(request)
                if owner is not None and owner.signed_in:
                    raise
                return to_sign_in(request.path, posted if request.method == "POST" else "needed")

        return inner

    return decorate


def trail(draft: Draft, d: Definition, known: dict[str, Any], here: str) -> dict[str, Any]:
    """The step indicator: pages asked, where we are, which were saved."""
    steps = [(s.id, s.title) for s in procedures.steps_asked(d, known)]
    if any(True for _ in drafts.procedures_attachments(d, known)):
        steps.append((DOCUMENTS, say("添付書類")))
    steps.append((CHECK, say("確認して送信")))
    at = next((i for i, (key, _) in enumerate(steps) if key == here), 0)
    done, place = set(draft.done), f"/a/{draft.id}/"
    page = d.step(here)
    return {
        "trail_sure": page is None or here in done or not decides_pages(d, page),
        "trail": [
            {"key": key, "title": title, "url": f"{place}{key}/", "number": i + 1,
             "state": "now" if i == at else "done" if key in done else ""}
            for i, (key, title) in enumerate(steps)
        ],
        "trail_at": at + 1, "trail_total": len(steps),
        "trail_next": steps[at + 1][1] if at + 1 < len(steps) else "",
        "before": draft_url(draft, steps[at - 1][0]) if at else f"/p/{draft.slug}/",
        "after": steps[at + 1][0] if at + 1 < len(steps) else CHECK,
    }
