"""Mandates to organisations: a resident gives one, somebody of the organisation accepts it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from madoguchi.identity.public import Owner, owner_of
from madoguchi.procedures.rules.fields.base import Fault
from madoguchi.web.posted import posts, see_other

from . import organisations, services
from .errors import MandateWrong
from .models import Organisation
from .organisation_rules import KINDS
from .rules import ACTS, FILE, SEE
from .views import ends_shown, ends_typed, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_mandate_new(request: HttpRequest, owner: Owner) -> HttpResponse:
    """First the organisation, then what it may do and until when. Without JavaScript it is two pages. Where the organisation lapsed meanwhile,
    another is chosen with what was typed for it at hand."""
    sent = request.POST
    chosen = request.POST.get("organisation") or request.GET.get("organisation", "")
    if request.method != "POST" or ("choose" in sent and _found(chosen)):
        return _page(request, chosen, [])
    ends_on, wrong_day = ends_typed({k: list(v) for k, v in sent.lists()})
    try:
        row = organisations.organisation_mandate_offer(
            owner=owner, organisation_id=chosen, scope=sent.getlist("scope"), acts=sent.getlist("acts"), ends_on=ends_on)
    except MandateWrong as error:
        return _page(request, chosen, error.faults, wrong_day)
    return see_other(reverse("mandate", kwargs={"mandate_id": str(row.id)}))


def _found(chosen: str) -> Organisation | None:
    return next((row for row in organisations.organisations_open() if str(row.id) == chosen), None)


def _page(request: HttpRequest, chosen: str, faults: list[tuple[str, str]], wrong_day: list[Fault] | None = None) -> HttpResponse:
    every, found = organisations.organisations_open(), _found(chosen)
    sent = request.POST
    if found is None:  # its fields are not on the page: first an organisation is chosen
        faults, wrong_day = [f for f in faults if f[0] == "organisation"], None
    ends, faults = ends_shown({k: list(v) for k, v in sent.lists()}, faults, wrong_day or [])
    context = {
        "every": [(str(row.id), row.name, KINDS[row.kind].ja) for row in every], "organisation": found, "kind": KINDS[found.kind].ja if found else "",
        "scope": organisations.offerable(organisation=found).items() if found else [], "chosen": sent.getlist("scope"),
        "acts": [(k, n) for k, n in ACTS.items() if k != FILE], "may": sent.getlist("acts") if request.method == "POST" else [SEE],
        "ends": ends, "faults": faults, "wrong": dict(faults), "again": found is None and request.method == "POST",
    }
    return render(request, "agency/organisation_mandate.html", context, status=422 if faults else 200)


@posts("/office/")
def office_answer(request: HttpRequest, mandate_id: str) -> HttpResponse:
    """Accept or decline what a resident offered."""
    accept = request.POST.get("answer") == "accept"
    organisations.organisation_mandate_answer(owner=owner_of(request), mandate_id=mandate_id, accept=accept)
    return see_other("/office/")


@posts("/office/")
def office_end(request: HttpRequest, mandate_id: str) -> HttpResponse:
    """Give a mandate back."""
    services.mandate_end(owner=owner_of(request), mandate_id=mandate_id)
    return see_other("/office/")
