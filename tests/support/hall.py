"""The city hall of a test: definitions published on demand, the fixed cast (STYLE 18), and applications filed the way
the web does it, through the services."""

from __future__ import annotations

import datetime as dt
import functools
import io
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client

from madoguchi.agency import organisations
from madoguchi.agency.models import Organisation
from madoguchi.agency.organisation_rules import Entry
from madoguchi.casework.models import Case, Decision
from madoguchi.identity import public as identity
from madoguchi.identity.models import Resident
from madoguchi.intake import applications, drafts, filing, signing
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import clock, outbox
from madoguchi.offices.public import DisasterTerms, city, disasters_open, next_open
from madoguchi.procedures import pack, selectors
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.read import resolve

from . import papers

OPENING = dt.datetime(2026, 11, 20, 10, 0, tzinfo=clock.JST)  # a Friday on which the city hall is open
PACK = Path(__file__).parent / "pack"
REFUSE = "見本の事実が要件に当たらないため。"


@functools.cache
def _common() -> dict[str, dict[str, str]]:
    return pack.tables(pack.COMMON)


@functools.cache
def body_of(slug: str) -> dict[str, Any]:
    """The resolved pack of one procedure, as `madoguchi setup` publishes it; of tests/support/pack where it has a copy."""
    still = PACK / f"{slug}.yaml"
    if still.exists():
        return resolve(still.read_text(encoding="utf-8"), str(still), None)
    for path, override in pack.pack_files(city()):
        if path.stem == slug:
            definition, _ = pack.read_file(path, override, city())
            assert definition is not None
            return pack.body(path, override, definition, _common())
    raise LookupError(slug)


@functools.cache
def _answers(slug: str, checksum: str, day: dt.date, seed: int, disasters: tuple[DisasterTerms, ...]) -> dict[str, Any]:
    d = procedures.current(slug).definition
    for attempt in range(30):
        found = generate.answers_for(d, random.Random(seed + 1000 * attempt), today=day, minimal=True)
        if not procedures.judge(d, procedures.Facts(found, day, next_open)).faults:
            return found
    raise LookupError(f"no answers for {slug}")


def lists(posted: Mapping[str, Any]) -> dict[str, list[str]]:
    """Form fields as a view hands them on."""
    return generate.as_lists(posted)


