"""Applications made on the tablet at the counter, with somebody of the city beside: who helped is recorded as the channel, and
the helper sees how far it is, never what is in it (docs/adr/0028)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from . import drafts
from .models import Application, Draft
from .rules import decides_pages

ONLINE, COUNTER = "online", "counter"
IDENTITY, SIGNATURE = "identity", "signature"  # in ``supporter``: how a clerk saw who it is, and what the person signed with their hand


@dataclass(frozen=True, slots=True)
class Support:
    """Whom a tablet serves: the help, and who helps."""

    help: str
    staff: str
    name: str


@dataclass(frozen=True, slots=True)
class HelpedDraft:
    """How far a draft of a help is; ``total`` is 0 while nobody can know. ``guest``: nobody signed in for it, so only a link leads back to it."""

    step: int
    total: int
    receipt: str
    guest: bool


def support_of(request: HttpRequest) -> Support | None:
    """The help of the tablet that asks (the room above has marked the request), None elsewhere."""
    found = getattr(request, "support", None)
    return found if isinstance(found, Support) else None


def channel_fields(support: Support | None) -> dict[str, Any]:
    """What a new draft keeps of how it came."""
    if support is None:
        return {"channel": ONLINE}
    return {"channel": COUNTER, "help": uuid.UUID(support.help), "supporter": {"staff": support.staff, "name": support.name}}


def record(draft: Draft) -> dict[str, str]:
    """What the filing keeps of the help; empty for what came without."""
    return {"help": str(draft.help), **draft.supporter} if draft.help else {}


def facts_of(draft: Draft) -> dict[str, str]:
    """For the chain: by which help, and which supporter."""
    if not draft.help:
        return {}
    signed = draft.supporter.get(SIGNATURE, {})
    seen = {IDENTITY: ",".join(draft.supporter[IDENTITY])} if IDENTITY in draft.supporter else {}
    return {"help": str(draft.help), "supporter": draft.supporter["staff"]} | seen | ({SIGNATURE: signed.get("sha256", "typed")} if signed else {})


def in_person(draft: Draft) -> bool:
    """Did a clerk see who it is, and did that person sign what is filed with their hand?"""
    return draft.channel == COUNTER and bool(draft.supporter.get(IDENTITY) and draft.supporter.get(SIGNATURE))


def _place(draft: Draft) -> HelpedDraft:
    guest = draft.owner.startswith("g:")
    if draft.state == "filed":
        return HelpedDraft(0, 0, Application.objects.values_list("receipt", flat=True).get(draft=draft), guest)
    d = drafts.published_of(draft).definition
    known, asked = drafts.steps_of(draft, d)
    pages = [s.id for s in asked] + (["documents"] if drafts.procedures_attachments(d, known) else []) + ["check"]
    here = next((i for i, page in enumerate(pages) if page not in draft.done and page != "documents"), len(pages) - 1)
    page = d.step(pages[here])
    unsure = page is not None and decides_pages(d, page)  # its answers decide how many follow
    return HelpedDraft(here + 1, 0 if unsure else len(pages), "", guest)


def drafts_of_help(help_id: str) -> list[HelpedDraft]:
    """What was begun in a help, the newest first: for its supporter and for its tablet, both of whom the room above has asked."""
    return [_place(draft) for draft in Draft.objects.filter(help=help_id).order_by("-updated_at")[:10]]


@transaction.atomic
def help_resume_mail(*, help_id: str, mail: str) -> None:
    """The link to continue what was begun on this tablet and nobody signed in for: promised before the tablet forgets."""
    for draft in Draft.objects.filter(help=help_id, state="open", owner__startswith="g:")[:10]:
        drafts.resume_mail(draft=draft, mail=mail)


