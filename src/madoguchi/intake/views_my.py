"""My page: drafts, applications, status, withdrawal, downloads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.agency.public import guardian_news
from madoguchi.collection.public import collects
from madoguchi.files.public import file_response
from madoguchi.identity.public import owner_of, page_has_code, pass_give, passes_of
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.web import limits
from madoguchi.web.posted import posts, see_other
from madoguchi.web.views import safe_next

from . import acting, applications, drafts, listing, opinions, paying, retold, second, talk, unsent
from .address import may_change
from .codes import pass_of
from .errors import ActingOver, CodeWrong, OpinionWrong, TalkWrong
from .form_parts import code_kept, procedures_section, to_sign_in
from .models import Application
from .receipts import receipt_file
from .rules import ACTS, GRADES, MOST_OPINION, RESULT_WORDS, STATUS_WORDS, may_withdraw
from .signed_paper import paper_of, wants_paper
from .todo import todo_of
from .together import next_in_bundle
from .views_copy import copy_page, later_views
from .views_documents import NO_FILE, files_taken

View = Callable[..., HttpResponseBase]


def sign_in_first(view: View) -> View:
    """Somebody who is nobody to us (the link in a mail, opened on another device) is asked to sign in or to give the receipt
    number, whether the application exists or not. An agent whose mandate is over reads that."""
    @functools.wraps(view)
    def inner(request: HttpRequest, application_id: str, **parts: str) -> HttpResponseBase:
        try:
            return view(request, application_id=application_id, **parts)
        except NotFound:
            if filed_for_another(request, application_id, on_basis=True):
                raise ActingOver(sent=request.method == "POST") from None
            if owner_of(request) is not None or passes_of(request):
                raise
            return to_sign_in(request.path if request.method != "POST" else f"/my/{application_id}/")

    return inner


def filed_for_another(request: HttpRequest, application_id: str, *, on_basis: bool = False) -> bool:
    """Did who asks file it as an agent? Then there is a copy for them. ``on_basis``: on a 委任 or as a representative by law? Then they have
    seen it whole as long as that lasted."""
    try:
        row = applications.copy_get(owner=owner_of(request), application_id=application_id)
    except NotFound:
        return False
    return not on_basis or bool(row.acting.get("mandate"))


def mine(request: HttpRequest, application_id: str) -> Application:
    """The application, when it is one of who asks."""
    return _drawn(request, applications.application_get(owner=owner_of(request), application_id=application_id, passes=passes_of(request)))


def mine_to_answer(request: HttpRequest, application_id: str) -> tuple[Application, bool]:
    """One whose corrections and later documents who asks may send; False: they see nothing else of it."""
    row, whole = applications.answerable_get(owner=owner_of(request), application_id=application_id, passes=passes_of(request))
    return _drawn(request, row), whole


def mine_to_pay(request: HttpRequest, application_id: str) -> Application:
    """One whose fee who asks may pay."""
    return _drawn(request, applications.payable_get(owner=owner_of(request), application_id=application_id, passes=passes_of(request)))


def _drawn(request: HttpRequest, row: Application) -> Application:
    """The application whose page is drawn: one that has an access code is of whoever has that, also when these two hours are over."""
    if row.code_digest:
        page_has_code(request, pass_of(row))
    return row


def actor_of(request: HttpRequest) -> str:
    """How who asks appears in the audit chain."""
    owner = owner_of(request)
    return owner.actor if owner else "resident:code"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Drafts and applications of this person."""
    owner = owner_of(request)
    if owner is None:
        return to_sign_in("/my/")
    if owner.business_id:
        return see_other("/office/")
    found = listing.filed_page(owner=owner, page=request.GET.get("page", "1"))
    mine = found.whole
    news = talk.waiting([a.id for a in mine])
    rows = [
        {"a": a, "d": applications.published_of(a).shown(), "words": STATUS_WORDS[a.status],
         "guest": owner.key not in (a.owner, a.principal), "news": str(a.id) in news} | acting.sides(owner, a)
        for a in mine
    ]
    copies = [{"a": a, "d": applications.published_of(a).shown(), "words": STATUS_WORDS[a.status] if a.status == "unpaid" else ""}
              for a in found.copies]
    open_drafts = []
    for draft in drafts.draft_list(owner=owner):
        d = drafts.published_of(draft).shown()
        step = next((s.id for s in d.steps if s.id not in draft.done), "check")
        open_drafts.append({"draft": draft, "d": d, "url": f"/a/{draft.id}/{step}/", "guest": draft.owner != owner.key})
    here_only = not owner.signed_in or any(row["guest"] for row in [*rows, *open_drafts])
    return render(request, "intake/my.html", {"rows": rows, "page": found, "drafts": open_drafts, "copies": copies, "owner": owner,
                                              "here_only": here_only, "agent_news": guardian_news(owner=owner), "taxes": collects()})


