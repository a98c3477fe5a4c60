"""Which means of payment this city offers, and their adapters."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from django.conf import settings

from .errors import ProviderUnknown
from .ports import PaymentProvider

ONLINE = "card"
SLIP, DEBIT = "slip", "debit"
LASTING = (SLIP, DEBIT)  # an order by these is one order until it is paid or its payment ends; what was paid in time is told days later
CASH, TERMINAL, FREE = "counter_cash", "terminal", "free"
COUNTER = (CASH, TERMINAL)  # taken and given back by a clerk, counted at the close of the day


def provider_of(code: str) -> PaymentProvider:
    """The adapter of a means. Raises ProviderUnknown."""
    path = settings.PAYMENT_PROVIDERS.get(code, "")
    if not path:
        raise ProviderUnknown
    module, _, name = path.rpartition(".")
    return cast(PaymentProvider, getattr(import_module(module), name)())


def online() -> bool:
    """Can a resident pay here and now?"""
    return bool(settings.PAYMENT_PROVIDERS.get(ONLINE))
