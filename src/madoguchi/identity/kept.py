"""What somebody typed into a form whose sign-in was over when it was sent: kept sealed, for them alone, until they are back
(docs/adr/0031). Every form carries a mark (`mark_of`): for whom the page was drawn and where it stands, signed. So the one
to whom the words belong is known when no session says it any more, and nobody can leave words for somebody else.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cryptography.exceptions import InvalidTag
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from madoguchi.kernel import clock, keys

from .models import KeptInput, Staff
from .owners import owner_of
from .passes import code_of_page, opened_by, passes_of

MARK, TICKET, RESTORE = "_for", "_kept", "restore"
MINUTES = 60  # how long it waits for its owner
MARK_DAYS = 7  # a page may have been open this long
MOST = 200_000  # bytes of one form
EACH = 10  # forms kept for one person, the newest
# What proves who somebody is (and what a form carries for itself) is never kept, not even sealed; a test holds the templates to it.
NEVER = frozenset({"csrfmiddlewaretoken", MARK, TICKET, "_confirm", "_password", "_code", "_passkey"})
SECRET = ("/staff/account/password/", "/staff/account/totp/", "/staff/account/passkey/")


@dataclass(frozen=True, slots=True)
class Kept:
    """One form's content. ``files``: some were chosen with it, which a browser will not choose again by itself."""

    ticket: str
    path: str
    fields: dict[str, list[str]]
    files: bool
    who: str


@dataclass(frozen=True, slots=True)
class Mark:
    """For whom a page was drawn ("s:5", "r:…", "b:" and an account of a company, "p:…" for whoever has the access code of the
    application on it), and where it stands."""

    who: str
    page: str

    def way_in(self, said: dict[str, str]) -> str:
        """Where they prove again who they are."""
        entrance = "/staff/sign-in/" if self.who.startswith("s:") else "/status/" if self.who.startswith("p:") else "/sign-in/"
        return f"{entrance}?{urlencode(said)}"


@dataclass(frozen=True, slots=True)
class Left:
    """What became of a form that could not be taken: ``ticket`` is empty when it was too long to be kept."""

    mark: Mark
    ticket: str

    @property
    def back(self) -> str:
        """The page of the form, where it is given back."""
        return with_ticket(self.mark.page, self.ticket) if self.ticket else self.mark.page


def who_of(request: HttpRequest) -> str:
    """The person signed in on these pages (staff's or residents'), empty for guests and nobody. For a company it is the account:
    its people share what was saved, not what one of them was typing. A page of an application that has an access code is of
    whoever has that."""
    if request.path.startswith("/staff/"):
        return f"s:{request.user.pk}" if isinstance(request.user, Staff) else ""
    if code := code_of_page(request):
        return f"p:{opened_by(code)}"
    owner = owner_of(request)
    if owner is None or not owner.signed_in:
        return ""
    return f"b:{owner.account}" if owner.account else owner.key


def may_have(request: HttpRequest) -> frozenset[str]:
    """All for whom this browser may get what was kept: who is signed in, and who has given the access code of an application. Whether that
    code is still the one, the page of the application says (`has_the_code`)."""
    return frozenset({who_of(request) or "-", *(f"p:{opened_by(one)}" for one in passes_of(request))})


def has_the_code(request: HttpRequest, who: str) -> bool:
    """Has the page that was drawn been opened by the code that the application of this mark ("p:…") has now?"""
    return bool(code := code_of_page(request)) and who == f"p:{opened_by(code)}"


def mark_of(request: HttpRequest) -> str:
    """The mark of the forms of this page; empty for a page that is drawn for nobody. A page drawn in answer to a form
    stands where the form stood."""
    who = who_of(request)
    if not who:
        return ""
    before = mark_read(request) if request.method == "POST" else None
    page = before.page if before and before.who == who else without_ticket(request.get_full_path())
    return signing.dumps([who, page], salt="kept")


def mark_read(request: HttpRequest) -> Mark | None:
    """The mark of the form that was sent, if it has a good one."""
    try:
        who, page = signing.loads(request.POST.get(MARK, ""), salt="kept", max_age=MARK_DAYS * 86400)
        return Mark(f"p:{opened_by(who[2:])}" if who.startswith("p:") else who, page)  # a release before named the code too
    except signing.BadSignature:
        return None


def input_keep(request: HttpRequest) -> Left | None:
    """Keep the form that was sent. None when nobody knows whose it is, or there is nothing in it."""
    mark = mark_read(request)
    fields = {k: list(v) for k, v in request.POST.lists() if k not in NEVER and any(v)}
    if mark is None or request.path.startswith(SECRET) or not (fields or request.FILES):
        return None
    body = json.dumps([request.path, fields, bool(request.FILES)], ensure_ascii=False).encode()
    if len(body) > MOST:
        return Left(mark, "")
    row = KeptInput(who=mark.who, created_at=clock.now())
    row.sealed = keys.seal("kept", body, bound_to=str(row.id))
    with transaction.atomic():
        KeptInput.objects.filter(id=_id(request.POST.get(TICKET, "")), who=mark.who).delete()
        row.save(force_insert=True)
        before = KeptInput.objects.filter(who=mark.who).exclude(id=row.id).order_by("-created_at", "-id").values_list("id", flat=True)
        KeptInput.objects.filter(id__in=list(before[EACH - 1:])).delete()  # never the one just kept, whatever the clock says
    return Left(mark, str(row.id))


def input_given(request: HttpRequest, ticket: str) -> Kept | None:
    """What lies under a ticket, for the person themselves. Anybody else, a made-up ticket and one whose time is over: None."""
    row = KeptInput.objects.filter(id=_id(ticket), who__in=may_have(request), created_at__gte=_since()).first()
    if row is None:
        return None
    try:
        path, fields, files = json.loads(keys.unseal("kept", row.sealed, bound_to=str(row.id)))
    except (InvalidTag, keys.KeysMissing):
        return None
    return Kept(ticket, path, fields, files, row.who)


def input_forget(request: HttpRequest, ticket: str) -> None:
    """The form has been sent again: it is over."""
    KeptInput.objects.filter(id=_id(ticket), who__in=may_have(request)).delete()


def kept_over() -> QuerySet[KeptInput]:
    """What nobody came back for."""
    return KeptInput.objects.filter(created_at__lt=_since())


def kept_sweep() -> int:
    """Forget it. Returns how many."""
    return kept_over().delete()[0]


def given_back(request: HttpRequest) -> dict[str, list[str]] | None:
    """For a view that draws more fields when it knows what is in them: what the middleware is about to put back."""
    kept: Kept | None = getattr(request, "_given_back", None)
    return kept.fields if kept and kept.path == request.path else None


def with_ticket(page: str, ticket: str) -> str:
    """The address at which a form is given back."""
    at = urlsplit(without_ticket(page))
    return urlunsplit(at._replace(query="&".join(filter(None, (at.query, urlencode({RESTORE: ticket})))), fragment="given-back"))


def without_ticket(page: str) -> str:
    """The same address, plain."""
    at = urlsplit(page)
    if RESTORE not in at.query:
        return page
    return urlunsplit(at._replace(query=urlencode([(k, v) for k, v in parse_qsl(at.query, keep_blank_values=True) if k != RESTORE])))


def _since() -> dt.datetime:
    return clock.now() - dt.timedelta(minutes=MINUTES)


def _id(ticket: str) -> uuid.UUID:
    try:
        return uuid.UUID(ticket)
    except ValueError:
        return uuid.UUID(int=0)
