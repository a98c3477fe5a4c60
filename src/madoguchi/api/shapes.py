"""The forms of requests and answers, as openapi.json describes them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import field_validator


class Wrong(Schema):
    """One thing that is wrong."""

    at: str
    title: str


class Problem(Schema):
    """application/problem+json."""

    type: str
    status: int
    code: str
    title: str
    detail: str | None = None
    errors: list[Wrong] | None = None


class Procedure(Schema):
    """A procedure."""

    id: str
    version: int
    name: str
    summary: str
    kind: str
    section: str
    sign_in: str = Field(description="なし、利用者証明用、署名用")


class Slot(Schema):
    """A document that may be asked for."""

    id: str
    name: str
    required: bool
    most: int


class ProcedureInFull(Procedure):
    """With its documents."""

    attachments: list[Slot]


class Begin(Schema):
    """Which procedure."""

    procedure: str = Field(min_length=1, max_length=80)


class Answers(Schema):
    """All answers, by the JSON Schema of the procedure's version."""

    answers: dict[str, Any]

    @field_validator("answers")
    @classmethod
    def _is_text(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """JSON can name half a character (``\\ud800``), which no text can hold; elsewhere pydantic refuses it itself."""
        try:
            json.dumps(answers, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError from None
        return answers


class Send(Schema):
    """Where notices go, if anywhere."""

    mail: str = Field("", max_length=254)


class Attached(Schema):
    """A file that was sent."""

    id: UUID
    name: str
    size: int
    kind: str


class DraftOut(Schema):
    """An application that is being written. 個人番号 is never given back."""

    id: UUID
    state: Literal["draft"]
    procedure: str
    version: int
    answers: dict[str, Any]
    attachments: dict[str, list[Attached]]
    expires_at: dt.datetime


class Issued(Schema):
    """A document that the city issued."""

    id: UUID
    name: str


class ApplicationOut(Schema):
    """An application that was sent."""

    id: UUID
    state: Literal["unpaid", "lapsed", "filed", "under_review", "correction", "answered", "approval", "decided", "withdrawn"]
    state_words: str
    receipt: str
    procedure: str
    version: int
    filed_at: dt.datetime
    documents: list[Issued]


class FeeLine(Schema):
    """One line of a fee, in yen."""

    label: str
    unit: int
    count: int
    sum: int


class FeeSlipOut(Schema):
    """納付書. `prompt_on`: on this day it was said to be paid; the money is not here yet."""

    number: str
    until: dt.date
    prompt_on: dt.date | None
    pdf: str = Field(description="納付書(PDF)の宛先。ログインしたまま開く")


class FeeOut(Schema):
    """The fee of an application. `means`: by what it can be paid here and now."""

    state: Literal["created", "started", "submitted", "success", "failed", "cancelled", "expired"]
    state_words: str
    lines: list[FeeLine]
    amount: int
    received: int
    refunded: int
    refunding: int = Field(description="返すと決まり、まだ返していない額")
    due_at: dt.datetime | None
    paid_at: dt.datetime | None
    paid_by: str = Field(description="支払った方法。まだなら空")
    number: str = Field(description="領収番号。まだなら空")
    means: list[Literal["card", "slip"]]
    slip: FeeSlipOut | None


class Pay(Schema):
    """By what."""

    means: Literal["card", "slip"]


class Going(Schema):
    """Where the payer goes."""

    go_to: str = Field(description="card は決済会社の画面、slip は納付書(PDF)")
    fee: FeeOut


class Everything(Schema):
    """What a resident has here."""

    drafts: list[DraftOut]
    applications: list[ApplicationOut]


class CaseOut(Schema):
    """A case without anything about the person."""

    id: UUID
    receipt: str
    procedure: str
    state: str
    filed_at: dt.datetime
    due_on: dt.date


class CasesOut(Schema):
    """A page of cases."""

    cases: list[CaseOut]
    more: bool


class CaseInFull(CaseOut):
    """With the answers when the token may see them (cases:personal), else null."""

    name: str | None
    answers: dict[str, Any] | None
