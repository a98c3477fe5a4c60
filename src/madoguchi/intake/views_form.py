"""The form: start, steps, documents, check, submit. A view parses, calls one service or selector, renders."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.files.public import FileRefused, file_get, file_response
from madoguchi.identity.public import Owner, guest_make, owner_of
from madoguchi.kernel.errors import NotFound
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Fault, Step
from madoguchi.procedures.rules.faces import webform

from . import drafts, filing, postcodes, signing
from .errors import AnswersWrong, NotOpenForThis, SignInNeeded, StepChanged
from .models import Draft
from .rules import decides_pages, step_mark

DOCUMENTS, CHECK = "documents", "check"


def see_other(url: str) -> HttpResponseRedirect:
    """303: the next page is got, never posted again."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def raw_post(request: HttpRequest) -> dict[str, list[str]]:
    """The posted fields as plain lists."""
    return {key: list(values) for key, values in request.POST.lists()}


@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin; asks to sign in where the card is needed, makes a guest where it is not."""
    owner = owner_of(request)
    published = procedures.current(slug)
    signing.refuse_if_unsignable(published.definition)
    if owner is None and published.definition.level == "なし":
        response = see_other("/")
        owner = guest_make(response)
        draft = drafts.draft_start(owner=owner, slug=slug)
        response["Location"] = _url(draft, published.definition.steps[0].id)
        return response
    try:
        if owner is None:
            raise SignInNeeded
        draft = drafts.draft_start(owner=owner, slug=slug)
    except SignInNeeded:
        return see_other(f"{reverse('sign_in')}?next=/p/{slug}/")
    return see_other(_url(draft, published.definition.steps[0].id))


def _url(draft: Draft, step: str) -> str:
    return f"/a/{draft.id}/{step}/"


def _trail(draft: Draft, d: Definition, known: dict[str, Any], here: str) -> dict[str, Any]:
    """The step indicator: pages asked, where we are, which were saved."""
    steps = [(s.id, s.title) for s in procedures.steps_asked(d, known)]
    if any(True for _ in drafts.procedures_attachments(d, known)):
        steps.append((DOCUMENTS, "添付書類"))
    steps.append((CHECK, "確認して送信"))
    at = next((i for i, (key, _) in enumerate(steps) if key == here), 0)
    done = set(draft.done)
    page = d.step(here)
    return {
        "trail_sure": page is None or here in done or not decides_pages(d, page),
        "trail": [
            {"key": key, "title": title, "url": _url(draft, key), "number": i + 1,
             "state": "now" if i == at else "done" if key in done else ""}
            for i, (key, title) in enumerate(steps)
        ],
        "trail_at": at + 1, "trail_total": len(steps),
        "trail_next": steps[at + 1][1] if at + 1 < len(steps) else "",
        "before": _url(draft, steps[at - 1][0]) if at else f"/p/{draft.slug}/",
        "after": steps[at + 1][0] if at + 1 < len(steps) else CHECK,
    }


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, draft_id: str, step_id: str) -> HttpResponse:
    """One page of the form."""
    owner = owner_of(request)
    if request.method == "POST":
        return _save(request, draft_id, step_id)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    d = drafts.published_of(draft).definition
    known, asked = drafts.steps_of(draft, d)
    page = next((s for s in asked if s.id == step_id), None)
    if page is None:
        raise NotFound("このページは、いまの答えでは使いません。前のページから進んでください。")
    posted = drafts.input_unpark(draft=draft, ticket=request.GET["restore"]) if "restore" in request.GET else None
    return _page(request, draft, d, page, known, posted=posted, restored=posted is not None)


def _save(request: HttpRequest, draft_id: str, step_id: str) -> HttpResponse:
    """Save, or keep what was typed while somebody signs in again. A guest's cookie left in the browser counts as nobody
    when the draft is a resident's."""
    owner = owner_of(request)
    if owner is None:
        return _parked(request, draft_id, step_id)
    try:
        return _save_as(owner, request, draft_id, step_id)
    except NotFound:
        if owner.signed_in or not drafts.draft_of_resident(draft_id):
            raise
        return _parked(request, draft_id, step_id)


def _parked(request: HttpRequest, draft_id: str, step_id: str) -> HttpResponse:
    ticket = drafts.input_park(draft_id=draft_id, step_id=step_id, raw=raw_post(request))
    back = f"/a/{draft_id}/{step_id}/" + (f"%3Frestore={ticket}" if ticket else "")
    return see_other(f"{reverse('sign_in')}?expired=1&next={back}")


def _save_as(owner: Owner, request: HttpRequest, draft_id: str, step_id: str) -> HttpResponse:
    raw = raw_post(request)
    action = request.POST.get("_action", "next")
    if action in ("zip", "add") or action.startswith(("zip:", "remove:")):
        return _redraw(request, draft_id, step_id, raw, action)
    try:
        draft = drafts.draft_save_step(
            owner=owner, draft_id=draft_id, step_id=step_id, raw=raw, mark=request.POST.get("_mark", "")
        )
    except (AnswersWrong, StepChanged) as error:
        return _refused(request, draft_id, step_id, raw, error)
    d = drafts.published_of(draft).definition
    known, _ = drafts.steps_of(draft, d)
    if action == "save":
        return see_other(f"/a/{draft.id}/saved/")
    if request.POST.get("_back") == CHECK:
        return see_other(_url(draft, CHECK))
    return see_other(_url(draft, _trail(draft, d, known, step_id)["after"]))


