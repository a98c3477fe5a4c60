"""Writers: plans begin, change, are ticked off and go; drafts begin together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.public import Owner
from madoguchi.intake.public import KINDS, common, drafts_begin
from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Question, Step
from madoguchi.procedures.rules.guide import Finder, takes_of
from madoguchi.procedures.rules.validate import read_entry, read_step

from . import selectors
from .errors import AnswersWrong, PlanNotFound
from .models import Plan

KEEPS = {True: dt.timedelta(days=365), False: dt.timedelta(days=30)}  # signed in; a guest, as long as the cookie of drafts
PREFIX = "o_"  # questions about others than the one who applies
MOST = 20  # plans of one owner: the oldest goes
LABELS = {"氏名": say("お名前"), "カナ": say("カナ"), "生年月日": say("生年月日"), "住所": say("住所"), "電話": say("電話番号"),
          "メール": say("メールアドレス")}
Raw = Mapping[str, list[str]]


def answers_read(finder: Finder, raw: Raw) -> dict[str, Any]:
    """The answers of a form with all pages of a finder. Raises AnswersWrong."""
    d, answers, faults = finder.asking(), dict[str, Any](), []
    for step in procedures.steps_asked(d, answers):
        result = read_step(d, step, raw, selectors.facts(answers))
        answers |= result.values
        faults += result.faults
    if faults:
        raise AnswersWrong(faults)
    return answers


@transaction.atomic
def plan_start(*, owner: Owner, finder: Finder, raw: Raw) -> Plan:
    """Begin a list. Raises AnswersWrong."""
    answers, now = answers_read(finder, raw), clock.now()
    old = Plan.objects.filter(owner=owner.key).order_by("-made_at").values_list("id", flat=True)[MOST - 1 :]
    Plan.objects.filter(id__in=list(old)).delete()
    return Plan.objects.create(owner=owner.key, finder=finder.id, answers=answers, made_at=now, expires_at=now + KEEPS[owner.signed_in])


def plan_answer(*, owner: Owner | None, plan_id: str, finder: Finder, raw: Raw) -> None:
    """Other answers; ticks stay where the task does. Raises PlanNotFound, AnswersWrong."""
    plan = selectors.plan_get(owner=owner, plan_id=plan_id)
    _write(plan, answers=answers_read(finder, raw))


def plan_tick(*, owner: Owner | None, plan_id: str, finder: Finder, done: Iterable[str]) -> None:
    """What is done is exactly what is ticked. Raises PlanNotFound."""
    plan, wanted = selectors.plan_get(owner=owner, plan_id=plan_id), set(done)
    _write(plan, ticks=[t.id for t in finder.tasks if t.id in wanted])


@transaction.atomic
def plan_drop(*, owner: Owner | None, plan_id: str) -> None:
    """Throw a list away; drafts begun from it stay. Raises PlanNotFound."""
    selectors.plan_get(owner=owner, plan_id=plan_id).delete()


def _write(plan: Plan, **values: Any) -> None:
    if not Plan.objects.filter(id=plan.id, owner=plan.owner).update(**values):
        raise PlanNotFound


def together_step(slugs: Iterable[str], title: str, labels: Mapping[str, str]) -> Step:
    """The page of what the chosen procedures ask alike. Nothing on it must be answered: what is empty is asked later."""
    kinds = common([procedures.current(slug).definition for slug in slugs])
    return Step("together", title, tuple(Question(kind_id(kind), labels[kind], kind, step="together") for kind in kinds))


def kind_id(kind: str) -> str:
    """The id of the question for a kind."""
    return f"k{KINDS.index(kind) + 1}"


def alike(finder: Finder, slugs: Iterable[str]) -> list[Step]:
    """The pages of まとめて書く with what more than one of the chosen procedures takes (of a single one: all that it takes)."""
    taken = [{mine for _, mine in pairs} for pairs in _takes(finder, slugs).values()]
    least = min(2, len(taken))
    pages = [(step, tuple(q for q in step.questions if taken and sum(q.id in own for own in taken) >= least)) for step in finder.shared]
    return [replace(step, questions=tuple(replace(q, id=PREFIX + q.id) for q in own)) for step, own in pages if own]


def _takes(finder: Finder, slugs: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Slug → (question of the procedure as it is offered now, question of まとめて書く); of procedures that take anything."""
    tasks = {t.slug: t for t in finder.tasks}
    found = {slug: takes_of(finder, tasks[slug], procedures.current(slug).definition) for slug in slugs if slug in tasks}
    return {slug: pairs for slug, pairs in found.items() if pairs}


def given(finder: Finder, slugs: Iterable[str], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Slug → question of the procedure → what was written for it on the pages of ``alike``."""
    return {slug: {theirs: values[PREFIX + mine] for theirs, mine in pairs if PREFIX + mine in values}
            for slug, pairs in _takes(finder, slugs).items()}


def written(finder: Finder, shared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The other way: question of ``alike`` → what lies in the drafts (slug → question → value)."""
    return {PREFIX + mine: shared[slug][theirs] for slug, pairs in _takes(finder, shared).items() for theirs, mine in pairs
            if theirs in shared[slug]}


def finder_for(slugs: Iterable[str]) -> Finder | None:
    """The finder in which most of these, and two at least, have something in common beside the one who applies: who is helped at a counter
    has been asked for procedures, not for an event, and one procedure alone tells no event (高額介護サービス費 is claimed by heirs, too)."""
    wanted = list(slugs)
    fitting = [(count, f.id) for f in procedures.finders().values() if (count := len(_takes(f, wanted))) > 1 and alike(f, wanted)]
    return procedures.finder(max(fitting)[1]) if fitting else None


@transaction.atomic
def plan_together(*, owner: Owner | None, plan_id: str, finder: Finder, slugs: list[str], step: Step, raw: Raw) -> None:
    """Begin all of these with what was written once. Raises PlanNotFound, AnswersWrong, SignInNeeded."""
    plan = selectors.plan_get(owner=owner, plan_id=plan_id)
    questions = [*step.questions, *(q for page in alike(finder, slugs) for q in page.questions)]
    values, faults = read_entry(tuple(questions), raw, "", {})
    if faults:
        raise AnswersWrong(faults)
    assert owner is not None
    named = {q.type: values[q.id] for q in step.questions if q.id in values}
    begun = drafts_begin(owner=owner, slugs=slugs, values=named, others=given(finder, slugs, values))
    _write(plan, drafts=[*plan.drafts, *(str(d.id) for d in begun)])


def plans_over() -> QuerySet[Plan]:
    """Past their term."""
    return Plan.objects.filter(expires_at__lt=clock.now())


def plans_sweep() -> int:
    """Delete plans past their term. Returns how many went."""
    gone, _ = plans_over().delete()
    return gone
