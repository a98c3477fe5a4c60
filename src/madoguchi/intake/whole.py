"""All answers at once, as another program sends them: the same pages, rules and limits as the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Owner
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Fault

from .drafts import draft_get, draft_save_step, facts, published_of, steps_of
from .errors import AnswersWrong
from .models import Draft

SHAPES = {  # what is wrong with the form of one answer, by the word of the JSON Schema that it breaks
    "required": "この項目がありません", "additionalProperties": "この手続きにない項目か、ほかの答えにより要らない項目です",
    "type": "値の種類(文字・数・真偽・並び)が違います", "enum": "選べる値ではありません", "const": "決まった値ではありません",
    "pattern": "書き方が違います", "format": "書き方が違います", "minLength": "短すぎます", "maxLength": "長すぎます",
    "minimum": "小さすぎます", "maximum": "大きすぎます", "minItems": "数が足りません", "maxItems": "数が多すぎます",
    "uniqueItems": "同じものが二つあります",
}
LOOK = "。手続きの schema を確認してください"


def answers_save(*, owner: Owner, draft_id: str, answers: Mapping[str, Any]) -> Draft:
    """Save every page that these answers ask for. Raises AnswersWrong before anything is saved, NotFound."""
    from madoguchi.procedures.rules.faces.jsonschema import validator  # with the generator 5 MB that no page needs

    draft = draft_get(owner=owner, draft_id=draft_id)
    d = published_of(draft).definition
    wrong = [fault for e in validator(d).iter_errors(answers) for fault in _shape(e, {q.id for q in d.questions()})]
    if wrong := wrong or procedures.judge(d, facts(answers)).faults:
        raise AnswersWrong(wrong)
    with transaction.atomic():  # what only a page finds (a disaster closed meanwhile, another window) undoes the pages before it too
        return _pages_save(owner, draft, d, answers)


def _pages_save(owner: Owner, draft: Draft, d: procedures.Definition, answers: Mapping[str, Any]) -> Draft:
    from madoguchi.procedures.rules import generate

    saved: set[str] = set()
    while page := next((s for s in steps_of(draft, d)[1] if s.id not in saved), None):
        raw = generate.as_lists(generate.post_data(d, page, answers))
        draft = draft_save_step(owner=owner, draft_id=str(draft.id), step_id=page.id, raw=raw, mark="")
        saved.add(page.id)
    return draft


def _shape(error: Any, known: set[str]) -> Iterator[Fault]:
    """What the schema finds, each with the answer that it is about: as the form names it, in a group with the number of its entry. A name
    that is none of ours is not repeated: somebody may have written anything there."""
    path, kind = list(error.instance_path), error.kind
    inner = [getattr(kind, "property", "")] if kind.name == "required" else [""]
    if kind.name == "additionalProperties":
        inner = sorted({name if name in known else "" for name in kind.unexpected})
    index = path[1] if len(path) > 1 and isinstance(path[1], int) and (len(path) > 2 or any(inner)) else None
    parts = [str(part) for part in (path if index is None else path[2:])]
    for name in inner:
        yield Fault(".".join([*parts, *([name] if name else [])]), SHAPES.get(kind.name, "形が違います") + LOOK, index=index)
