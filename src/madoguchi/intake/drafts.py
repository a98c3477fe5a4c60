"""Writers and readers of drafts. Every reader starts from the owner: not yours and not there are one NotFound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.db.models import QuerySet

from madoguchi.files.public import FileRefused, file_delete, file_get, file_keep, files_forget
from madoguchi.identity.public import Owner, person_of, prefill
from madoguchi.kernel import clock, failpoints, keys, sealed
from madoguchi.kernel.canon import keyed_digest
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.fixed import FixedInsert, FixedRead, FixedUpdate
from madoguchi.kernel.said import listed, say
from madoguchi.notifications.public import mail_fault, mail_plain, mail_promise
from madoguchi.offices.public import next_open
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Facts, Fault, Published, Step

from . import disaster_gate, paper_gate, renewal
from .errors import AlreadyFiled, AnswersWrong, DraftNotFound, SignInNeeded, StepChanged
from .leaving import draft_left
from .models import Draft
from .numbers import read_page, seal_numbers, told_twice
from .rules import DRAFT_DAYS, page_left, step_mark

Raw = Mapping[str, list[str]]
PAPER = "paper"  # the channel of what came on paper
__all__ = ["mail_fault", "mail_plain"]  # what the pages of the form ask of an address


def facts(answers: Mapping[str, Any], day: dt.date | None = None) -> Facts:
    """Facts for the rules, as of a day (today)."""
    return Facts(answers, day or clock.today(), next_open)


READ, INSERT = FixedRead(Draft, "id"), FixedInsert(Draft)
WRITE = FixedUpdate(Draft, also="revision = revision + 1", where="id = %s AND revision = %s AND state = 'open'")


def draft_get(*, owner: Owner | None, draft_id: str) -> Draft:
    """An open draft of this owner. Raises NotFound, AlreadyFiled."""
    return draft_open(owner, READ.one(draft_id) if owner else None)


def draft_open(owner: Owner | None, draft: Draft | None) -> Draft:
    """A draft that was read, if it is open and of this owner. Raises NotFound, AlreadyFiled."""
    if draft is None or owner is None or draft.owner not in owner.keys:
        raise DraftNotFound
    if draft.state == "filed":
        raise AlreadyFiled
    return draft


def draft_list(*, owner: Owner) -> list[Draft]:
    """Open drafts, all of them (an office has many under way), newest first."""
    return list(Draft.objects.filter(owner__in=owner.keys, state="open", expires_at__gt=clock.now()).order_by("-updated_at"))


def published_of(draft: Draft) -> Published:
    """The version this draft is pinned to, offering only the disasters that are open."""
    return disaster_gate.offer(procedures.version(draft.slug, draft.version), draft.answers)


def steps_of(draft: Draft, d: Definition, day: dt.date | None = None) -> tuple[dict[str, Any], list[Step]]:
    """The answers with derived values, and the pages to be seen, as of a day (today)."""
    known = procedures.derive(d, facts(draft.answers, day))
    return known, procedures.steps_asked(d, known)


def draft_start(*, owner: Owner, slug: str, checked: bool = False, **came: Any) -> Draft:
    """Begin an application. ``came``: by which channel, and who helped (support.channel_fields). ``checked``: a clerk stands in front of
    the person and says how they made sure who it is. Raises SignInNeeded where the definition asks for the card."""
    published = procedures.offered(slug)
    if published.definition.level != "なし" and not (owner.signed_in or checked):
        raise SignInNeeded
    person = person_of(owner)
    now = clock.now()
    return INSERT(Draft(
        owner=owner.key, slug=slug, version=published.number, **came, card=prefill(person) if person else {},
        updated_at=now, expires_at=now + dt.timedelta(days=DRAFT_DAYS),
    ))


def draft_save_step(
    *, owner: Owner | None, draft_id: str, step_id: str, raw: Raw, mark: str, crossed: bool = False, day: dt.date | None = None,
) -> Draft:
    """Save one page. Raises AnswersWrong (nothing is saved), StepChanged (saved elsewhere meanwhile), NotFound. With ``crossed`` the
    cross-checks that can be made by now are; what they find raises AnswersWrong ``kept``: the answers, each right in itself, are saved so
    that another page can be put right first, and this one counts as not answered. ``day``: as of which it is asked (today); of paper the day
    of receipt.

    One read and one conditional write, no lock held while the answers are judged: a write by somebody else in between
    makes the condition fail and the page is judged again on what is there now (docs/adr/0004).
    """
    for _ in range(5):
        failpoints.hit("intake.save.before")
        draft = draft_get(owner=owner, draft_id=draft_id)
        d = procedures.version(draft.slug, draft.version).definition  # all disasters: one closed meanwhile is told so
        step = d.step(step_id)
        if step is None:
            raise NotFound
        result = read_page(d, step, raw, draft.answers, facts(draft.answers, day))
        closed = disaster_gate.closed(d, result.values, clock.today()) if draft.channel != PAPER else []  # by its day of receipt: paper_check
        if faults := result.faults + closed + paper_gate.closed(d, result.values):
            raise AnswersWrong(faults)
        draft_answers = draft.answers
        answers = {k: v for k, v in draft_answers.items() if k not in {q.id for q in step.questions}}
        draft.answers = answers | result.values
        if mark and mark != step_mark(step, draft_answers) and draft.answers != draft_answers:  # the same pressed twice is no conflict
            raise StepChanged
        wrong = procedures.page_faults(d, step, facts(draft.answers), draft.done) if crossed else []
        draft.done = [s for s in draft.done if s != step_id] if wrong else [*dict.fromkeys([*draft.done, step_id])]
        if any(q.type == "個人番号" for q in step.questions):
            with transaction.atomic():
                before = sealed.tokens_in(draft_answers)
                draft.answers = answers | seal_numbers(step, result.values)
                _refuse_another_s_number(d, step, draft, before)
                saved = draft_write(draft, answers=draft.answers, done=draft.done)
                sealed.wipe(before - sealed.tokens_in(draft.answers))
                if not saved:
                    transaction.set_rollback(True)
        else:
            saved = draft_write(draft, answers=draft.answers, done=draft.done)
        if saved:
            failpoints.hit("intake.save.after")
            if wrong:
                raise AnswersWrong(wrong, kept=True)
            return draft
    raise StepChanged


def _refuse_another_s_number(d: Definition, step: Step, draft: Draft, before: set[str]) -> None:
    """A number that somebody on this page or on one before it has too. Pages that follow are compared when they are saved, and all of
    them when the draft is sent: two numbers that were mixed up could never be put right otherwise."""
    told = procedures.counted(d, facts(draft.answers), step)
    ours = {q.id for q in step.questions}
    if faults := [f for f in told_twice(d, told, sealed.tokens_in(told) - before) if f.question in ours]:
        raise AnswersWrong(faults)


def draft_write(draft: Draft, **values: Any) -> bool:
    """Write if nobody else wrote since the draft was read."""
    now = clock.now()
    draft.updated_at, draft.expires_at = now, now + dt.timedelta(days=DRAFT_DAYS)
    values |= {"updated_at": draft.updated_at, "expires_at": draft.expires_at}
    return bool(WRITE(values, [key_of(draft), draft.revision]))


def key_of(draft: Draft) -> Any:
    """The draft's key as this engine stores it."""
    return Draft._meta.pk.get_db_prep_value(draft.id, connection)


