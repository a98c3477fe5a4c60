"""Rows as the API shows them, and sending in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from madoguchi.casework.public import Case
from madoguchi.identity.public import Owner
from madoguchi.intake import public as intake
from madoguchi.intake.errors import AlreadyFiled, AnswersWrong
from madoguchi.intake.public import Application, Draft
from madoguchi.kernel import clock, sealed
from madoguchi.kernel.errors import NotFound
from madoguchi.procedures.public import Definition, Fault, Published
from madoguchi.procedures.rules.faces.jsonschema import schema as answers_schema

from . import services


def procedure(found: Published) -> dict[str, Any]:
    """A procedure in short."""
    d = found.definition
    return {"id": d.id, "version": found.number, "name": d.name, "summary": d.summary, "kind": d.kind, "section": d.section, "sign_in": d.level}


def answers(given: Mapping[str, Any], d: Definition) -> dict[str, Any]:
    """Answers without what is sealed (個人番号), in the order of the form: PostgreSQL keeps none, SQLite that of typing."""
    return dict(_opened(given, answers_schema(d)))


def _opened(value: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        named = known.get("properties", {})
        return {k: _opened(value[k], named.get(k, {})) for k in _in_order(value, named) if not sealed.is_token(value[k])}
    return [_opened(v, known.get("items", {})) for v in value] if isinstance(value, list) else value


def _in_order(held: Mapping[str, Any], named: Iterable[str]) -> list[str]:
    """The keys that are held, as they are named; what is not named any more stands behind."""
    there = [key for key in named if key in held]
    return there + sorted(held.keys() - set(there))


def draft(row: Draft) -> dict[str, Any]:
    """A draft."""
    d = intake.published_of(row).definition
    return {"id": row.id, "state": "draft", "procedure": row.slug, "version": row.version, "answers": answers(row.answers, d),
            "attachments": {slot: row.files[slot] for slot in _in_order(row.files, [a.id for a in d.attachments])},
            "expires_at": row.expires_at.astimezone(clock.JST)}


def application(row: Application) -> dict[str, Any]:
    """An application."""
    documents = [{"id": d["id"], "name": d["name"]} for d in row.view.get("documents", [])]
    return {"id": row.id, "state": row.status, "state_words": intake.STATUS_WORDS[row.status], "receipt": row.receipt,
            "procedure": row.slug, "version": row.version, "filed_at": row.filed_at.astimezone(clock.JST), "documents": documents}


def slip_address(row: Application) -> str:
    """Where the PDF of a 納付書 is."""
    return f"{settings.BASE_URL}/my/{row.id}/pay/slip.pdf"


def fee(row: Application) -> dict[str, Any]:
    """The fee of an application. Raises NotFound where there is none."""
    found = intake.fee_of(row)
    if found is None:
        raise NotFound("この手続きに手数料はありません。")
    p, slip = found.payment, found.slip
    means = [*(["card"] if found.card else []), *(["slip"] if found.slip_offered or (slip and found.begins) else [])]
    return {"state": p.state, "state_words": found.words, "lines": p.lines, "amount": p.amount, "received": p.received, "refunded": p.refunded,
            "refunding": found.refunding,
            "due_at": p.due_at and p.due_at.astimezone(clock.JST), "paid_at": p.paid_at and p.paid_at.astimezone(clock.JST),
            "paid_by": p.means, "number": p.number, "means": means,
            "slip": {"number": slip.number, "until": slip.until, "prompt_on": slip.prompt_on, "pdf": slip_address(row)} if slip else None}


def case(row: Case) -> dict[str, Any]:
    """A case, nothing about the person."""
    return {"id": row.id, "receipt": row.receipt, "procedure": row.slug, "state": row.state,
            "filed_at": row.filed_at.astimezone(clock.JST), "due_on": row.due_on}


def sent(owner: Owner, draft_id: str, key: str, mail: str) -> Application:
    """Send a draft under a key, as the check page does. Raises what filing raises."""
    if mail and (wrong := intake.mail_fault(mail)):
        raise AnswersWrong([Fault("mail", wrong)])
    signature = None
    try:
        row = intake.draft_get(owner=owner, draft_id=draft_id)
        services.submit_key_use(owner=owner.key, key=key, draft_id=draft_id)
        signature = intake.sign_if_needed(intake.published_of(row).definition, row, owner)
    except AlreadyFiled:  # sent before: the same application again, but only under a key of this draft
        services.submit_key_use(owner=owner.key, key=key, draft_id=draft_id)
    return intake.application_submit(owner=owner, draft_id=draft_id, mail=intake.mail_plain(mail), signature=signature).application
