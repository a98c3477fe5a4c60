"""ワンストップ: what several applications ask alike is written once and offered in each (docs/adr/0039)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Owner
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Question, Step
from madoguchi.procedures.rules.faces.webform import asked_of_self
from madoguchi.procedures.rules.named import people_asked

from .drafts import draft_get, draft_start, draft_write, published_of, steps_of
from .errors import SignInNeeded, StepChanged
from .models import Draft

PARTS = ("氏名", "カナ", "生年月日", "住所")  # of the person who applies
CONTACT = ("電話", "メール")  # on the page on which that person's name stands
KINDS = (*PARTS, *CONTACT)
CARD = "本人確認."


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft of a bundle: where it goes on, and whether it has been sent."""

    draft_id: str
    slug: str
    filed: bool
    url: str


def shared_questions(d: Definition, known: Mapping[str, Any] | None = None) -> dict[str, list[Question]]:
    """Kind → the questions about the one who applies: whose name the card may fill, with telephone and mail on that very page. With the
    answers ``known``, only of those people who by them are the one who applies: a 被保険者 is, or is somebody else. Other people's and
    companies' are never among them; an account may be a child's, and a 個人番号 is typed where it is sealed."""
    found: dict[str, list[Question]] = {}
    for person in people_asked(d):
        name = person.parts.get("氏名")
        if name is None or not name.prefill.startswith(CARD) or name.group:
            continue
        if known is not None and not asked_of_self(d, name, known):
            continue
        for kind in PARTS:
            if (q := person.parts.get(kind)) and not q.group:
                found.setdefault(kind, []).append(q)
        for kind in CONTACT:
            own = [q for q in person.step.questions if q.type == kind and q.role in ("", name.role)]
            found.setdefault(kind, []).extend(own[:1])
    return {kind: list({q.id: q for q in questions}.values()) for kind, questions in found.items() if questions}


def common(definitions: Iterable[Definition]) -> list[str]:
    """The kinds that more than one of these asks (of a single one: all)."""
    asked = [shared_questions(d) for d in definitions]
    least = min(2, len(asked))
    return [kind for kind in KINDS if sum(kind in own for own in asked) >= least]


@transaction.atomic
def drafts_begin(
    *, owner: Owner, slugs: Iterable[str], values: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]] | None = None,
    checked: bool = False, **came: Any,
) -> list[Draft]:
    """Begin an application of each, with what was written once: ``values`` of the one who applies by kind, ``others`` (slug → question →
    value) of anything else. All or none; ``checked`` and ``came`` as draft_start has them. Raises SignInNeeded, NotFound."""
    wanted = list(dict.fromkeys(slugs))
    published = [procedures.offered(slug) for slug in wanted]
    if not (owner.signed_in or checked) and any(p.definition.level != "なし" for p in published):
        raise SignInNeeded
    bundle, out = uuid.uuid4(), []
    for p in published:
        shared = _shared(p.definition, values) | dict((others or {}).get(p.slug, {}))
        out.append(draft_start(owner=owner, slug=p.slug, checked=checked, shared=shared, bundle=bundle, **came))
    return out


def _shared(d: Definition, values: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: values[kind] for kind in shared_questions(d) if kind in values}


@transaction.atomic
def drafts_share(
    *, owner: Owner, draft_ids: Iterable[str], values: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """What was written once, or is known from elsewhere, is offered in these drafts from now on; as drafts_begin has it. Raises NotFound,
    StepChanged."""
    for draft_id in draft_ids:
        draft = draft_get(owner=owner, draft_id=draft_id)
        more = _shared(published_of(draft).definition, values) | dict((others or {}).get(draft.slug, {}))
        if not draft_write(draft, shared=draft.shared | more):
            raise StepChanged


def offered(draft: Draft, d: Definition, step: Step, known: Mapping[str, Any]) -> dict[str, Any]:
    """What was written once, for the questions of a page. A draft for somebody else is offered nothing of one's own, and neither is a
    question about somebody who by the answers ``known`` is not the one who applies."""
    if draft.mandate or draft.organisation or not draft.shared:
        return {}
    asked = {q.id for q in step.questions}
    own = {q.id: draft.shared[kind] for kind, found in shared_questions(d, known).items() if kind in draft.shared for q in found}
    return {key: value for key, value in (draft.shared | own).items() if key in asked}


def drafts_begun(*, owner: Owner, draft_ids: Iterable[str]) -> list[Begun]:
    """The drafts of a bundle that are still there, in this order."""
    rows = {str(d.id): d for d in Draft.objects.filter(id__in=list(draft_ids), owner__in=owner.keys)}
    return [_begun(rows[key]) for key in draft_ids if key in rows]


def next_in_bundle(*, owner: Owner | None, bundle: str) -> Begun | None:
    """After sending one of a bundle: the next draft of it that has not been sent."""
    if not (owner and bundle):
        return None
    row = Draft.objects.filter(bundle=bundle, owner__in=owner.keys, state="open").order_by("slug").first()
    return _begun(row) if row else None


def _begun(draft: Draft) -> Begun:
    if draft.state == "filed":
        return Begun(str(draft.id), draft.slug, True, "/my/")
    asked = steps_of(draft, published_of(draft).definition)[1]
    page = next((s.id for s in asked if s.id not in draft.done), "check")
    return Begun(str(draft.id), draft.slug, False, f"/a/{draft.id}/{page}/")
