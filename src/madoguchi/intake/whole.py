"""All answers at once, as another program sends them: the same pages, rules and limits as the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.identity.public import Owner
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Fault

from .drafts import draft_get, draft_save_step, facts, published_of, steps_of
from .errors import AnswersWrong
from .models import Draft


def answers_save(*, owner: Owner, draft_id: str, answers: Mapping[str, Any]) -> Draft:
    """Save every page that these answers ask for. Raises AnswersWrong before anything is saved, NotFound."""
    from madoguchi.procedures.rules import generate  # with the validator 5 MB that no page needs
    from madoguchi.procedures.rules.faces.jsonschema import validator

    draft = draft_get(owner=owner, draft_id=draft_id)
    d = published_of(draft).definition
    wrong = [Fault(str(e.instance_path[-1]) if e.instance_path else "", f"この項目の形が違います({e.kind.name})")
             for e in validator(d).iter_errors(answers)]
    if wrong := wrong or procedures.judge(d, facts(answers)).faults:
        raise AnswersWrong(wrong)
    saved: set[str] = set()
    while page := next((s for s in steps_of(draft, d)[1] if s.id not in saved), None):
        raw = generate.as_lists(generate.post_data(d, page, answers))
        draft = draft_save_step(owner=owner, draft_id=draft_id, step_id=page.id, raw=raw, mark="")
        saved.add(page.id)
    return draft
