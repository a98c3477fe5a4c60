"""Every public reader and writer that reaches somebody's object, gone by the whole cast (docs/developer.md, Rights)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.paginator import Page
from django.db import transaction
from django.db.models import Model, QuerySet
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.agency import guardian_desk, guardians, organisations
from madoguchi.agency import services as mandates
from madoguchi.agency.models import Guardianship
from madoguchi.agency.tests.test_guardians import FORM, lists
from madoguchi.casework import bulk
from madoguchi.casework.models import BulkItem, Case, Talk
from madoguchi.counter import services as helping
from madoguchi.delivery.models import Parcel
from madoguchi.identity import public as identity
from madoguchi.identity.models import Factor, Membership
from madoguchi.identity.tests.staff import app_of, suzuki_away
from madoguchi.intake import companies, drafts
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError, Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.offices.public import disasters_seed
from madoguchi.payments import cashier, refunds, till
from madoguchi.payments import services as charging
from madoguchi.payments.models import Attempt, GatewayNotice
from madoguchi.survey import services as surveying
from madoguchi.survey.models import Survey
from madoguchi.survey.tests.conftest import answers as flooded

from . import (
    readers,
    rights,
    rights_booking,
    rights_builder,
    rights_cards,
    rights_collection,
    rights_companies,
    rights_counter,
    rights_guide,
    rights_inventory,
    rights_queue,
    rights_scans,
)

CLAIM, NUMBERED, DAMAGE = "jidou-teate-mishiharai", "ninshin-todoke", "risai-shoumei"
TABLE = rights.TABLE | rights_companies.TABLE | rights_collection.TABLE | rights_inventory.TABLE | rights_guide.TABLE | rights_builder.TABLE
TABLE |= rights_booking.TABLE | rights_queue.TABLE | rights_counter.TABLE | rights_scans.TABLE | rights_cards.TABLE
OWN = rights_counter.OWN | rights.OWN | rights_companies.OWN | rights_collection.OWN | rights_guide.OWN | rights_booking.OWN
READS_ALL = ("auditor",)  # sees that every case is there; only changes nothing
IDS = ("case", "open", "numbered", "damaged", "survey", "parcel", "draft", "document", "file", "draft_file", "mandate", "run",
       "guardian", "proof", "claim", "writing", "page", "help", "organisation", "asked", "company_draft", "payment", "open_payment", "refund",
       "close", "back", "booking", "by_phone", "ticket", *rights_guide.IDS, *rights_counter.IDS, *rights_scans.IDS, *rights_cards.IDS)
OPEN = rights.OPEN | rights_collection.OPEN | rights_inventory.OPEN | rights_guide.OPEN | rights_builder.OPEN | rights_booking.OPEN
OPEN |= rights_queue.OPEN | rights_counter.OPEN | rights_scans.OPEN | rights_cards.OPEN
NUMBERS = ("message", "absence", "person", "factor", "membership", *rights_collection.NUMBERS, *rights_inventory.NUMBERS, *rights_builder.NUMBERS,
           *rights_booking.NUMBERS, *rights_queue.NUMBERS, *rights_scans.NUMBERS, *rights_cards.NUMBERS)


class World:
    """Hanako's things, by their ids; ``made_up()`` is the same world with ids of nothing."""

    slug = CLAIM

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        draft = hall.draft("hanako", CLAIM)
        hall.attach(hall.owner("hanako"), draft, "passbook")
        draft.refresh_from_db()
        second = hall.draft("hanako", CLAIM)
        hall.attach(hall.owner("hanako"), second, "passbook")
        filed = hall.send(hall.owner("hanako"), Draft.objects.get(id=second.id), mail="").application
        run_worker()
        case = Case.objects.get(id=filed.id)
        hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
        run_worker()
        self.application = Application.objects.get(id=case.id)
        self.tarou = hall.file("taro", CLAIM)
        self._rest(case, draft)

    def _rest(self, case: Case, draft: Draft) -> None:
        hall = self.hall
        stuck = hall.file("hanako", CLAIM)
        Message.objects.filter(case_ref=str(stuck.id), handler="intake.confirm").update(state="parked", error_code="X")
        self.open_case = hall.case("hanako", CLAIM)
        self.case, self.open, self.draft, self.receipt = case.ref, self.open_case.ref, str(draft.id), case.receipt
        self.numbered = hall.case("hanako", NUMBERED, hall.answers(NUMBERED) | {"my_number": "123456789018"}).ref
        damaged = hall.case("hanako", DAMAGE, flooded())
        survey = Survey.objects.get(case=damaged)
        self.visit = OPENING + dt.timedelta(days=10)
        surveying.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=self.visit, surveyors="山田", note="")
        self.damaged, self.survey = damaged.ref, str(survey.id)
        self.parcel = str(Parcel.objects.filter(case_ref=self.case).first().id)
        self.document = self.application.view["documents"][0]["id"]
        self.file, self.draft_file = self.application.files["passbook"][0]["id"], draft.files["passbook"][0]["id"]
        self.message = Message.objects.get(case_ref=str(stuck.id), handler="intake.confirm").id
        suzuki = hall.staff("suzuki")
        self.absence, self.person = suzuki_away(hall).id, suzuki.id
        app_of(suzuki)
        self.factor, self.membership = Factor.objects.get(staff=suzuki).id, Membership.objects.get(staff=suzuki).id
        self._mandate()
        self._guardian()
        self.help = str(helping.help_offer(actor=hall.staff("tanaka"), slug=CLAIM)[0].id)
        self._organisation()
        self._run_and_talk()
        self._money()
        rights_collection.taxes(self)
        rights_inventory.procedures(self)
        rights_builder.definitions(self)
        rights_guide.lists(self)
        rights_booking.counters(self)
        rights_queue.counters(self)
        rights_counter.interview(self)
        rights_scans.sheets(self)
        rights_cards.stock(self)
        self.marks = [self.receipt, self.case, self.open, self.damaged, self.survey, self.draft]

    def _run_and_talk(self) -> None:
        """A bulk review that tanaka has looked at and not confirmed, and a message that nobody has read."""
        tanaka = self.hall.staff("tanaka")
        self.run = str(bulk.run_start(actor=tanaka, act="take", case_ids=[self.open]).id)
        bulk.run_look(actor=tanaka, run_id=self.run)
        self.chosen = set(BulkItem.objects.filter(run=self.run).values_list("id", flat=True))
        Talk.objects.create(case=self.open_case, by=None, at=OPENING, text="いつ届きますか")

    def _mandate(self) -> None:
        """One of hanako's that jiro accepted, and one that he has not answered."""
        until = OPENING.date() + dt.timedelta(days=60)
        hanako, jiro = self.hall.owner("hanako"), self.hall.owner("jiro")
        for _ in range(2):
            row, self.code = mandates.mandate_offer(owner=hanako, name="試用次郎", scope=[NUMBERED], acts=["see"], ends_on=until)
            if not hasattr(self, "mandate"):
                self.mandate = str(mandates.mandate_answer(owner=jiro, code=self.code, accept=True).id)

    def _money(self) -> None:
        """A fee that tanaka took, asked to give back and counted, and one that nobody has paid."""
        tanaka, made = self.hall.staff("tanaka"), []
        for ref in (self.case, self.open):
            with transaction.atomic():
                made.append(str(charging.payment_make(
                    key=f"fee:{ref}", case_ref=ref, receipt=self.receipt, section="kosodate", subject="証明書", lines=[], amount=300, due_at=None,
                    actor="test").id))
        self.payment, self.open_payment = made
        cashier.cash_take(actor=tanaka, payment_id=self.payment, tendered=300)
        Attempt.objects.filter(payment=self.payment).update(reference="cs_ours")
        self.notice = GatewayNotice.objects.create(provider="card", event="e", kind="x", reference="cs_ours", outcome="amount", at=clock.now()).id
        self.refund = str(refunds.refund_ask(actor=tanaka, payment_id=self.payment, amount=100, reason="mistake").id)
        self.closed = till.till_close(actor=tanaka, section="kosodate", count=till.Count({100: 3}, 300, "", 1, 300))
        self.close = str(self.closed.id)

    def _guardian(self) -> None:
        """Taro represents Ume: one that the city confirmed, one that waits, one that he has not sent."""
        taro, data = self.hall.owner("taro"), papers.jpeg()
        self.until = OPENING.date() + dt.timedelta(days=60)
        rows = [guardians.guardian_declare(owner=taro, raw=lists(FORM)) for _ in range(3)]
        for row in rows:
            guardians.guardian_attach(owner=taro, guardian_id=str(row.id), source=io.BytesIO(data), name="a.jpg", size=len(data))
        for row in rows[:2]:
            guardians.guardian_send(owner=taro, guardian_id=str(row.id))
        self.guardian, self.claim, self.writing = (str(row.id) for row in rows)
        guardian_desk.claim_accept(actor=self.hall.staff("matsuda"), guardian_id=self.guardian, scope=["*"], ends_on=self.until,
                                   recheck_on=self.until, looked=True)
        self.proof, self.page = (Guardianship.objects.get(id=row.id).files[0]["id"] for row in (rows[0], rows[2]))

    def _organisation(self) -> None:
        """One of a company, with a mandate of hanako's that it accepted, one it has not answered, and a draft."""
        self.hall.definition(rights.CARE)
        self.organisation_row = self.hall.organisation("kyotaku", rights.CARE)
        self.organisation, company = str(self.organisation_row.id), self.hall.company("kyotaku")
        for _ in range(2):
            self.asked = str(organisations.organisation_mandate_offer(
                owner=self.hall.owner("hanako"), organisation_id=self.organisation, scope=[rights.CARE], acts=["see"],
                ends_on=OPENING.date() + dt.timedelta(days=60)).id)
            if not hasattr(self, "held"):
                self.held = organisations.organisation_mandate_answer(owner=company, mandate_id=self.asked, accept=True)
        draft = drafts.draft_start(owner=company, slug=rights.CARE)
        self.company_draft = str(companies.draft_choose(owner=company, draft_id=str(draft.id), value=self.organisation).id)

    def missing(self, error: type[DomainError], go: Callable[[], Any]) -> Any:
        """A refusal that is no NotFound because residents are told what to do; the same for what is not there."""
        try:
            return go()
        except error as refusal:
            raise NotFound(refusal.ja) from None

    def made_up(self) -> World:
        """The ids of nothing."""
        other = object.__new__(World)
        other.__dict__ |= self.__dict__ | {name: str(uuid.uuid4()) for name in IDS} | dict.fromkeys(NUMBERS, 987654) | {"code": "ZZZZ-ZZZZ-ZZZZ"}
        return other

    def who(self, name: str) -> Any:
        """Somebody of the cast: staff, or the owner whom a browser shows."""
        if name == "none":
            return None
        if name == "guest":
            return identity.Owner("g:" + "0" * 40, False)
        if name in identity.TRIAL_BUSINESSES:
            return self.hall.company(name)
        if name in identity.TRIAL_RESIDENTS:
            return self.hall.owner(name)
        if name == "nobody":
            return identity.staff_enrol(username="nobody", name="役割 なし", password="x", memberships=[])
        if name == "left":
            staff = identity.staff_enrol(username="left", name="異動 した", password="x", memberships=[("kosodate", "manager")])
            Membership.objects.filter(staff=staff).update(ends=OPENING.date() - dt.timedelta(days=1))
            return type(staff).objects.get(id=staff.id)
        staff = self.hall.staff(name)
        return type(staff).objects.get(id=staff.id)

    def row_of(self, owner: Any) -> Application:
        """The application that this owner has got by the right way: strangers hold Taro's."""
        return self.application if owner and owner.key == self.hall.owner("hanako").key else self.tarou

    def refuse(self) -> None:
        """Who is nobody cannot even call it (its type says so)."""
        raise NotFound

    def words(self, value: Any) -> str:
        """Everything that a value shows, as text."""
        if isinstance(value, Page):
            value = list(value.object_list)
        if isinstance(value, Model):
            return " ".join(str(getattr(value, f.attname)) for f in value._meta.concrete_fields)
        if isinstance(value, dict):
            return " ".join(f"{k} {self.words(v)}" for k, v in value.items())
        if isinstance(value, QuerySet | list | tuple | set):
            return " ".join(self.words(v) for v in value)
        if dataclasses.is_dataclass(value):
            return " ".join(self.words(getattr(value, f.name)) for f in dataclasses.fields(value))
        return str(value)


