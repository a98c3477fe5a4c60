"""The application for 口座振替 (procedures/kouza-furikae.yaml), handed down to the room that collects once staff have accepted it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from madoguchi.casework import public as casework
from madoguchi.collection import public as collection
from madoguchi.kernel import outbox
from madoguchi.register.public import Claim, Place

from . import SLUG

ACCEPTED = "accepted"
KINDS = {"普通": "1", "当座": "2"}


def account_decided(message: outbox.Envelope) -> None:
    """Handler of casework's CaseDecided: an accepted application becomes accounts of its payer. The same message again changes nothing."""
    found = casework.decided(message.payload["case"], message.payload["decision"])
    case, answers = found["case"], found["answers"]
    if case.slug != SLUG or found["outcome"] != ACCEPTED:
        return
    collection.registration_take(collection.Asked(
        key=message.payload["decision"], case_ref=case.ref, receipt=case.receipt, kind=answers["kind"], charges=tuple(answers["taxes"]),
        on=dt.date.fromisoformat(found["decision"]["effective_on"]), account=_account(answers.get("account")),
        claim=_claim(answers) if case.signed and answers["whose"] == "self" else None, notice=answers.get("notice", "")))


def _account(typed: dict[str, str] | None) -> dict[str, str] | None:
    if not typed:
        return None
    return {key: typed[key] for key in ("bank", "branch", "number", "holder")} | {"kind": KINDS.get(typed["kind"], "")}


def _claim(answers: dict[str, Any]) -> Claim:
    """The person of the card, as the form took them from it."""
    name, place = answers["name"], answers["address"]
    parts = {part: place.get(part, "") for part in ("zip", "city", "town", "lot", "building")}
    return Claim("self", "", name["sei"], name["mei"], born=answers["born"], place=Place(**parts))


def case_links(case_id: str) -> list[tuple[str, str, str]]:
    """From the case to what became of it."""
    return [("/staff/collection/accounts/", "file-text", "口座の登録")]