@sign_in_first
@require_safe
def filed(request: HttpRequest, application_id: str) -> HttpResponse:
    """The confirmation page. An agent who may not see the rest gets the copy."""
    try:
        return _filed_page(request, application_id, None)
    except NotFound:
        if not filed_for_another(request, application_id):
            raise
        return see_other(f"/my/{application_id}/copy/?sent=1")


def _filed_page(request: HttpRequest, application_id: str, wrong: OpinionWrong | None) -> HttpResponse:
    application = mine(request, application_id)
    code = code_kept(request, application)
    d = applications.published_of(application).shown()
    more = next_in_bundle(owner=owner_of(request), bundle=application.view.get("bundle", ""))
    context = {"more": more, "more_name": procedures.current(more.slug).shown().name if more else "",
               "a": application, "d": d, "code": code, "act": ACTS.get(d.kind, say("申請")), "section": procedures_section(d),
               "has_mail": bool(application.sealed_mail), "paper": wants_paper(application), "fee": paying.fee_of(application), "grades": GRADES,
               "most": MOST_OPINION, "wrong": wrong,
               "faults": [(wrong.at, wrong.ja)] if wrong else [], "typed": request.POST if wrong else {}}
    return render(request, "intake/filed.html", context, status=422 if wrong else 200)


@sign_in_first
@posts("/my/{application_id}/filed/")
def opinion(request: HttpRequest, application_id: str) -> HttpResponse:
    """Take what somebody thinks of how it went."""
    try:
        opinions.opinion_give(application=mine(request, application_id), grade=request.POST.get("grade", ""), text=request.POST.get("text", ""))
    except OpinionWrong as wrong:
        return _filed_page(request, application_id, wrong)
    return see_other(f"/my/{application_id}/filed/#opinion")


@sign_in_first
@require_safe
def status(request: HttpRequest, application_id: str) -> HttpResponse:
    """Where an application stands, what remains, what was issued. An agent whose mandate is over gets the copy."""
    try:
        return status_page(request, application_id, [])
    except NotFound:
        if not filed_for_another(request, application_id):
            raise
        return see_other(f"/my/{application_id}/copy/")


def status_page(request: HttpRequest, application_id: str, refused: list[tuple[str, str]], talk_error: str = "") -> HttpResponse:
    """The page, with what was refused at which field."""
    application = mine(request, application_id)
    lines = talk.talk_of(application)
    d = applications.published_of(application).shown()
    import datetime as dt

    timeline = [{"at": dt.datetime.fromisoformat(e["at"]), "ja": retold.sentence(e)} for e in application.view["timeline"]]
    asked = drafts.procedures_attachments(d, procedures.derive(d, drafts.facts(application.answers, application.filed_on)))
    wanted, files = acting.asked(d, asked, acting.kind_filed(application)), unsent.without(application.files)
    verdict = procedures.Verdict(application.answers, attachments=tuple(a for a in asked if a in wanted or files.get(a.id)))
    decision = application.view.get("decision")
    context: dict[str, Any] = {
        "a": application, "d": d, "words": STATUS_WORDS[application.status], "timeline": reversed(timeline),
        "documents": [retold.document(doc) for doc in application.view.get("documents", [])],
        "decision": {**decision, "ja": retold.sentence(decision), "name": retold.outcome(decision)} if decision else None,
        "result_words": RESULT_WORDS, "nothing": bool(decision) and decision["outcome"] in procedures.GRANT_NOTHING,
        "correction": retold.correction(application.view.get("correction")),
        "can_withdraw": _may_withdraw(request, application),
        "withdrawal": application.view.get("withdrawal"), "summary": drafts.summary(d, verdict, files, day=application.filed_on, sent=True),
        "section": procedures_section(d), "fee": paying.fee_of(application), "paper": wants_paper(application),
        "todo": todo_of(application, d), "second": second.offered(application) and second.is_own(owner_of(request), application),
        "second_persons": second.offered(application) and bool(application.acting) and not second.is_own(owner_of(request), application),
        "second_at": second.asked_at(application), "second_to_hear": second.is_to_hear(application),
        "second_most": second.MOST, "second_no": second.answered_no(application),
    }
    context |= {"by_code": pass_of(application) in passes_of(request)} | acting.sides(owner_of(request), application)
    context["mail_open"] = may_change(application, owner_of(request))
    context["you"] = acting.you(owner_of(request), application, applications.published_of(application).definition)
    by_agent = bool(acting.by_agent(application, actor_of(request)))
    context |= {"talk": [(line, talk.writer(line, by_agent)) for line in lines], "may_answer": talk.may_answer(application, lines),
                "talk_most": talk.MOST, "talk_error": talk_error, "wrong": dict(refused), "second_typed": request.POST.get("reason", ""),
                "talk_typed": request.POST.get("text", "") if talk_error else ""}
    context |= {"faults": [*refused, *([("talk-text", talk_error)] if talk_error else [])], "later": later_views(application, d, refused)}
    return render(request, "intake/status.html", context, status=422 if refused or talk_error else 200)


