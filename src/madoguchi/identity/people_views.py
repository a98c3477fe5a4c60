"""For administrator and auditor: 権限の一覧, the staff, and 不在・代決."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.kernel import clock
from madoguchi.kernel.errors import Conflict
from madoguchi.kernel.written import TooLong
from madoguchi.offices.public import city
from madoguchi.web import searches
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed, page_typed

from . import directory, people
from .absences import absence_add, absence_end, absences_of, absences_open, stamp_sections
from .account_views import actor_of
from .acts import ACTS
from .errors import AbsenceWrong, ReasonNeeded
from .factors import KINDS, codes_left, factors_of
from .lockout import locked_names
from .models import HAND, SOURCES, Staff
from .reauth import fresh
from .rights import OF_THE_HALL, ROLES, WHOLE, Right
from .sessions import sessions_of


def _sections() -> dict[str, str]:
    return {key: s.name for key, s in city().sections.items()}


@login_required
@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Every person and role, every role and right."""
    names = _sections()
    rows = list(directory.rights_rows(actor=actor_of(request), sections=names))
    return render(request, "identity/rights.html", {
        "rows": rows, "people": sum(r.first for r in rows), "matrix": directory.rights_matrix(), "acts": ACTS, "roles": list(ROLES.values()),
        "now": clock.now(),
        "programs": [(p, names.get(p.section, p.section)) for p in directory.rights_programs(actor=actor_of(request))],
    })


