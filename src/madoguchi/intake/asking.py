"""A page of the form as somebody fills it in, and what was filled in as somebody reads it over: what the pages of residents and of the
counter have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.identity.public import Owner
from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Attachment, Bill, Definition, Fault, Step
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.validate import asked as is_asked
from madoguchi.procedures.rules.validate import entry_count, read_entry

from . import acting, drafts, numbers, paying
from .models import Draft
from .numbers import read_page
from .rules import step_mark
from .together import offered

Lists = dict[str, list[str]]


def redraw(page: Step, raw: Lists, action: str) -> tuple[Lists, str, str]:
    """Buttons that work on the page without saving it: postcode look-up, add or remove an entry. Returns the fields, what is said of
    it, and the field at which it is said."""
    if action.startswith("zip:"):
        at = action.removeprefix("zip:")
        return *procedures.postcode_fill(raw, at), at
    if page.repeat and action == "add":
        raw[f"{page.repeat.id}.count"] = [str(entry_count(page, raw) + 1)]
        return raw, say("{name}の欄を増やしました", name=page.repeat.name), ""
    if page.repeat and action.startswith("remove:"):
        raw = _without(page, raw, _place(action.removeprefix("remove:")))
        return raw, say("{name}を1件減らしました。保存するまで確定しません", name=page.repeat.name), ""
    return raw, "", ""


def _place(text: str) -> int:
    """Which entry a button or a field names; -1 for what is no number."""
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def _without(page: Step, raw: Lists, gone: int) -> Lists:
    assert page.repeat is not None
    total, out = entry_count(page, raw), {}
    for name, values in raw.items():
        parts = name.split(".")
        if parts[0] == page.repeat.id and len(parts) > 2 and (index := _place(parts[1])) >= 0:
            if index == gone:
                continue
            name = ".".join([parts[0], str(index - (index > gone)), *parts[2:]])
        out[name] = values
    out[f"{page.repeat.id}.count"] = [str(max(total - 1, page.repeat.low) if 0 <= gone < total else total)]
    return out


def placed(d: Definition, page: Step, faults: Sequence[Fault]) -> tuple[list[Fault], list[tuple[str, str, str]]]:
    """What is wrong on this page, and what was answered on another one: (page, field, words)."""
    here, elsewhere = [], []
    for fault in faults:
        step = d.step(drafts.step_of(d, fault.question))
        if step is None or step.id == page.id:
            here.append(fault)
        else:
            elsewhere += [(step.id, at, ja) for at, ja in webform.anchors(step, [fault])]
    return here, elsewhere


def where_and_what(d: Definition, faults: Sequence[Fault]) -> list[tuple[str, str]]:
    """What is wrong, for a list of its own: (page, words)."""
    at = [(drafts.step_of(d, f.question), f) for f in faults]
    return [(page, webform.told(d.step(page), fault)) for page, fault in at]


def see_also(d: Definition, faults: Sequence[Fault]) -> list[tuple[str, str]]:
    """The other procedures that are named by what is wrong: (address, name)."""
    return [(f"/p/{p.slug}/", p.shown().name) for p in (procedures.mentioned(f.ja for f in faults) if faults else ()) if p.slug != d.id]


@dataclass(frozen=True, slots=True)
class Asked:
    """A page to fill in. ``filled``: something stands there that nobody has typed on this page."""

    draft: Draft
    d: Definition
    page: Step
    view: webform.StepView
    mark: str
    filled: bool


def page_asked(
    *, owner: Owner, draft_id: str, step_id: str, posted: Mapping[str, list[str]] | None = None, faults: Sequence[Fault] = (),
    said: str = "", said_at: str = "",
) -> Asked:
    """A page of one's own draft, with what was written once. Raises NotFound."""
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    d = drafts.published_of(draft).shown()
    page = d.step(step_id)
    if page is None:
        raise NotFound
    known, _ = drafts.steps_of(draft, d)
    given = offered(draft, d, page, known)
    count = entry_count(page, posted) if posted is not None and page.repeat else None
    view = webform.step_view(d, page, known, posted=posted, faults=faults, card=given, count=count)
    for field in (f for entry in view.entries for f in entry.fields):
        field.read_from_card = False
        if said and field.name == said_at:
            field.said, said = said, ""
    return Asked(draft, d, page, view, step_mark(page, draft.answers), bool(given) and posted is None and page.id not in draft.done)


def questions_in_turn(asked: Asked, raw: Mapping[str, list[str]]) -> list[str]:
    """The fields of a page one after the other, as one asks them aloud: names, as far as what was answered so far asks for them."""
    known, _ = drafts.steps_of(asked.draft, asked.d)
    scope = {k: v for k, v in known.items() if k not in {q.id for q in asked.page.questions} | {asked.page.repeat.id if asked.page.repeat else ""}}
    out: list[str] = []
    for entry in asked.view.entries:
        prefix = f"{asked.page.repeat.id}.{entry.index}." if asked.page.repeat else ""
        values, _ = read_entry(asked.page.questions, raw, prefix, scope, entry.index if asked.page.repeat else None)
        outside = scope if asked.page.repeat else scope | values
        shown = {f.name for f in entry.fields}
        out += [prefix + q.id for q in asked.page.questions if prefix + q.id in shown and is_asked(q, outside, values)]
    return out


def faults_at(asked: Asked, raw: Mapping[str, list[str]], name: str) -> list[Fault]:
    """What is wrong with the answer in one field of a page; the others have their turn."""
    result = read_page(asked.d, asked.page, raw, asked.draft.answers, drafts.facts(asked.draft.answers))
    at = (lambda f: f"{asked.page.repeat.id}.{f.index}.{f.question}") if asked.page.repeat else (lambda f: f.question)
    return [f for f in result.faults if at(f) == name]


@dataclass(frozen=True, slots=True)
class ReadOver:
    """What stands in a draft: its pages (id, title, saved), sections with lines, what is wrong or missing (page, words), document slots,
    and what it costs as soon as nothing is wrong (None: it has no bill)."""

    draft: Draft
    d: Definition
    steps: tuple[tuple[str, str, bool], ...]
    summary: list[dict[str, Any]]
    faults: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    slots: tuple[Attachment, ...]
    mail: str
    bill: Bill | None = None

    @property
    def next(self) -> str:
        """The page that is filled in next; empty when all were."""
        return next((key for key, _, done in self.steps if not done), "")

    @property
    def whole(self) -> bool:
        """Nothing is missing and nothing wrong."""
        return not self.faults and not self.next


def read_over(draft: Draft) -> ReadOver:
    """A draft, for those who have got it as theirs."""
    d = drafts.published_of(draft).shown()
    verdict = numbers.judge(d, drafts.facts(draft.answers), acting.counts(d, draft))
    known, asked = drafts.steps_of(draft, d)
    wrong = tuple(where_and_what(d, verdict.faults))
    mails = [v for q in d.questions() if q.type == "メール" and isinstance(v := verdict.answers.get(q.id), str)]
    bill = None if wrong else paying.bill_of(d, verdict.answers, clock.today())
    return ReadOver(draft, d, tuple((s.id, s.title, s.id in draft.done) for s in asked), drafts.summary(d, verdict, draft.files), wrong,
                    verdict.told, drafts.procedures_attachments(d, known), mails[0] if mails else "", bill)


def owned_list(*, owner: Owner, draft_ids: Sequence[str]) -> list[Draft]:
    """These drafts of this owner, filed or not, in this order; those that are gone are left out."""
    rows = {str(row.id): row for row in Draft.objects.filter(id__in=list(draft_ids), owner__in=owner.keys)}
    return [rows[key] for key in draft_ids if key in rows]
