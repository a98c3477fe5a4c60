"""Who decides about a definition: asking, sending back, approving, giving up, going back. What was wrong is said where it was typed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict

from madoguchi.identity.public import Staff
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed

from . import amended, selectors, services
from .errors import FormWrong
from .staff_views import actor_of, copy_page, history_page, whole


@login_required
@posts()
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, send back, approve, give up, go back."""
    actor, got = actor_of(request), request.POST
    found = selectors.copy_get(actor=actor, slug=slug)
    what, why = got.get("what", ""), got.get("why", "")
    mine = found.asked_by == actor.actor
    try:
        done = _decided(actor, slug, got)
    except FormWrong as wrong:
        if what in ("restore", "pack"):  # their boxes stand beside the versions
            box = "pack-why" if what == "pack" else f"why-{whole(got.get('number', ''))}"
            return history_page(request, found, faults=[(box, words) for _, words in wrong.faults], typed=why)
        return copy_page(request, found, faults=wrong.faults, typed={"why": why, "on": got.get("on", "")}, status=422)
    if done in ("dropped", "packed"):
        return see_other(f"/staff/builder/?done={done}")
    return see_other(f"/staff/builder/{slug}/?done={'taken_back' if done == 'returned' and mine else done}")


def _decided(actor: Staff, slug: str, got: QueryDict) -> str:
    """What was done. Raises what the services raise."""
    what, revision, why = got.get("what", ""), got.get("revision", ""), got.get("why", "")
    if what == "ask":
        services.copy_ask(actor=actor, slug=slug, revision=revision)
        return "asked"
    if what == "return":
        services.copy_return(actor=actor, slug=slug, revision=revision, why=why)
        return "returned"
    if what == "approve":
        services.copy_approve(actor=actor, slug=slug, revision=revision, publish_on=day_typed(got.get("on", "")))
        return "approved"
    if what == "restore":
        services.release_restore(actor=actor, slug=slug, revision=revision, number=whole(got.get("number", "")), why=why)
        return "restored"
    if what == "drop":
        services.copy_drop(actor=actor, slug=slug, revision=revision)
        return "dropped"
    if what == "pack":
        services.pack_return(actor=actor, slug=slug, revision=revision, why=why)
        return "packed"
    if what == "pack_seen":
        amended.pack_seen(actor=actor, slug=slug, mark=got.get("mark", ""))
        return "pack_seen"
    return ""
