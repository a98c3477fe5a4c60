"""The accounts of people of companies: forgotten, but while the company needs them; good for a signature only where the city says so."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.agency import organisations
from madoguchi.agency.models import Mandate, Organisation
from madoguchi.identity.public import business_of
from madoguchi.intake import companies, drafts
from madoguchi.intake.errors import OnlineFilingStopped
from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry

from .test_organisations import CARD, SHINKI, filed, mandated

YEAR = dt.timedelta(days=367)


@pytest.fixture
def office(hall: Hall) -> Organisation:
    """The trial company's organisation."""
    hall.definition(SHINKI), hall.definition(CARD)
    return hall.organisation("kyotaku", SHINKI, CARD)


def test_an_account_is_forgotten_a_year_after_its_last_sign_in(hall: Hall):
    """Not a day earlier; the company stays, its number is public. The chain says which account went, and nobody's name."""
    owner = hall.company("kyotaku")
    with clock.frozen(OPENING + dt.timedelta(days=366)):
        assert companies.business_accounts_sweep() == 0
        hall.company("houkatsu")
    with clock.frozen(OPENING + YEAR):
        assert companies.business_accounts_sweep() == 1
        assert companies.business_accounts_sweep() == 0, "whoever signed in yesterday stays"
        assert business_of(owner) is None
        gone = AuditEntry.objects.get(action="business.account_forgotten")
        assert gone.facts == {"business": owner.business_id, "account": owner.account}
        assert hall.company("kyotaku").key == owner.key, "who comes back finds what the company filed"


def test_an_account_is_kept_while_the_company_is_registered(hall: Hall, office):
    hall.company("kyotaku")
    with clock.frozen(OPENING + YEAR):
        assert companies.business_accounts_sweep() == 0
        organisations.organisation_end(actor=hall.staff("ito"), organisation_id=str(office.id), why="廃止の届出")
        assert companies.business_accounts_sweep() == 1


def test_an_account_is_kept_to_the_last_day_of_a_registration_and_of_a_mandate(hall: Hall, office):
    last = OPENING.date() + YEAR
    mandated(hall, office)
    Organisation.objects.update(ends=last)
    Mandate.objects.update(ends_on=last + dt.timedelta(days=1))
    with clock.frozen(OPENING + YEAR):
        assert companies.business_accounts_sweep() == 0, "the registration's last day"
    with clock.frozen(OPENING + YEAR + dt.timedelta(days=1)):
        assert companies.business_accounts_sweep() == 0, "the mandate's last day"
    with clock.frozen(OPENING + YEAR + dt.timedelta(days=2)):
        assert companies.business_accounts_sweep() == 1


@pytest.mark.parametrize(("status", "gone"), [("filed", 0), ("under_review", 0), ("correction", 0), ("answered", 0), ("approval", 0), ("decided", 1),
                                              ("withdrawn", 1)])
def test_an_account_is_kept_while_an_application_is_open(hall: Hall, office, status, gone):
    application = filed(hall, office)
    organisations.organisation_end(actor=hall.staff("ito"), organisation_id=str(office.id), why="廃止の届出")
    Application.objects.filter(id=application.id).update(status=status)
    with clock.frozen(OPENING + YEAR):
        assert companies.business_accounts_sweep() == gone


def test_an_account_is_kept_while_something_is_being_written(hall: Hall, office):
    owner = hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=SHINKI)
    organisations.organisation_end(actor=hall.staff("ito"), organisation_id=str(office.id), why="廃止の届出")
    with clock.frozen(OPENING + YEAR):
        assert companies.business_accounts_sweep() == 0
        assert drafts.drafts_sweep() == 1 and not drafts.Draft.objects.filter(id=draft.id).exists()
        assert companies.business_accounts_sweep() == 1


def test_zero_years_never_ends_a_sign_in(hall: Hall, settings):
    settings.BUSINESS_KEEP_YEARS = 0
    hall.company("kyotaku")
    with clock.frozen(OPENING + dt.timedelta(hours=3)):
        assert companies.business_accounts_sweep() == 0
    with clock.frozen(OPENING + dt.timedelta(days=1, seconds=1)):
        assert companies.business_accounts_sweep() == 1


def test_without_the_citys_word_a_company_files_nothing_that_asks_for_a_signature(hall: Hall, office, settings):
    """Neither begun, nor sent when it was begun before."""
    settings.GBIZ_UNSIGNED = False
    refused = hall.office("kyotaku").post(f"/p/{SHINKI}/start/")
    assert refused.status_code == 503 and "GビズIDではまだ提出できません" in text(refused)
    with pytest.raises(OnlineFilingStopped):
        filed(hall, office)
    assert not Application.objects.exists()
    settings.GBIZ_UNSIGNED = True
    assert filed(hall, office).signature is None
