"""The addresses under /api/v1/. A view parses, calls one service or selector of a room, and shapes the answer."""

from __future__ import annotations

from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Header, NinjaAPI, Query, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile
from ninja.security import APIKeyCookie, HttpBearer

from madoguchi.casework import public as casework
from madoguchi.files.public import file_response
from madoguchi.identity.public import Owner, owner_of
from madoguchi.intake import public as intake
from madoguchi.kernel.errors import DomainError, Forbidden, NotFound
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces.jsonschema import schema as answers_schema
from madoguchi.web import limits

from . import problems, services, shaped, shapes
from .document import openapi
from .errors import NotSignedIn
from .models import ApiToken

RESIDENT = "mado_r"
PAGE = 50
api = NinjaAPI(title="madoguchi", version="1", docs_url=None, openapi_url=None,
               description="手続きの一覧、ログインした方の手続き、課のシステムのための読取り。誤りは application/problem+json で返します。")
api.add_exception_handler(DomainError, problems.of_domain)  # type: ignore[arg-type]
api.add_exception_handler(ValidationError, problems.of_form)
api.add_exception_handler(HttpError, problems.of_http)
api.add_exception_handler(AuthenticationError, lambda request, error: problems.of_domain(request, NotSignedIn()))


class ByResident(APIKeyCookie):
    """Whoever signed in with the card in this browser."""

    param_name = RESIDENT

    def authenticate(self, request: HttpRequest, key: str | None) -> Owner:
        """The owner. What changes something must carry a header that no page of another site can set."""
        owner = owner_of(request)
        if owner is None or not owner.natural:
            raise NotSignedIn
        limits.take("api", request, owner.key)
        if request.method not in ("GET", "HEAD") and not request.headers.get("X-Requested-With"):
            raise Forbidden("ヘッダー X-Requested-With を付けて送ってください(ほかのサイトからの送信と区別するためです)。")
        return owner


class ByToken(HttpBearer):
    """A program of a section."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token's row."""
        limits.check("token", request)
        try:
            row = services.token_read(token)
        except NotSignedIn:
            limits.spend("token", request)
            raise
        limits.take("api", request, str(row.id))
        return row


def can(*statuses: int) -> dict[Any, Any]:
    """The errors that an address may answer."""
    return dict.fromkeys((*statuses, 429), shapes.Problem)


resident, token = ByResident(csrf=False), ByToken()
READS, WRITES = can(401, 404, 422), can(400, 401, 403, 404, 409, 413, 422, 503)


def _owner(request: HttpRequest) -> Owner:
    return cast(Owner, request.auth)  # type: ignore[attr-defined]


@api.get("/openapi.json", response={200: dict[str, Any], **can()}, summary="この説明そのもの", operation_id="openapi")
def description(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    limits.take("api", request)
    return HttpResponse(openapi(api), content_type="application/json")


@api.get("/procedures", response={200: list[shapes.Procedure], **can()}, summary="手続きの一覧", operation_id="procedures")
def procedures_all(request: HttpRequest) -> list[dict[str, Any]]:
    """Every current procedure."""
    limits.take("api", request)
    return [shaped.procedure(p) for p in procedures.catalogue()]


@api.get("/procedures/{slug}", response={200: shapes.ProcedureInFull, **can(404, 422)}, summary="一つの手続き", operation_id="procedure")
def procedure_one(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One procedure with its documents."""
    limits.take("api", request)
    found = procedures.offered(slug)
    slots = [{"id": a.id, "name": a.name, "required": a.required, "most": a.most} for a in found.definition.attachments]
    return shaped.procedure(found) | {"attachments": slots}


@api.get("/procedures/{slug}/schema", response={200: dict[str, Any], **can(404, 422)}, summary="答えの JSON Schema", operation_id="schema")
def procedure_schema(request: HttpRequest, slug: str) -> dict[str, Any]:
    """What `answers` of an application must look like."""
    limits.take("api", request)
    return answers_schema(procedures.offered(slug).definition)


@api.get("/applications", auth=resident, response={200: shapes.Everything, **can(401)}, operation_id="applications",
         summary="自分の下書き(全部)と送った手続き(新しい順に100件まで。直す点か支払いの残るものは、古くても入る)")
def applications_mine(request: HttpRequest) -> dict[str, Any]:
    """Drafts and applications of who is signed in."""
    owner = _owner(request)
    return {"drafts": [shaped.draft(d) for d in intake.draft_list(owner=owner)],
            "applications": [shaped.application(a) for a in intake.application_list(owner=owner)]}


@api.post("/applications", auth=resident, response={201: shapes.DraftOut, **WRITES}, summary="下書きを始める", operation_id="begin")
def begin(request: HttpRequest, body: shapes.Begin) -> Status[dict[str, Any]]:
    """A new draft."""
    intake.refuse_if_unsignable(procedures.offered(body.procedure).definition)
    return Status(201, shaped.draft(intake.draft_start(owner=_owner(request), slug=body.procedure)))


@api.get("/applications/{application_id}", auth=resident, response={200: shapes.DraftOut | shapes.ApplicationOut, 409: shapes.Problem, **READS},
         summary="一つの下書き・送った手続き", operation_id="application")
def application_one(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    """A draft or an application of one's own."""
    owner = _owner(request)
    try:
        return shaped.application(intake.application_get(owner=owner, application_id=str(application_id)))
    except NotFound:
        return shaped.draft(intake.draft_get(owner=owner, draft_id=str(application_id)))


@api.put("/applications/{draft_id}/answers", auth=resident, response={200: shapes.DraftOut, **WRITES}, summary="答えを全部保存する",
         operation_id="answers")
def answers_put(request: HttpRequest, draft_id: UUID, body: shapes.Answers) -> dict[str, Any]:
    """All answers; when one is wrong nothing is saved."""
    return shaped.draft(intake.answers_save(owner=_owner(request), draft_id=str(draft_id), answers=body.answers))


@api.post("/applications/{draft_id}/attachments/{slot}", auth=resident, response={201: shapes.DraftOut, **WRITES}, summary="書類を添付する",
          operation_id="attach")
def attach(request: HttpRequest, draft_id: UUID, slot: str, file: Annotated[UploadedFile, File()]) -> Status[dict[str, Any]]:
    """One file into one slot."""
    owner = _owner(request)
    intake.draft_get(owner=owner, draft_id=str(draft_id))
    limits.take("upload", request, owner.key)
    intake.draft_attach(owner=owner, draft_id=str(draft_id), slot=slot, source=cast(BinaryIO, file), name=file.name or "", size=file.size or 0)
    return Status(201, shaped.draft(intake.draft_get(owner=owner, draft_id=str(draft_id))))


@api.post("/applications/{draft_id}/submit", auth=resident, response={201: shapes.ApplicationOut, **WRITES}, summary="送信する",
          operation_id="submit")
def submit(request: HttpRequest, draft_id: UUID, body: shapes.Send,
           idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=100, pattern=r"^[!-~]+$")],
           ) -> Status[dict[str, Any]]:
    """File a draft. The same Idempotency-Key again answers with the same application."""
    owner = _owner(request)
    limits.take("submit", request, owner.key)
    application = shaped.sent(owner, str(draft_id), idempotency_key, body.mail)
    return Status(201, shaped.application(application))


