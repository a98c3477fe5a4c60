"""The form: start, steps, documents, check, submit. A view parses, calls one service or selector, renders."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Owner, given_back, guest_keep, guest_make, owner_of
from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Fault, Step
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.validate import entry_count
from madoguchi.web import languages, limits
from madoguchi.web.posted import posts, see_other

from . import acting, asking, companies, drafts, earlier, filing, numbers, paying, signing, support
from .errors import AlreadyFiled, AnswersWrong, NotOpenForThis, SignInNeeded, StepChanged
from .form_parts import CHECK, code_keep, draft_url, procedures_section, raw_post, sign_in_first, to_sign_in, trail
from .models import Draft
from .rules import step_mark
from .together import offered


@posts("/p/{slug}/")
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin; asks to sign in where the card is needed, makes a guest where it is not."""
    owner, came = owner_of(request), support.channel_fields(support.support_of(request))
    published = procedures.offered(slug)
    signing.refuse_if_unsignable(published.definition, owner)
    companies.insist(owner, slug)
    if owner is None and published.definition.level == "なし":
        response = see_other("/")
        owner = guest_make(response)
        draft = drafts.draft_start(owner=owner, slug=slug, **came)
        response["Location"] = draft_url(draft, published.definition.steps[0].id)
        return response
    try:
        if owner is None:
            raise SignInNeeded
        draft = drafts.draft_start(owner=owner, slug=slug, **came)
    except SignInNeeded:
        return to_sign_in(f"/p/{slug}/?ready=1", "card")
    response = see_other(draft_url(draft, "acting" if owner.business_id or acting.offers(owner, slug) else published.definition.steps[0].id))
    guest_keep(request, response)
    return response


@sign_in_first()
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, draft_id: str, step_id: str) -> HttpResponse:
    """One page of the form."""
    owner = owner_of(request)
    if request.method == "POST":
        saved = _save(owner, request, draft_id, step_id)
        if saved.status_code == 303:
            guest_keep(request, saved)
        return saved
    draft, rows = earlier.draft_with_earlier(owner=owner, draft_id=draft_id, page=step_id)
    d = drafts.published_of(draft).shown()
    known, asked = drafts.steps_of(draft, d)
    page = next((s for s in asked if s.id == step_id), None)
    if page is None and d.step(step_id) is None:
        raise NotFound(say("このページは、この手続きにはありません。マイページから、書きかけの手続きを開いてください。"))
    if page is None:  # an answer changed since: on to the first page that is still open
        return see_other(draft_url(draft, next((s.id for s in asked if s.id not in draft.done), CHECK)))
    return _page(request, draft, d, page, known, posted=given_back(request), rows=rows)


def _save(owner: Owner | None, request: HttpRequest, draft_id: str, step_id: str) -> HttpResponse:
    raw = raw_post(request)
    action = request.POST.get("_action", "next")
    if action == "earlier":
        return _taken(request, draft_id, step_id, raw)
    if action in ("zip", "add") or action.startswith(("zip:", "remove:")):
        return _redraw(request, draft_id, step_id, raw, action)
    try:
        companies.insist_role(owner, draft_id, step_id, raw)
        draft = drafts.draft_save_step(
            owner=owner, draft_id=draft_id, step_id=step_id, raw=raw, mark=request.POST.get("_mark", ""), crossed=True
        )
    except (AnswersWrong, StepChanged) as error:
        if action == "save" and isinstance(error, AnswersWrong) and error.kept:
            return see_other(f"/a/{draft_id}/saved/")
        return _refused(request, draft_id, step_id, raw, error)
    d = drafts.published_of(draft).shown()
    known, _ = drafts.steps_of(draft, d)
    if action == "save":
        return see_other(f"/a/{draft.id}/saved/")
    back = request.POST.get("_back", "")
    if back == CHECK or d.step(back):
        return see_other(draft_url(draft, back))
    return see_other(draft_url(draft, trail(draft, d, known, step_id)["after"]))


def _refused(
    request: HttpRequest, draft_id: str, step_id: str, raw: dict[str, list[str]], error: AnswersWrong | StepChanged
) -> HttpResponse:
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    d = drafts.published_of(draft).shown()
    known, _ = drafts.steps_of(draft, d)
    page = d.step(step_id)
    assert page is not None
    faults = error.faults if isinstance(error, AnswersWrong) else []
    response = _page(request, draft, d, page, known, posted=raw, faults=faults, changed=isinstance(error, StepChanged))
    response.status_code = error.status
    return response


def _redraw(request: HttpRequest, draft_id: str, step_id: str, raw: dict[str, list[str]], action: str) -> HttpResponse:
    """Buttons that work on the page without saving it: postcode look-up, add or remove an entry."""
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    d = drafts.published_of(draft).shown()
    page = d.step(step_id)
    if page is None:
        raise NotFound
    known, _ = drafts.steps_of(draft, d)
    raw, said, at = asking.redraw(page, raw, action)
    return _page(request, draft, d, page, known, posted=raw, said=said, said_at=at)


