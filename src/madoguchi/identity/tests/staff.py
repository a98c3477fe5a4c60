"""What the tests of staff need: a telephone with an app, and an approver who is away."""

from __future__ import annotations

import datetime as dt

import pyotp
from tests.support.hall import OPENING, Hall

from madoguchi.identity import factors
from madoguchi.identity.absences import absence_add
from madoguchi.identity.models import Staff
from madoguchi.kernel import clock


def app_of(staff: Staff) -> pyotp.TOTP:
    """The person's telephone."""
    secret = factors.secret_new()
    code = pyotp.TOTP(secret).at(clock.now() - dt.timedelta(seconds=30))
    factors.totp_add(actor=staff, secret=secret, code=code, name="電話")
    return pyotp.TOTP(secret)


def suzuki_away(hall: Hall):
    """Suzuki is away for four days, Kimura stands in."""
    return absence_add(actor=hall.staff("suzuki"), staff=hall.staff("suzuki"), section="kosodate", deputy=hall.staff("kimura"),
                       starts=OPENING.date(), ends=OPENING.date() + dt.timedelta(days=3))
