"""What the card said is forgotten when nobody signs in any more; what was filed stays the person's."""

from __future__ import annotations

import datetime as dt

from tests.support.hall import OPENING, Hall

from madoguchi.identity import services
from madoguchi.identity.models import Resident
from madoguchi.identity.owners import RESIDENT_SECONDS, person_of
from madoguchi.identity.public import TRIAL_RESIDENTS
from madoguchi.kernel import clock, sealing
from madoguchi.kernel.models import AuditEntry

DAYS = dt.timedelta(days=30)


def test_the_four_attributes_are_forgotten_thirty_days_after_the_last_sign_in(hall: Hall):
    """Not a second earlier; whoever signed in since stays. The chain says whose, by number, once."""
    owner = hall.owner("hanako")
    with clock.frozen(OPENING + DAYS):
        assert services.cards_sweep() == 0 and person_of(owner) == TRIAL_RESIDENTS["hanako"]
    with clock.frozen(OPENING + DAYS - dt.timedelta(days=1)):
        other = hall.owner("taro")
    with clock.frozen(OPENING + DAYS + dt.timedelta(seconds=1)):
        assert services.cards_sweep() == 1
        assert services.cards_sweep() == 0, "what is forgotten is not forgotten again"
        assert person_of(owner) is None and person_of(other) is not None
    assert bytes(Resident.objects.get(id=owner.resident_id).attributes) == b""
    assert [e.facts for e in AuditEntry.objects.filter(action="resident.card_forgotten")] == [{"resident": owner.resident_id}]


def test_who_comes_back_is_the_same_person_with_what_was_filed(hall: Hall):
    application = hall.file("hanako", "jidou-teate-kifu")
    with clock.frozen(OPENING + DAYS * 2):
        services.cards_sweep()
        assert person_of(hall.owner("hanako")) == TRIAL_RESIDENTS["hanako"]
        assert hall.browser("hanako").get(f"/my/{application.id}/").status_code == 200


def test_zero_days_never_ends_a_sign_in(hall: Hall, settings):
    settings.RESIDENT_KEEP_DAYS = 0
    owner = hall.owner("hanako")
    with clock.frozen(OPENING + dt.timedelta(seconds=RESIDENT_SECONDS)):
        assert services.cards_sweep() == 0 and person_of(owner) is not None


def test_keys_change_although_some_rows_are_empty(hall: Hall):
    hall.owner("hanako")
    with clock.frozen(OPENING + DAYS * 2):
        services.cards_sweep()
        hall.owner("taro")
    assert sealing.reseal("seal", pause=0).stuck == 0