def _taken(request: HttpRequest, draft_id: str, step_id: str, raw: dict[str, list[str]]) -> HttpResponse:
    """「前と同じ内容を入れる」: the empty fields filled with earlier answers, and the page shown again. Saves nothing."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    d = drafts.published_of(draft).shown()
    page = d.step(step_id)
    if page is None:
        raise NotFound
    known, _ = drafts.steps_of(draft, d)
    typed = webform.step_view(d, page, known, posted=raw, count=entry_count(page, raw) if page.repeat else None)
    found = earlier.earlier_take(owner=owner, draft=draft, d=d, page=page, view=typed)
    said = say("空いている欄に、前と同じ内容を入れました。まだ保存していません。")
    said = said if found.empty else say("前の手続きから入れられる内容は、ありませんでした。")
    return _page(request, draft, d, page, known, posted=earlier.put_in(raw, page, found), said=said, before=found)


def _page(
    request: HttpRequest, draft: Draft, d: Definition, page: Step, known: dict[str, Any], *,
    posted: dict[str, list[str]] | Any = None, faults: list[Fault] | None = None, changed: bool = False,
    said: str = "", said_at: str = "", before: earlier.Earlier | None = None, rows: earlier.Rows | None = None,
) -> HttpResponse:
    owner = owner_of(request)
    mandate, organisation = acting.mandate_of(owner, draft), companies.organisation_of(owner, draft)
    card = acting.card_values(d, page, known, draft, mandate)
    registered = companies.card_values(owner, d, page, known, organisation) if owner and owner.business_id else {}
    together = {} if registered else offered(draft, d, page, known)
    card |= registered | together
    count = entry_count(page, posted) if posted is not None and page.repeat else None
    here, elsewhere = asking.placed(d, page, faults or [])
    asked = companies.narrowed(owner, d, page, organisation)
    view = webform.step_view(d, asked, known, posted=posted, faults=here, card=card, count=count)
    view.faults += [(f"{draft_url(draft, step_id)}?back={page.id}#{at}", ja) for step_id, at, ja in elsewhere]
    others = {*registered, *together, *acting.not_from_card(d, page, mandate)}
    for field in (f for entry in view.entries for f in entry.fields):
        if said and field.name == said_at:
            field.said, said = said, ""
        field.read_from_card = field.read_from_card and field.id not in others
    marks = bool(request.POST.get("_earlier")) if posted is not None else page.id in draft.done
    before = before or earlier.look(owner, draft, d, page, view, rows=rows, marks=marks)
    context = _as_before(view, before, marks, request.POST.get("_action") == "earlier") | {
        "d": d, "draft": draft, "view": view, "page": page, "changed": changed, "said": said,
        "mark": step_mark(page, draft.answers), "back": request.GET.get("back") or request.POST.get("_back", ""),
        "from_card": bool(set(card) - set(together)) and posted is None and not registered,
        "together": bool(together) and posted is None and page.id not in draft.done,
        "registered": _registered(registered, page, bool(organisation)) if posted is None else "",
        "acting": companies.acting_words(owner, draft, mandate), "saved_now": page.id in draft.done and posted is None,
        "section": procedures_section(d), "see": asking.see_also(d, faults or []), **trail(draft, d, known, page.id),
    }
    return render(request, "intake/step.html", context)


def _registered(filled: dict[str, Any], page: Step, office: bool) -> str:
    """Where what stands on a company's page comes from: its registration with the city, or the sign-in with GビズID (the company's name
    and number, or the name of its person alone). What the company only could choose is said by nobody."""
    sources = {q.prefill.partition(".")[0] for q in page.questions if q.id in filled and q.prefill}
    if office and "事業所" in sources:
        return "city"
    return "gbiz" if not office and "法人" in sources else "person" if sources else ""


def _as_before(view: webform.StepView, before: earlier.Earlier, marks: bool, taken: bool) -> dict[str, Any]:
    """What can be filled from earlier applications, and what on the page is the same as there."""
    same = earlier.marked(before, view) if marks or taken else frozenset()
    for field in (f for entry in view.entries for f in entry.fields):
        field.as_before = field.name in same and not field.read_from_card
    return {"same": before.sources(same), "offered": [] if taken else before.sources(before.empty)}


@sign_in_first()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Check the answers; submit. Pressed twice, the second press finds what the first one filed."""
    owner = owner_of(request)
    try:
        draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    except AlreadyFiled:
        if request.method != "POST" or owner is None:
            raise
        return see_other(f"/my/{filing.application_submit(owner=owner, draft_id=draft_id).application.id}/filed/")
    if request.method == "POST":
        return _submit(request, draft)
    return _check_page(request, draft, [])