def draft_get_locked(*, owner: Owner | None, draft_id: str) -> Draft:
    """As draft_get, holding the row until commit."""
    draft = Draft.objects.select_for_update().filter(id=draft_id, owner__in=owner.keys).first() if owner else None
    if draft is None:
        raise DraftNotFound
    if draft.state == "filed":
        raise AlreadyFiled
    return draft


def draft_attach(*, owner: Owner | None, draft_id: str, slot: str, source: BinaryIO, name: str, size: int) -> None:
    """Add one file to a document slot. Raises FileRefused, NotFound."""
    draft = draft_get(owner=owner, draft_id=draft_id)
    attachment = next((a for a in published_of(draft).definition.attachments if a.id == slot), None)
    if attachment is None:
        raise NotFound
    if len(draft.files.get(slot, [])) >= attachment.most:
        raise FileRefused(say("「{name}」は{most}個までです。入れ替えるときは、先に削除してください。", name=attachment.name, most=attachment.most))
    kept = file_keep(source=source, name=name, size=size, owner=f"draft:{draft.id}", allowed=attachment.kinds)
    failpoints.hit("intake.attach.before_commit")
    with transaction.atomic():
        draft = draft_get_locked(owner=owner, draft_id=draft_id)
        entry = {"id": str(kept.id), "name": kept.name, "size": kept.size, "kind": kept.kind, "sha256": kept.sha256}
        if not draft_write(draft, files=draft.files | {slot: [*draft.files.get(slot, []), entry]}):
            raise StepChanged


