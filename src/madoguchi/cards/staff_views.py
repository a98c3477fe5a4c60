"""カード交付 as the section sees it: the stock, the file of cards that arrived, letters, one card."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Staff
from madoguchi.web import searches
from madoguchi.web.languages import LANGUAGES
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed, page_typed

from . import selectors, services
from .city import card_city
from .letters import SUBJECT, batch_pdf
from .models import Card
from .rules import IN_STOCK, day_said
from .selectors import FILTERS, NOTICE, PAGE, REMINDER
from .sheet import COLUMNS
from .staff_errors import CardOver, NothingToSend, SheetWrong

ENDS = (("card", "カード"), ("certificate", "電子証明書"))
FILE_MOST = 5_000_000
STATES = {"arrived": ("通知書がまだ", "notice"), "notified": ("通知済み", "key"), "handed": ("渡した", "ok"), "returned": ("返した", "")}


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def file_sent(request: HttpRequest) -> bytes:
    """The bytes of the file that was sent. Raises SheetWrong."""
    sent: Any = request.FILES.get("file")
    if sent is None:
        raise SheetWrong(["CSVファイルを選んでから押してください"])
    if sent.size > FILE_MOST:
        raise SheetWrong([f"ファイルが大きすぎます。{FILE_MOST // 1_000_000}MBまでに分けてください"])
    return bytes(sent.read())


def words_of(card: Card) -> tuple[str, str]:
    """A state in words, with the colour of its chip."""
    return STATES[card.state]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stock(request: HttpRequest) -> HttpResponse:
    """The cards, by filter and search. A search is posted, so that no name stands in an address (web.searches)."""
    actor, sent = actor_of(request), request.POST if request.method == "POST" else request.GET
    which, query = sent.get("show", "stock"), searches.found_in(sent, actor.pk).replace("\x00", "")
    which = which if which in FILTERS else "stock"
    where = {"show": which} | searches.carried(query, actor.pk)
    if request.method == "POST" or searches.stands_open(request.GET):
        return see_other(f"{reverse('cards')}?{urlencode(where)}")
    page = page_typed(request.GET.get("page", "1"))
    rows, total = selectors.card_list(actor=actor, which=which, query=query, page=page)
    counts = selectors.counts(actor=actor)
    context = {"rows": [(s, *words_of(s.card)) for s in rows], "total": total, "which": which, "query": query,
               "filters": [(key, words, counts[key]) for key, words in FILTERS.items()],
               "before": urlencode(where | {"page": page - 1}) if page > 1 else "",
               "after": urlencode(where | {"page": page + 1}) if page * PAGE < total else "",
               "done": {key: request.GET[key] for key in ("added", "changed", "same") if request.GET.get(key, "").isdecimal()}}
    return render(request, "cards/staff_stock.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """The file of cards that have arrived."""
    actor, faults, status = actor_of(request), list[str](), 200
    selectors.insist(actor=actor)
    if request.method == "POST":
        try:
            done = services.cards_import(actor=actor, data=file_sent(request))
            counted = urlencode({"added": done.added, "changed": done.changed, "same": done.same})
            return see_other(f"{reverse('cards')}?{counted}")
        except SheetWrong as wrong:
            faults, status = wrong.faults, wrong.status
        except CardOver as over:
            faults, status = [over.ja], over.status
    return render(request, "cards/staff_import.html", {"faults": [("file", f) for f in faults], "columns": COLUMNS}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """Batches of letters, and those that are due."""
    actor, refused, status = actor_of(request), "", 200
    selectors.insist(actor=actor)
    if request.method == "POST":
        kind = REMINDER if request.POST.get("kind") == REMINDER else NOTICE
        try:
            services.letters_make(actor=actor, kind=kind)
            return see_other(reverse("card_letters"))
        except NothingToSend as nothing:
            refused, status = nothing.ja, nothing.status
    due = [(kind, SUBJECT[kind], len(selectors.due_for(kind))) for kind in (NOTICE, REMINDER)]
    context = {"due": due, "refused": refused, "batches": [(b, SUBJECT[b.kind]) for b in selectors.batch_list(actor=actor)],
               "most": selectors.LETTERS_MOST, "city_cards": card_city()}
    return render(request, "cards/staff_letters.html", context, status=status)


@login_required
@require_safe
def sheets(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The letters of a batch, to be printed."""
    batch = selectors.batch_get(actor=actor_of(request), batch_id=batch_id)
    return HttpResponse(batch_pdf(batch), content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="cards-{batch.kind}-{batch.made_on}-{batch.id}.pdf"', "Cache-Control": "no-store"})


@login_required
@require_safe
def one(request: HttpRequest, card_id: str) -> HttpResponse:
    """One card."""
    return card_page_of(request, card_id, "")


def card_page_of(request: HttpRequest, card_id: str, refused: str, status: int = 200, typed: dict[str, str] | None = None,
                 faults: list[tuple[str, str]] | None = None) -> HttpResponse:
    """The page of a card, with what was refused and what was typed."""
    card = selectors.card_get(actor=actor_of(request), card_id=card_id)
    found = selectors.shown([card])[0]
    words, chip = words_of(card)
    language = LANGUAGES.get(found.holder.language)
    context = {"s": found, "c": card, "born": day_said(found.holder.born), "reads": language.name if language else found.holder.language,
               "pickup": card_city().service("受取り"), "words": words, "chip": chip, "here": card.state in IN_STOCK, "whys": services.WHYS,
               "refused": refused, "typed": typed or {}, "faults": faults or [], "wrong": dict(faults or []),
               "ends": [(ja, day) for key, ja in ENDS if (day := day_typed(request.GET.get(key, "")))],
               "letters": [(letter.batch, SUBJECT[letter.batch.kind]) for letter in card.letters.select_related("batch").order_by("id")]}
    return render(request, "cards/staff_card.html", context, status=status)


@login_required
@posts("/staff/cards/c/{card_id}/")
def hand(request: HttpRequest, card_id: str) -> HttpResponse:
    """The card is handed over."""
    try:
        services.card_hand(actor=actor_of(request), card_id=card_id)
    except CardOver as over:
        return card_page_of(request, card_id, over.ja, over.status)
    return see_other(reverse("card_one", kwargs={"card_id": card_id}))


@login_required
@posts("/staff/cards/c/{card_id}/")
def send_back(request: HttpRequest, card_id: str) -> HttpResponse:
    """The card goes back."""
    try:
        services.card_return(actor=actor_of(request), card_id=card_id, why=request.POST.get("why", ""))
    except CardOver as over:
        return card_page_of(request, card_id, over.ja, over.status)
    return see_other(reverse("card_one", kwargs={"card_id": card_id}))