def _may_withdraw(request: HttpRequest, application: Application) -> bool:
    """A re-examination that the person asked for is not their agent's to end."""
    agents = bool(application.view.get("decision")) and bool(acting.by_agent(application, actor_of(request)))
    return may_withdraw(application.status, application.view) and not agents


@sign_in_first
@posts("/my/{application_id}/")
def talk_back(request: HttpRequest, application_id: str) -> HttpResponse:
    """Answer the section."""
    application = mine(request, application_id)
    try:
        talk.talk_answer(application=application, text=request.POST.get("text", ""), actor=actor_of(request))
    except TalkWrong as wrong:
        return status_page(request, application_id, [], wrong.ja)
    return see_other(f"/my/{application.id}/#talk")


@sign_in_first
@require_safe
def document(request: HttpRequest, application_id: str, document_id: str) -> HttpResponseBase:
    """Download what was issued."""
    application = mine(request, application_id)
    file, name = applications.document_file(application=application, document_id=document_id)
    return file_response(file, name=f"{name}.pdf")


@sign_in_first
@require_safe
def receipt(request: HttpRequest, application_id: str) -> HttpResponseBase:
    """The receipt (受付票) as PDF."""
    application = mine(request, application_id)
    return file_response(receipt_file(application), name=f"受付票_{application.receipt}.pdf")


@sign_in_first
@require_safe
def paper(request: HttpRequest, application_id: str) -> HttpResponse:
    """The paper that a law asks for, with what was filed."""
    application = mine(request, application_id)
    return HttpResponse(paper_of(application), content_type="application/pdf",
                        headers={"Content-Disposition": f'attachment; filename="{application.receipt}.pdf"'})


@sign_in_first
@require_safe
def attachment(request: HttpRequest, application_id: str, file_id: str) -> HttpResponseBase:
    """A file one sent."""
    application, _ = mine_to_answer(request, application_id)
    return file_response(applications.attachment_file(application=application, file_id=file_id), inline=True)


@sign_in_first
@posts("/my/{application_id}/")
def add_documents(request: HttpRequest, application_id: str) -> HttpResponse:
    """Send documents that may follow."""
    application, whole = mine_to_answer(request, application_id)
    take = functools.partial(applications.document_add, application=application, actor=actor_of(request))
    refused = [(f"file-{slot}", ja) for slot, ja in files_taken(request, application.owner, take)]
    if not request.FILES:
        refused = [(f"file-{a.id}", NO_FILE) for a in applications.later_slots(application)[:1]]
    if refused:
        return status_page(request, application_id, refused) if whole else copy_page(request, application, refused)
    return see_other(f"/my/{application.id}/{'' if whole else 'copy/?sent=documents' if request.FILES else 'copy/'}")


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, application_id: str) -> HttpResponse:
    """Ask to withdraw; before it, what becomes of the application and its fee."""
    application = mine(request, application_id)
    if request.method == "POST":
        applications.withdrawal_ask(application=application, actor=actor_of(request))
    if request.method == "POST" or not _may_withdraw(request, application):
        return see_other(f"/my/{application.id}/")
    d = applications.published_of(application).shown()
    context = {"a": application, "d": d, "fee": paying.fee_at_withdrawal(application), "section": procedures_section(d),
               "decision": application.view.get("decision"),
               "giver": application.acting.get("giver", "") if application.owner == getattr(owner_of(request), "key", "") else ""}
    return render(request, "intake/withdraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Status by receipt number and access code; then back to the page of it that was left when its time was over."""
    receipt = request.POST.get("receipt", "")
    asked = {key: request.POST.get(key, request.GET.get(key, "")) for key in ("next", "why", "kept")}
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        limits.check("code", request)
        code = request.POST.get("code", "")
        faults = [(name, say("{label}を入力してください", label=words)) for name, words, typed in (("receipt", say("受付番号"), receipt), ("code",
            say("確認番号"), code))
                  if not typed.strip()]
        if not faults:
            try:
                found = applications.application_by_code(receipt=receipt, code=code)
                its = f"/my/{found.id}/"
                back = safe_next(request, asked["next"], its)
                return passed(request, found, see_other(back if back.startswith(its) else its))
            except CodeWrong as wrong:
                limits.spend("code", request)
                faults = [("receipt", wrong.ja)]
    context = {"faults": faults, "wrong": dict(faults), "receipt": receipt[:40], "asked": asked}
    return render(request, "intake/look_up.html", context, status=422 if faults else 200)


def passed(request: HttpRequest, found: Application, response: HttpResponse) -> HttpResponse:
    """The response, with which this browser may see the application for two hours."""
    pass_give(request, response, pass_of(found))
    return response