@pytest.fixture
def world(hall: Hall):
    disasters_seed(actor="test")
    return World(hall)


def snapshot() -> Any:
    """What a stranger must leave as it was."""
    watched = {Case: ("state", "assignee", "updated_at"), Application: ("owner", "status"), Message: ("state",), Survey: ("state",),
               Draft: ("owner", "revision", "state"), Membership: ("ends",), Factor: ("name",),
               Guardianship: ("state", "files"), AuditEntry: ("hash",)}
    return {model: list(model.objects.order_by("pk").values_list("pk", *names)) for model, names in watched.items()}


def go(ask: rights.Ask, w: World, who: Any) -> tuple[str, Any]:
    """("refused", class and words), ("wrong", …) for what only somebody inside is told, or ("value", …); nothing stays."""
    point = transaction.savepoint()
    try:
        return "value", ask.go(w, who)
    except (NotFound, Forbidden) as refusal:
        return "refused", (type(refusal).__name__, refusal.ja)
    except DomainError as wrong:
        return "wrong", wrong.code
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("name", [*rights.STAFF, rights_companies.CHIEF, *rights_companies.CAST])
def test_strangers_learn_and_change_nothing(world: World, name: str):
    who, nothing, faults = world.who(name), world.made_up(), []
    before = snapshot()
    for way, ask in TABLE.items():
        if name not in ask.cast or name in ask.may:
            continue
        outcome, value = go(ask, world, who)
        if outcome == "wrong" or (outcome == "value" and ask.told(value, world)):
            faults.append((way, outcome, value))
        elif outcome == "refused" and name not in READS_ALL and go(ask, nothing, who) not in ((outcome, value), ("value", value)):
            faults.append((way, "tells that it exists", value, go(ask, nothing, who)))
    assert faults == []
    assert snapshot() == before