def draft_detach(*, owner: Owner | None, draft_id: str, file_id: str) -> None:
    """Take one file away again."""
    with transaction.atomic():
        draft = draft_get_locked(owner=owner, draft_id=draft_id)
        if file_id not in {f["id"] for entries in draft.files.values() for f in entries}:
            raise NotFound(say("ファイルが見つかりませんでした。"))
        left = {slot: [f for f in entries if f["id"] != file_id] for slot, entries in draft.files.items()}
        if not draft_write(draft, files=left):
            raise StepChanged
    file_delete(file=file_get(file_id))


def _page_left(draft: Draft) -> str:
    known, asked = steps_of(draft, published_of(draft).definition)
    slots = procedures_attachments(published_of(draft).definition, known)
    return page_left([s.id for s in asked], draft.done, bool(slots), any(draft.files.values()))


@transaction.atomic
def draft_discard(*, owner: Owner | None, draft_id: str) -> None:
    """Throw a draft away with its files."""
    draft = draft_get_locked(owner=owner, draft_id=draft_id)
    ids = [f["id"] for entries in draft.files.values() for f in entries]
    sealed.wipe(sealed.tokens_in(draft.answers))
    draft_left(draft, _page_left(draft))
    draft.delete()

    def clear() -> None:
        for file_id in ids:
            file_delete(file=file_get(file_id))

    transaction.on_commit(clear)


@transaction.atomic
def draft_adopt(*, owner: Owner, draft_id: str) -> Draft:
    """Continue on another device by the mailed link: the draft of a guest moves to this browser."""
    draft = Draft.objects.select_for_update().filter(
        id=draft_id, state="open", owner__startswith="g:", expires_at__gt=clock.now()).first()
    if draft is None:
        raise NotFound(say("この下書きは、期限が過ぎたか、すでに送信されています。"))
    draft.owner = owner.key
    draft.save(update_fields=["owner"])
    return draft


@transaction.atomic
def draft_migrate(*, owner: Owner | None, draft_id: str) -> list[Fault]:
    """Move a draft to the current version after the end of acceptance of its own (受付終了).

    What still fits is kept; what changed, also in its words, is asked again. Numbers and documents that the new version does not
    take are destroyed. Returns the faults that the new version finds. Raises NotFound, AlreadyFiled, StepChanged.
    """
    draft = draft_get_locked(owner=owner, draft_id=draft_id)
    new, old, before = procedures.current(draft.slug), published_of(draft).definition, facts(draft.answers)
    kept = renewal.kept(old, new.definition, draft.answers)
    verdict = procedures.judge(new.definition, facts(kept))
    wrong = {f.question for f in verdict.faults}
    draft.answers = {k: v for k, v in kept.items() if k not in wrong or isinstance(v, list)}
    draft.version = new.number
    slots = {a.id for a in new.definition.attachments}
    dropped = [f["id"] for slot, entries in draft.files.items() if slot not in slots for f in entries]
    draft.files = {slot: entries for slot, entries in draft.files.items() if slot in slots}
    draft.done = renewal.done(old, new.definition, draft.done, before, wrong)
    if not draft_write(draft, answers=draft.answers, version=draft.version, files=draft.files, done=draft.done):
        raise StepChanged
    sealed.wipe(sealed.tokens_in(before.answers) - sealed.tokens_in(draft.answers))
    files_forget(ids=dropped)
    return verdict.faults


def drafts_over() -> QuerySet[Draft]:
    """Drafts past their 30 days; what is typed off paper is never left."""
    return Draft.objects.filter(state="open", expires_at__lt=clock.now()).exclude(channel=PAPER).order_by("expires_at")