@login_required
@require_safe
def rights_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV."""
    response = HttpResponse(directory.rights_csv(actor=actor_of(request), sections=_sections()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="rights-{clock.today():%Y%m%d}.csv"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def staff_people(request: HttpRequest) -> HttpResponse:
    """The staff, for the administrator. A search is posted, so that no name stands in an address (web.searches)."""
    actor = actor_of(request)
    if request.method == "POST" or searches.stands_open(request.GET):
        directory.people_page(actor=actor, query="", page=1)  # refuses who may not
        sent = request.POST if request.method == "POST" else request.GET
        return see_other("/staff/people/?" + urlencode(searches.carried(searches.found_in(sent, actor.pk), actor.pk)))
    page, query = request.GET.get("page", "1"), searches.found_in(request.GET, actor.pk).replace("\x00", "")
    found = directory.people_page(actor=actor, query=query, page=page_typed(page))
    return render(request, "identity/people.html", {"page": found, "query": query, "carried": urlencode(searches.carried(query, actor.pk)),
                                                    "kinds": KINDS})


def _person(request: HttpRequest, staff: Staff, *, error: str = "", form: str = "") -> HttpResponse:
    names, own, locked = _sections(), actor_of(request).id == staff.id, staff.username in locked_names()
    factors, sessions = [KINDS[f.kind] for f in factors_of(staff)], sessions_of(staff)
    forms = {"role": not own, "unlock": locked, "reset": bool(factors) and not own, "sessions": bool(sessions)}
    return render(request, "identity/person.html", {
        "staff": staff, "error": error, "form": form, "drawn": {name for name, there in forms.items() if there},
        "typed": request.POST if error else {}, "locked": locked, "factors": factors, "codes_left": codes_left(staff), "sessions": sessions,
        "kinds": KINDS, "roles": ROLES, "sections": names, "absences": absences_of(staff), "today": clock.today(),
        "memberships": [(m, "全庁" if m.section == WHOLE else names.get(m.section, m.section), ROLES.get(m.role, m.role))
                        for m in directory.memberships_of(staff)], "sources": SOURCES, "hand": HAND,
        "whole": WHOLE, "of_the_hall": [ROLES[role] for role in OF_THE_HALL],
        "own": own, "stamps": stamp_sections(staff), "done": request.GET.get("done", ""),
    }, status=422 if error else 200)


@login_required
@require_safe
def person(request: HttpRequest, staff_id: str) -> HttpResponse:
    """One of the staff."""
    return _person(request, directory.person_get(actor=actor_of(request), staff_id=int(staff_id)))


@login_required
@posts()
@fresh
def person_act(request: HttpRequest, staff_id: str, act: str) -> HttpResponse:
    """Unlock, reset the factors, end the sessions, give or end a role: each with its reason."""
    actor, sent = actor_of(request), request.POST
    staff = directory.person_get(actor=actor, staff_id=int(staff_id))
    why = sent.get("why", "")
    try:
        if act == "unlock":
            people.lock_lift(actor=actor, staff=staff, why=why)
        elif act == "reset":
            people.factors_reset(actor=actor, staff=staff, why=why)
        elif act == "sessions":
            people.sessions_close(actor=actor, staff=staff, why=why)
        elif act == "role":
            _give(request, staff)
        else:
            number = sent.get("membership", "")
            people.role_take(actor=actor, staff=staff, membership_id=int(number[:12]) if number.isdecimal() else 0, why=why)
    except (ReasonNeeded, TooLong, Conflict) as wrong:
        return _person(request, staff, error=wrong.ja, form=act)
    return see_other(f"/staff/people/{staff.id}/?done={act}")


def _give(request: HttpRequest, staff: Staff) -> None:
    people.role_of_another(actor=actor_of(request), staff=staff)  # before anything of it is read: their page has no such form to lead back to
    sent, role = request.POST, request.POST.get("role", "")
    starts, ends = day_typed(sent.get("starts", "")), day_typed(sent.get("ends", ""))
    if starts is None or (sent.get("ends", "").strip() and ends is None):
        raise Conflict("開始日と終了日を確認してください。")
    people.role_give(actor=actor_of(request), staff=staff, role=role, starts=starts,
                     section=sent.get("section", "") or (WHOLE if role in OF_THE_HALL else ""), ends=ends, why=sent.get("why", ""),
                     sections=set(_sections()))


# --- 不在・代決


def _whose(request: HttpRequest) -> Staff:
    """Oneself, or for the administrator the person named by ``staff``."""
    number = (request.POST if request.method == "POST" else request.GET).get("staff", "")
    actor = actor_of(request)
    if number.isdecimal() and len(number) < 12 and int(number) != actor.id:
        return directory.person_get(actor=actor, staff_id=int(number))
    return actor


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """Mark an absence, see those there are."""
    actor, staff, sent, error = actor_of(request), _whose(request), request.POST, ""
    names = _sections()
    choices = [(f"{section}:{d.username}", f"{names.get(section, section)}: {d.name}", section, d)
               for section in stamp_sections(staff) for d in directory.deputies_for(staff, section)]
    if request.method == "POST":
        chosen = next((c for c in choices if c[0] == sent.get("deputy")), None)
        try:
            absence_add(actor=actor, staff=staff, section=chosen[2] if chosen else (stamp_sections(staff) or [""])[0],
                        deputy=chosen[3] if chosen else None, starts=day_typed(sent.get("starts", "")), ends=day_typed(sent.get("ends", "")))
            return see_other("/staff/absence/" + (f"?staff={staff.id}" if staff.id != actor.id else ""))
        except AbsenceWrong as wrong:
            error = wrong.ja
    everything = actor.may(Right.MANAGE_STAFF)
    context: dict[str, Any] = {
        "staff": staff, "choices": choices, "error": error, "typed": sent, "other": staff.id != actor.id, "sections": names,
        "absences": absences_open() if everything and staff.id == actor.id else absences_of(staff), "everything": everything,
    }
    return render(request, "identity/absence.html", context, status=422 if error else 200)


@login_required
@posts("/staff/absence/")
def absence_over(request: HttpRequest, absence_id: str) -> HttpResponse:
    """Take an absence back."""
    absence_end(actor=actor_of(request), absence_id=int(absence_id))
    return see_other("/staff/absence/")