@pytest.mark.parametrize("name", ["tanaka", "kimura", "suzuki", "yamada", "yoshida", "admin", "auditor", "hanako", "jiro", "taro", "matsuda",
                                  "ito", "kyotaku"])
def test_who_may_does_get_in(world: World, name: str):
    """Without this the table would prove nothing."""
    who, faults = world.who(name), []
    for way, ask in TABLE.items():
        if name in ask.may:
            outcome, value = go(ask, world, who)
            if outcome == "refused" or (outcome == "value" and not ask.told(value, world)):
                faults.append((way, outcome, value))
    assert faults == []


# --- the table is whole


def test_every_way_to_an_object_has_its_strangers():
    """A new selector, reader or writer that takes the person who asks fails here until it stands in rights.TABLE."""
    wanted = {way.name for way in readers.ways() if way.needs_stranger}
    assert sorted(wanted - set(TABLE) - set(OWN)) == []
    assert sorted((set(TABLE) | set(OWN)) - wanted) == [], "the table names what is not there any more"


def test_every_reader_that_asks_nobody_says_why_and_who_may_use_it():
    wanted = {way.name for way in readers.ways() if way.needs_reason}
    assert sorted(wanted - set(OPEN)) == []
    assert sorted(set(OPEN) - wanted) == [], "the table names what is not there any more"
    for name, (why, users) in OPEN.items():
        home = name.partition(".")[0]
        if users is not None:
            new = {m for m in readers.callers(name) if m not in users and m != f"{home}.public"}
            assert new == set(), f"{name} ({why}) is used by {sorted(new)}: does every one of them ask who it is for?"


def test_the_finder_sees_what_it_must():
    """The rule itself: what takes a person, what finds by id beside a row, what opens for nobody in particular."""
    import ast

    def found(source: str, module: str = "room.selectors") -> readers.Way:
        node = ast.parse(source).body[0]
        assert isinstance(node, ast.FunctionDef)
        return readers.way(module, node)

    assert found("def case_for(*, actor: Staff, case_id: str) -> Case: ...").needs_stranger
    assert found("def note(*, owner: Owner | None) -> None: ...", "room.anything").needs_stranger
    assert found("def paper_file(*, application: Application, file_id: str) -> StoredFile: ...", "room.anything").needs_stranger
    assert found("def case_by_id(case_id: str) -> Case: ...").needs_reason
    assert found("def letter_get(letter_id: str) -> Letter: ...", "room.services").needs_reason
    rows = found("def rows(case: Case) -> list[str]: ...")
    assert not rows.needs_stranger and not rows.needs_reason
