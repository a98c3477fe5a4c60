"""Where news of an application are mailed to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.identity.public import owner_of
from madoguchi.web import limits
from madoguchi.web.posted import see_other

from . import applications
from .address import address_put, masked, may_change
from .errors import AddressWrong
from .form_parts import procedures_section
from .views_my import actor_of, mine, sign_in_first


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, application_id: str) -> HttpResponse:
    """The address as it is, and another one."""
    application, owner = mine(request, application_id), owner_of(request)
    if not may_change(application, owner):
        return see_other(f"/my/{application.id}/")
    faults, mail = list[tuple[str, str]](), request.POST.get("mail", "")
    if request.method == "POST":
        limits.check("code", request)
        limits.check("mail", request, f"address:{application.id}")
        try:
            address_put(application=application, owner=owner, mail=mail, code=request.POST.get("code", ""), actor=actor_of(request))
            limits.spend("mail", request, f"address:{application.id}")
            return see_other(f"/my/{application.id}/mail/?done=1")
        except AddressWrong as wrong:
            faults = wrong.faults
            if "code" in dict(faults):
                limits.spend("code", request)
    d = applications.published_of(application).shown()
    context = {"a": application, "d": d, "section": procedures_section(d), "now": masked(application), "faults": faults, "wrong": dict(faults),
               "mail": mail, "done": bool(request.GET.get("done")) and request.method != "POST"}
    return render(request, "intake/address.html", context, status=422 if faults else 200)