@dataclass
class Hall:
    """See the module. Staff by their trial name: ``hall.staff("tanaka")``."""

    home: Path
    _staff: dict[str, identity.Staff] = field(default_factory=dict)

    # --- definitions

    def publish(self, slug: str, body: dict[str, Any] | None = None, **more: Any) -> procedures.Definition:
        """Publish a procedure (the same content again changes nothing)."""
        procedures.version_publish(actor="test", slug=slug, body=body or body_of(slug), **more)
        selectors.forget()
        return procedures.current(slug).definition

    def definition(self, slug: str) -> procedures.Definition:
        """The current definition, published when it was not yet."""
        try:
            return procedures.current(slug).definition
        except procedures_missing():
            return self.publish(slug)

    # --- the cast

    def staff(self, username: str) -> identity.Staff:
        """A trial account with its roles."""
        if username not in self._staff:
            name, memberships = next((n, m) for u, n, m in identity.TRIAL_STAFF if u == username)
            self._staff[username] = identity.staff_enrol(
                username=username, name=name, password=identity.TRIAL_PASSWORD, memberships=list(memberships))
        return self._staff[username]

    def resident(self, who: str) -> Resident:
        """A trial resident, signed in."""
        person = identity.TRIAL_RESIDENTS[who]
        return identity.resident_signed_in(issuer="trial", subject=who, person=person)

    def owner(self, who: str) -> identity.Owner:
        """The owner that a resident's browser shows."""
        return identity.Owner(f"r:{self.resident(who).id}", True)

    def company(self, who: str) -> identity.Owner:
        """The owner that the browser of a trial company shows."""
        account = identity.business_signed_in(issuer="trial", subject=who, company=identity.TRIAL_BUSINESSES[who])
        return identity.Owner(f"b:{account.business_id}", True, account=str(account.id))

    def company_number(self, who: str) -> str:
        """The corporate number of a trial company."""
        return identity.TRIAL_BUSINESSES[who].number

    def organisation(self, who: str, *slugs: str) -> Organisation:
        """The trial company's organisation, registered by the chief of 介護 for these procedures."""
        entry = Entry("kaigo", "kyotaku", "見本居宅介護支援事業所", self.company_number(who), "1770000001", papers.PLACE, "0767-53-0001", "見本 一郎",
                      tuple(slugs), OPENING.date(), None)
        return organisations.organisation_write(actor=self.staff("ito"), entry=entry)

    def office(self, who: str) -> Client:
        """A browser in which a trial company is signed in."""
        client, response = Client(), HttpResponse()
        identity.business_sign_in(response, identity.business_signed_in(issuer="trial", subject=who, company=identity.TRIAL_BUSINESSES[who]))
        client.cookies.update(response.cookies)
        return client

    def browser(self, who: str = "") -> Client:
        """A browser in which a resident is signed in; without a name, one in which nobody is."""
        client = Client()
        if who:
            response = HttpResponse()
            identity.sign_in(response, self.resident(who))
            client.cookies.update(response.cookies)
        return client

    def desk(self, username: str) -> Client:
        """A browser in which a member of staff is signed in."""
        client = Client()
        client.force_login(self.staff(username))
        return client

    # --- filing

    def answers(self, slug: str, *, seed: int = 1) -> dict[str, Any]:
        """Valid answers, no optional ones (a copy)."""
        import copy

        self.definition(slug)
        return copy.deepcopy(_answers(slug, procedures.current(slug).checksum, clock.today(), seed, disasters_open(clock.today())))

    def fill(self, owner: identity.Owner, draft: Draft, answers: Mapping[str, Any]) -> Draft:
        """Save every page that is asked, as the pages would be posted, and attach what is required."""
        d = drafts.published_of(draft).definition
        saved: set[str] = set()
        while page := next((s for s in drafts.steps_of(draft, d)[1] if s.id not in saved), None):
            raw = lists(generate.post_data(d, page, answers))
            draft = drafts.draft_save_step(owner=owner, draft_id=str(draft.id), step_id=page.id, raw=raw, mark="")
            saved.add(page.id)
        for slot in drafts.procedures_attachments(d, drafts.steps_of(draft, d)[0]):
            if slot.required:
                self.attach(owner, draft, slot.id)
        draft.refresh_from_db()
        return draft

    def attach(self, owner: identity.Owner, draft: Draft, slot: str, data: bytes = b"", name: str = "photo.jpg") -> None:
        """Add a file to a draft."""
        data = data or papers.jpeg()
        drafts.draft_attach(owner=owner, draft_id=str(draft.id), slot=slot, source=io.BytesIO(data), name=name, size=len(data))

    def draft(self, who: str, slug: str, answers: Mapping[str, Any] | None = None) -> Draft:
        """A draft with every page filled, ready to be sent."""
        owner = self.owner(who)
        self.definition(slug)
        draft = drafts.draft_start(owner=owner, slug=slug)
        return self.fill(owner, draft, answers if answers is not None else self.answers(slug))

    def file(self, who: str, slug: str, answers: Mapping[str, Any] | None = None, *, mail: str = "") -> Application:
        """A filed application; casework has not seen it yet."""
        return self.send(self.owner(who), self.draft(who, slug, answers), mail=mail).application

    def send(self, owner: identity.Owner, draft: Draft, *, mail: str = "") -> filing.Filed:
        """Sign where the form asks for it, and file: what the send button does."""
        signature = None
        if draft.state == "open":
            signature = signing.sign_if_needed(drafts.published_of(draft).definition, draft, owner)
        return filing.application_submit(owner=owner, draft_id=str(draft.id), mail=mail, signature=signature)

    def case(self, who: str, slug: str, answers: Mapping[str, Any] | None = None, *, mail: str = "") -> Case:
        """A filed application whose case is open."""
        application = self.file(who, slug, answers, mail=mail)
        run_worker()
        return Case.objects.get(id=application.id)

    def seen_by_applicant(self, case: Case) -> Application:
        """The applicant's side of a case, as it stands."""
        return applications.Application.objects.get(id=case.id)

    # --- deciding

    def propose(self, case: Case, username: str, outcome: str, *, reason: str = REFUSE) -> Decision:
        """Propose a decision with valid decision answers."""
        from madoguchi.casework import services

        return services.decision_propose(actor=self.staff(username), case_id=case.ref, outcome_id=outcome, reason=reason,
                                         raw=self.decision_raw(case))

    def decision_raw(self, case: Case) -> dict[str, list[str]]:
        """The decision's own answers, as the page would post them; only those that must be."""
        d = procedures.version(case.slug, case.version).definition
        maker = generate._Maker(d, random.Random(1), clock.today(), True)
        out: dict[str, list[str]] = {}
        for q in d.review.questions:
            if q.required:
                out |= lists(dict(generate._fields(q, generate._make(q, maker, 0), q.id)))
        return out | self.suggested_raw(case)

    def suggested_raw(self, case: Case) -> dict[str, list[str]]:
        """What the page of a decision shows as answered already."""
        from madoguchi.casework import ports

        d, help_ = procedures.version(case.slug, case.version).definition, ports.helpers.get(case.slug)
        said = help_(case.ref) if help_ else {}
        return {k: v for q in d.review.questions if q.id in said for k, v in lists(dict(generate._fields(q, said[q.id], q.id))).items()}

    def decide(self, case: Case, outcome: str, *clerk_and_approvers: str, reason: str = REFUSE) -> Decision:
        """Propose and stamp all the way."""
        from madoguchi.casework import services

        clerk, *approvers = clerk_and_approvers
        decision = self.propose(case, clerk, outcome, reason=reason)
        for name in approvers:
            decision = services.decision_approve(actor=self.staff(name), case_id=case.ref)
        case.refresh_from_db()
        return decision


def procedures_missing() -> type[Exception]:
    """What `procedures.current` raises for a slug nobody published."""
    from madoguchi.kernel.errors import NotFound

    return NotFound


def run_worker(limit: int = 500) -> int:
    """Do everything that is due now. Returns how many messages were done."""
    count = 0
    while outbox.run_once():
        count += 1
        assert count < limit, "the outbox does not come to rest"
    return count
