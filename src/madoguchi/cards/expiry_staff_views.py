"""期限 as the section sees it: who is to be told, the file that brings them, letters, the CSV."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.web.posted import posts, see_other

from . import expiries
from .city import card_city
from .rate_staff_views import csv_of
from .staff_errors import CardOver, ConsentWrong, NothingToSend, SheetWrong
from .staff_views import actor_of, card_page_of, file_sent

WHICH = {"due": "知らせる時期の方", "all": "これから期限が来る方"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list, and the file."""
    actor, faults = actor_of(request), list[str]()
    which = "all" if request.GET.get("show") == "all" else "due"
    rows = expiries.expiry_list(actor=actor, which=which)
    if request.method == "POST":
        try:
            return see_other(f"{reverse('card_expiries')}?show=all&added={expiries.expiries_import(actor=actor, data=file_sent(request))}")
        except SheetWrong as wrong:
            faults = wrong.faults
    added = request.GET.get("added", "")
    context = {"rows": rows, "which": which, "choices": WHICH, "columns": expiries.COLUMNS, "months": card_city().notice, "shown": expiries.SHOWN,
               "faults": [("file", f) for f in faults], "added": added if added.isdecimal() and len(added) < 6 else "",
               "nothing": request.GET.get("nothing") == "1", "letters": sum(not r.row.by_mail for r in rows) if which == "due" else 0}
    return render(request, "cards/staff_expiries.html", context, status=422 if faults else 200)


@login_required
@posts("/staff/cards/expiries/")
def letters(request: HttpRequest) -> HttpResponse:
    """Letters for those without a mail address: printed from the page of the letters."""
    try:
        expiries.expiry_letters(actor=actor_of(request))
    except NothingToSend:
        return see_other(f"{reverse('card_expiries')}?nothing=1")
    return see_other(reverse("card_letters"))


@login_required
@posts("/staff/cards/expiries/")
def drop(request: HttpRequest, expiry_id: str) -> HttpResponse:
    """Whoever does not want to be told."""
    expiries.expiry_drop(actor=actor_of(request), expiry_id=expiry_id)
    return see_other(f"{reverse('card_expiries')}?show=all")


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """All of them."""
    return csv_of(expiries.expiry_rows(actor=actor_of(request)), "card_expiries.csv")


@login_required
@posts("/staff/cards/c/{card_id}/")
def consent(request: HttpRequest, card_id: str) -> HttpResponse:
    """Whoever has just got the card wants to be told."""
    typed = {key: request.POST.get(key, "") for key in ("issued", "mail")}
    try:
        card, certificate = expiries.expiries_consent(actor=actor_of(request), card_id=card_id, **typed)
    except CardOver as over:
        return card_page_of(request, card_id, over.ja, 422, typed)
    except ConsentWrong as wrong:
        return card_page_of(request, card_id, "", 422, typed, [(wrong.field, wrong.ja)])
    return see_other(f"{reverse('card_one', kwargs={'card_id': card_id})}?card={card}&certificate={certificate}")