def drafts_sweep() -> int:
    """Delete drafts past their 30 days. Returns how many went."""
    gone = 0
    for draft in drafts_over()[:200]:
        ids = [f["id"] for entries in draft.files.values() for f in entries]
        with transaction.atomic():
            _, went = Draft.objects.filter(id=draft.id, state="open", expires_at__lt=clock.now()).delete()
            if not went.get("intake.Draft"):
                continue  # another worker was faster, or somebody has just gone on writing
            draft_left(draft, _page_left(draft))
            sealed.wipe(sealed.tokens_in(draft.answers))
        for file_id in ids:
            file_delete(file=file_get(file_id))
        gone += 1
    return gone


def procedures_attachments(d: Definition, known: Mapping[str, Any]) -> tuple[Any, ...]:
    """The document slots that these answers ask for."""
    from madoguchi.procedures.rules.validate import attachments_asked

    return attachments_asked(d, known)


def step_of(d: Definition, question: str) -> str:
    """The page on which a question (or document slot) is answered."""
    for step in d.steps:
        if any(q.id == question for q in step.questions) or (step.repeat and step.repeat.id == question):
            return step.id
    return "documents"


def summary(
    d: Definition, verdict: procedures.Verdict, files: Mapping[str, Any], *, day: dt.date | None = None, sent: bool = False,
) -> list[dict[str, Any]]:
    """The check page: sections with rows of (label, text, page, anchor), as of a day (today). ``sent``: it is filed, and
    what was sent for an answer that a correction has changed stands there too (in a draft such files are not sent)."""
    out = []
    known = procedures.derive(d, facts(verdict.answers, day))
    for step in procedures.steps_asked(d, known):
        groups = []
        entries = verdict.answers.get(step.repeat.id, []) if step.repeat else [verdict.answers]
        for index, entry in enumerate(entries):
            prefix = f"{step.repeat.id}-{index}-" if step.repeat else ""
            rows = [
                {"label": q.label, "text": procedures.FIELD_TYPES[q.type].text(entry[q.id], q), "anchor": f"{prefix}{q.id}",
                 "note": entry[q.id].get("note", "") if isinstance(entry[q.id], dict) else ""}
                for q in step.questions if q.id in entry
            ]
            groups.append({"title": say("{name} {n}", name=step.repeat.name, n=index + 1) if step.repeat else "", "rows": rows})
        out.append({"step": step.id, "title": step.title, "groups": groups})
    gone = [a for a in d.attachments if a not in verdict.attachments and files.get(a.id)] if sent else []
    rows = [
        {"label": say("{name}（今の答えでは求めていない書類）", name=a.name) if a in gone else a.name, "anchor": f"file-{a.id}", "note": "",
         "text": listed(f["name"] for f in files.get(a.id, [])) or (say("あとで提出します") if a.later else say("なし"))}
        for a in (*verdict.attachments, *gone)
    ]
    if rows:
        out.append({"step": "documents", "title": say("添付書類"), "groups": [{"title": "", "rows": rows}]})
    return out


@transaction.atomic
def resume_mail(*, draft: Draft, mail: str) -> None:
    """Promise the mail with the link to continue. It names no procedure."""
    from django.core import signing as tokens

    from madoguchi.web import languages

    from . import mails

    token = tokens.dumps(str(draft.id), salt="resume")
    subject, body = mails.resume(languages.recorded(), token, DRAFT_DAYS)
    to_whom = keyed_digest(keys.subkey("resume-mail"), mail.encode())[:16]  # a second address in the same minute is another letter
    mail_promise(key=f"resume:{draft.id}:{clock.now():%Y%m%d%H%M}:{to_whom}", case_ref=str(draft.id), to=mail,
                 subject=subject, body=body)


def resume_read(token: str) -> str:
    """The draft that a mailed link names. Raises NotFound."""
    from django.core import signing as tokens

    try:
        return str(tokens.loads(token, salt="resume", max_age=DRAFT_DAYS * 86400))
    except tokens.BadSignature:
        raise NotFound(say("このリンクは使えません。期限が過ぎたか、途中で切れています。")) from None