def _submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    owner = owner_of(request)
    assert owner is not None
    mail = request.POST.get("mail", "").strip()
    faults: list[tuple[str, str]] = []
    if request.POST.get("ok") != "yes":
        faults.append(("ok", say("内容を確認して、「上の内容に、まちがいはありません」に印を付けてください")))
    if mail and (wrong := drafts.mail_fault(mail)):
        faults.append(("mail", wrong))
    if faults:
        return _check_page(request, draft, faults, status=422)
    if draft.state == "open" and request.POST.get("_mark", "") not in ("", str(draft.revision)):
        return _check_page(request, draft, [], status=409)  # saved in another window since: nobody files what they have not seen
    limits.take("submit", request, owner.key)
    d = drafts.published_of(draft).shown()
    try:
        signature = signing.sign_if_needed(d, draft, owner)
        filed = filing.application_submit(owner=owner, draft_id=str(draft.id), mail=drafts.mail_plain(mail), signature=signature,
                                             language=languages.recorded(), seen=draft)
    except AnswersWrong as error:
        return _check_page(request, draft, [], status=422, wrong=error.faults)
    except NotOpenForThis:
        drafts.draft_migrate(owner=owner, draft_id=str(draft.id))
        return see_other(f"/a/{draft.id}/renewed/")
    response = see_other(f"/my/{filed.application.id}/filed/")
    if filed.code:
        code_keep(response, filed.application, filed.code)
    return response


def _check_page(
    request: HttpRequest, draft: Draft, faults: list[tuple[str, str]], *, status: int = 200, wrong: list[Fault] | None = None
) -> HttpResponse:
    d = drafts.published_of(draft).shown()
    verdict = numbers.judge(d, drafts.facts(draft.answers), acting.counts(d, draft))
    mandate = acting.mandate_of(owner_of(request), draft)
    verdict.attachments = tuple(acting.asked(d, verdict.attachments, mandate.kind if mandate else ""))
    owner = owner_of(request)
    if owner and not wrong and not verdict.faults:
        wrong = companies.acting_faults(owner, d, verdict.answers, mandate, companies.organisation_of(owner, draft))
    known, _ = drafts.steps_of(draft, d)
    open_faults = asking.where_and_what(d, wrong or verdict.faults)
    mails = [v for q in d.questions() if q.type == "メール" and isinstance(v := verdict.answers.get(q.id), str)]
    context = {
        "d": d, "draft": draft, "faults": faults, "wrong": dict(faults), "open_faults": open_faults,
        "summary": drafts.summary(d, verdict, draft.files),
        "notices": verdict.told, "mail": request.POST.get("mail", mails[0] if mails else ""),
        "ok": request.POST.get("ok") == "yes" and status != 409, "changed": status == 409,
        "section": procedures_section(d), "see": asking.see_also(d, wrong or verdict.faults), "signing": signing.words(d, owner),
        "acting": companies.acting_words(owner, draft, mandate), "company": bool(owner and owner.business_id),
        "bill": paying.bill_of(d, verdict.answers, clock.today()),
        **trail(draft, d, known, CHECK),
    }
    return render(request, "intake/check.html", context, status=status)


@sign_in_first()
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Saved and left: how to come back; a guest can have the link mailed."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    error = sent = ""
    guest = draft.owner.startswith("g:")
    if request.method == "POST" and guest:
        mail = request.POST.get("mail", "").strip()
        error = drafts.mail_fault(mail) if mail else say("メールアドレスを入力してください")
        if not error:
            limits.take("mail", request, draft.owner)
            drafts.resume_mail(draft=draft, mail=drafts.mail_plain(mail))
            sent = mail
    d = drafts.published_of(draft).shown()
    context = {"draft": draft, "d": d, "guest": guest, "error": error, "sent": sent,
               "first": draft_url(draft, next((s.id for s in d.steps if s.id not in draft.done), d.steps[0].id))}
    return render(request, "intake/saved.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: continue on this device."""
    limits.take("resume", request)
    draft_id = drafts.resume_read(token)
    if request.method != "POST":
        return render(request, "intake/resume.html", {"token": token})
    response = see_other("/")
    owner = owner_of(request)
    if owner and owner.signed_in and owner.guest:
        owner = Owner(owner.guest, False)
    elif owner is None or owner.signed_in:
        owner = guest_make(response)
    draft = drafts.draft_adopt(owner=owner, draft_id=draft_id)
    response["Location"] = f"/a/{draft.id}/saved/"
    return response


@sign_in_first()
@posts("/a/{draft_id}/saved/")
def discard(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Throw a draft away."""
    drafts.draft_discard(owner=owner_of(request), draft_id=draft_id)
    return see_other("/my/")


@sign_in_first()
@require_safe
def renewed(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The form was renewed meanwhile: what is asked again."""
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    d = drafts.published_of(draft).shown()
    _, asked = drafts.steps_of(draft, d)
    first = next((s for s in asked if s.id not in draft.done), None)
    return render(request, "intake/renewed.html", {"d": d, "draft": draft, "next": draft_url(draft, first.id if first else CHECK),
                                                   "open": [s.title for s in asked if s.id not in draft.done]})
