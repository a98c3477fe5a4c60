import pytest
from django.db import transaction
from tests.support import gateway

from madoguchi.payments import services


@pytest.fixture(scope="session")
def card_process():
    with gateway.running() as found:
        yield found


@pytest.fixture
def cards(card_process, settings):
    """The city offers cards through a gateway process of its own."""
    settings.CARD_GATEWAY = {"key": gateway.KEY, "webhook_secret": gateway.SECRET, "base": card_process.base,
                             "page": card_process.base}
    settings.PAYMENT_PROVIDERS = settings.PAYMENT_PROVIDERS | {"card": "madoguchi.adapters.card_gateway.CardGateway"}
    return card_process


@pytest.fixture
def fee(hall):
    """Ask for a fee; each call another application."""
    made = []

    def make(amount=600, due_at=None, section="kosodate"):
        with transaction.atomic():
            ref = f"00000000-0000-4000-8000-{len(made):012d}"
            made.append(services.payment_make(
                key=f"fee:{ref}", case_ref=ref, receipt=f"R8-0000-{len(made):04d}-0", section=section, subject="住民票の写し",
                lines=[{"label": "住民票の写し", "unit": 300, "count": 2, "sum": 600}], amount=amount, due_at=due_at, actor="resident:test"))
        return made[-1]

    return make