@api.get("/applications/{application_id}/documents/{document_id}", auth=resident, response=READS, summary="通知書などの PDF",
         operation_id="document", openapi_extra={"responses": {200: {"description": "PDF", "content": {"application/pdf": {
             "schema": {"type": "string", "contentEncoding": "base64"}}}}}})
def document(request: HttpRequest, application_id: UUID, document_id: UUID) -> HttpResponseBase:
    """Download what was issued."""
    application = intake.application_get(owner=_owner(request), application_id=str(application_id))
    file, name = intake.document_file(application=application, document_id=str(document_id))
    return file_response(file, name=f"{name}.pdf")


@api.get("/applications/{application_id}/fee", auth=resident, response={200: shapes.FeeOut, **READS}, summary="手続きの手数料", operation_id="fee")
def fee(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    """What is to be paid, whether it is, and by what it can be."""
    return shaped.fee(intake.application_get(owner=_owner(request), application_id=str(application_id)))


@api.post("/applications/{application_id}/fee/pay", auth=resident, response={200: shapes.Going, **WRITES}, summary="支払いを始める",
          operation_id="pay")
def pay(request: HttpRequest, application_id: UUID, body: shapes.Pay) -> dict[str, Any]:
    """Start a payment; starting again a moment later leads to the same page. Paid is what the fee says, not that somebody came back."""
    owner = _owner(request)
    limits.take("submit", request, owner.key)
    row = intake.application_get(owner=owner, application_id=str(application_id))
    shaped.fee(row)  # an application without a fee is told so first
    url = intake.fee_start(application=row, means=body.means, language="ja", actor=owner.actor)
    return {"go_to": url or shaped.slip_address(row), "fee": shaped.fee(row)}


@api.get("/staff/cases", auth=token, response={200: shapes.CasesOut, **can(401, 403, 422)}, summary="課の件", operation_id="cases")
def cases(request: HttpRequest, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
          state: Annotated[str, Query(max_length=20)] = "") -> dict[str, Any]:
    """The cases of the token's section, oldest due first. Every page that is read is recorded."""
    holder = cast(ApiToken, request.auth)  # type: ignore[attr-defined]
    services.scope_insist(holder, "cases:read")
    rows = casework.cases_of_section(holder.section).order_by("due_on", "id")
    if state:
        rows = rows.filter(state=state.replace("\0", ""))
    found = list(rows[(page - 1) * PAGE: page * PAGE + 1])
    services.read_record(token=holder, what="api.listed", facts={"page": page, "cases": len(found[:PAGE])})
    return {"cases": [shaped.case(c) for c in found[:PAGE]], "more": len(found) > PAGE}


@api.get("/staff/cases/{case_id}", auth=token, response={200: shapes.CaseInFull, **READS, 403: shapes.Problem}, summary="課の一つの件",
         operation_id="case")
def case(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """One case of the token's section; the answers only with cases:personal."""
    holder = cast(ApiToken, request.auth)  # type: ignore[attr-defined]
    services.scope_insist(holder, "cases:read")
    found = casework.cases_of_section(holder.section).filter(id=case_id).first()
    if found is None:
        raise NotFound("この件は見つかりませんでした。")
    personal = "cases:personal" in holder.scopes
    services.read_record(token=holder, what="api.read", facts={"case": str(found.id), "personal": personal})
    if not personal:
        return shaped.case(found) | {"name": None, "answers": None}
    return shaped.case(found) | {"name": found.name, "answers": shaped.answers(found.answers, casework.definition_of(found))}
