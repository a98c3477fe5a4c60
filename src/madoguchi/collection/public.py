"""Door: the worker prints notices and checks the books, the operator sees how they stand."""

from . import debits, fee_debits, givebacks, registrations, remind
from .city_rates import rates_fault
from .events import NOTICES_WANTED
from .fee_debits import OwnAccount, account_choose, account_offered, debit_begin, debit_of_payment
from .fee_waits import fees_unanswered
from .fees import Slip, fee_back, fee_begin, fee_over, fee_pdf, fee_stand, fee_stop, fees_ready, slip_of_payment
from .givebacks import refunds_tell
from .mine import collects
from .nightly import books_check, books_checked
from .online import payment_changed
from .registrations import Asked, registration_take, registrations_forget, registrations_hold
from .remind import dues_remind
from .runs import file_print
from .voids import order_void, order_void_refused
from .witness import witness


def trial_taxes(*, actor: str) -> None:
    """Fill an empty 収納 with invented demands, once. No page needs it: it is loaded when asked for."""
    from .trial import trial_taxes as fill

    fill(actor=actor)


SEALED = givebacks.SEALED + debits.SEALED + registrations.SEALED + fee_debits.SEALED + remind.SEALED

__all__ = ["Asked", "NOTICES_WANTED", "SEALED", "OwnAccount", "Slip", "account_choose", "account_offered", "debit_begin", "debit_of_payment",
           "books_check", "books_checked", "collects", "dues_remind", "fee_back", "fee_begin", "fee_over", "fee_pdf",
           "fee_stand", "fee_stop", "fees_ready", "fees_unanswered", "file_print", "order_void", "order_void_refused", "payment_changed",
           "rates_fault", "refunds_tell",
           "registration_take", "registrations_forget", "registrations_hold", "slip_of_payment", "trial_taxes", "witness"]