def _refused(
    request: HttpRequest, draft_id: str, step_id: str, raw: dict[str, list[str]], error: AnswersWrong | StepChanged
) -> HttpResponse:
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    d = drafts.published_of(draft).definition
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
    d = drafts.published_of(draft).definition
    page = d.step(step_id)
    if page is None:
        raise NotFound
    known, _ = drafts.steps_of(draft, d)
    said = ""
    if action.startswith("zip:"):
        raw, said = postcodes.fill(raw, action.removeprefix("zip:"))
    elif page.repeat and action == "add":
        raw[f"{page.repeat.id}.count"] = [str(_count(page, raw) + 1)]
        said = f"{page.repeat.name}の欄を増やしました"
    elif page.repeat and action.startswith("remove:"):
        raw = _without(page, raw, int(action.removeprefix("remove:")) if action[7:].isdigit() else -1)
        said = f"{page.repeat.name}を1件減らしました。保存するまで確定しません"
    return _page(request, draft, d, page, known, posted=raw, said=said)


def _count(page: Step, raw: dict[str, list[str]]) -> int:
    from madoguchi.procedures.rules.validate import entry_count

    return entry_count(page, raw)


def _without(page: Step, raw: dict[str, list[str]], gone: int) -> dict[str, list[str]]:
    assert page.repeat is not None
    total, out = _count(page, raw), {}
    for name, values in raw.items():
        parts = name.split(".")
        if parts[0] == page.repeat.id and len(parts) > 2 and parts[1].isdigit():
            index = int(parts[1])
            if index == gone:
                continue
            name = ".".join([parts[0], str(index - (index > gone)), *parts[2:]])
        out[name] = values
    out[f"{page.repeat.id}.count"] = [str(max(total - 1, page.repeat.low) if 0 <= gone < total else total)]
    return out


def _page(
    request: HttpRequest, draft: Draft, d: Definition, page: Step, known: dict[str, Any], *,
    posted: dict[str, list[str]] | Any = None, faults: list[Fault] | None = None, changed: bool = False,
    restored: bool = False, said: str = "",
) -> HttpResponse:
    card = webform.card_values(d, page, known, draft.card) if draft.card else {}
    count = _count(page, posted) if posted is not None and page.repeat else None
    view = webform.step_view(d, page, known, posted=posted, faults=faults or [], card=card, count=count)
    context = {
        "d": d, "draft": draft, "view": view, "page": page, "changed": changed, "restored": restored, "said": said,
        "mark": step_mark(page, draft.answers), "back": request.GET.get("back") or request.POST.get("_back", ""),
        "from_card": bool(card) and posted is None, "saved_now": page.id in draft.done and posted is None,
        "section": procedures_section(d), **_trail(draft, d, known, page.id),
    }
    return render(request, "intake/step.html", context)


def procedures_section(d: Definition) -> Any:
    """The section that answers the telephone."""
    from madoguchi.offices.public import city

    return city().sections[d.section]


@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The documents page: add and remove files. A failed upload keeps everything else."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        if gone := request.POST.get("_remove"):
            drafts.draft_detach(owner=owner, draft_id=draft_id, file_id=gone)
            return see_other(_url(draft, DOCUMENTS))
        for name, uploads in request.FILES.lists():
            slot = name.removeprefix("file.")
            for upload in uploads:
                try:
                    drafts.draft_attach(owner=owner, draft_id=draft_id, slot=slot, source=cast(BinaryIO, upload),
                                        name=upload.name or "", size=upload.size or 0)
                except FileRefused as error:
                    faults.append((slot, f"{upload.name}: {error.ja}"))
        if not faults and not request.FILES:
            return see_other(_url(draft, CHECK)) if request.POST.get("_action") != "add" else see_other(_url(draft, DOCUMENTS))
        if not faults:
            return see_other(_url(draft, DOCUMENTS) if request.POST.get("_action") == "add" else _url(draft, CHECK))
        draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    d = drafts.published_of(draft).definition
    known, _ = drafts.steps_of(draft, d)
    wrong = dict(faults)
    slots = [
        {"a": a, "files": draft.files.get(a.id, []), "error": wrong.get(a.id, ""), "full": len(draft.files.get(a.id, [])) >= a.most,
         "accept": ",".join(["image/jpeg,image/png"] * ("画像" in a.kinds) + ["application/pdf"] * ("PDF" in a.kinds))}
        for a in drafts.procedures_attachments(d, known)
    ]
    context = {"d": d, "draft": draft, "slots": slots, "faults": [(f"file-{slot}", ja) for slot, ja in faults],
               "section": procedures_section(d), **_trail(draft, d, known, DOCUMENTS)}
    return render(request, "intake/documents.html", context, status=422 if faults else 200)


@require_http_methods(["GET"])
def draft_file(request: HttpRequest, draft_id: str, file_id: str) -> HttpResponseBase:
    """A file of one's own draft, to look at."""
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    if file_id not in {f["id"] for entries in draft.files.values() for f in entries}:
        raise NotFound("ファイルが見つかりませんでした。")
    return file_response(file_get(file_id), inline=True)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Check the answers; submit."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    if request.method == "POST":
        return _submit(request, draft)
    return _check_page(request, draft, [])


def _submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    owner = owner_of(request)
    assert owner is not None
    mail = request.POST.get("mail", "").strip()
    faults: list[tuple[str, str]] = []
    if request.POST.get("ok") != "yes":
        faults.append(("ok", "内容を確認して、「上の内容に、まちがいはありません」に印を付けてください"))
    if mail and (wrong := drafts.mail_fault(mail)):
        faults.append(("mail", wrong))
    if faults:
        return _check_page(request, draft, faults, status=422)
    d = drafts.published_of(draft).definition
    try:
        signature = signing.sign_if_needed(d, draft, owner)
        filed = filing.application_submit(owner=owner, draft_id=str(draft.id), mail=drafts.mail_plain(mail), signature=signature)
    except AnswersWrong as error:
        return _check_page(request, draft, [], status=422, wrong=error.faults)
    except NotOpenForThis:
        drafts.draft_migrate(owner=owner, draft_id=str(draft.id))
        return see_other(f"/a/{draft.id}/renewed/")
    response = see_other(f"/my/{filed.application.id}/filed/")
    if filed.code:
        response.set_signed_cookie("mado_code", filed.code, salt=str(filed.application.id), max_age=600, httponly=True, samesite="Lax")
    return response


def _check_page(
    request: HttpRequest, draft: Draft, faults: list[tuple[str, str]], *, status: int = 200, wrong: list[Fault] | None = None
) -> HttpResponse:
    d = drafts.published_of(draft).definition
    counts = {slot: len(entries) for slot, entries in draft.files.items()}
    verdict = procedures.judge(d, drafts.facts(draft.answers), counts)
    known, _ = drafts.steps_of(draft, d)
    open_faults = [(drafts.step_of(d, f.question), f.ja if f.index is None else f"{f.index + 1}番目の{f.ja}") for f in (wrong or verdict.faults)]
    mails = [v for q in d.questions() if q.type == "メール" and isinstance(v := verdict.answers.get(q.id), str)]
    context = {
        "d": d, "draft": draft, "faults": faults, "open_faults": open_faults, "summary": drafts.summary(d, verdict, draft.files),
        "notices": [n.ja for n in verdict.notices], "mail": request.POST.get("mail", mails[0] if mails else ""),
        "ok": request.POST.get("ok") == "yes", "section": procedures_section(d), "signing": signing.words(d),
        **_trail(draft, d, known, CHECK),
    }
    return render(request, "intake/check.html", context, status=status)


@require_http_methods(["GET", "POST"])
def saved(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Saved and left: how to come back; a guest can have the link mailed."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    error = sent = ""
    if request.method == "POST" and owner and not owner.signed_in:
        mail = request.POST.get("mail", "").strip()
        error = drafts.mail_fault(mail) if mail else "メールアドレスを入力してください"
        if not error:
            drafts.resume_mail(draft=draft, mail=drafts.mail_plain(mail))
            sent = mail
    d = drafts.published_of(draft).definition
    context = {"draft": draft, "d": d, "guest": bool(owner and not owner.signed_in), "error": error, "sent": sent,
               "first": _url(draft, next((s.id for s in d.steps if s.id not in draft.done), d.steps[0].id))}
    return render(request, "intake/saved.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: continue on this device."""
    draft_id = drafts.resume_read(token)
    if request.method == "GET":
        return render(request, "intake/resume.html", {"token": token})
    response = see_other("/")
    owner = owner_of(request)
    if owner is None or owner.signed_in:
        owner = guest_make(response)
    draft = drafts.draft_adopt(owner=owner, draft_id=draft_id)
    response["Location"] = f"/a/{draft.id}/saved/"
    return response


@require_POST
def discard(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Throw a draft away."""
    drafts.draft_discard(owner=owner_of(request), draft_id=draft_id)
    return see_other("/my/")


@require_http_methods(["GET"])
def renewed(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The form was renewed meanwhile: what is asked again."""
    draft = drafts.draft_get(owner=owner_of(request), draft_id=draft_id)
    d = drafts.published_of(draft).definition
    _, asked = drafts.steps_of(draft, d)
    first = next((s for s in asked if s.id not in draft.done), None)
    return render(request, "intake/renewed.html", {"d": d, "draft": draft, "next": _url(draft, first.id if first else CHECK),
                                                   "open": [s.title for s in asked if s.id not in draft.done]})
