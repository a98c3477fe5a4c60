"""Door: payments for intake and casework, handlers and adapters for the wiring."""

from .errors import PaymentClosed, PaymentNotFound, ProviderAway, ProviderUnknown
from .events import CHANGED, REFUND_APPROVED
from .keeping import payment_destroy, payments_forget, payments_hold, payments_over, till_witness, witness
from .models import Payment, Refund
from .papers import paid_pdf
from .parity import differences
from .ports import Report
from .providers import COUNTER, DEBIT, FREE, ONLINE, SLIP, online
from .refunds import refund_reported, refund_send, refunds_ask, void_waits
from .rules import BOOKS, KEPT, MEANS, MORE, NO_WAIVER, OPEN, State, words_of
from .selectors import (
    backs_of_case,
    fee_owed,
    fees_of_case,
    going_back,
    is_undecided,
    orders_known,
    payment_get,
    payment_of_case,
    payments_of_cases,
    slip_offered,
)
from .services import (
    payment_cancel,
    payment_confirm,
    payment_make,
    payment_start,
    payments_ask,
    payments_expire,
    report_apply_in,
)
from .setup import debit_days, terminals_of
from .takings import Taking, takings
from .withdrawn import case_withdrawn

__all__ = [
    "BOOKS", "CHANGED", "COUNTER", "DEBIT", "FREE", "KEPT", "MEANS", "MORE", "NO_WAIVER", "ONLINE", "OPEN", "REFUND_APPROVED", "SLIP",
    "Payment", "PaymentClosed", "PaymentNotFound", "ProviderAway", "ProviderUnknown", "Refund", "Report", "State", "Taking", "backs_of_case",
    "case_withdrawn", "debit_days",
    "differences", "fee_owed", "fees_of_case", "going_back",
    "is_undecided", "online", "orders_known", "paid_pdf", "payment_cancel", "payment_confirm", "payment_destroy", "payment_get", "payment_make",
    "payment_of_case",
    "payment_start", "payments_ask", "payments_expire", "payments_forget", "payments_hold", "payments_of_cases", "payments_over",
    "refund_reported", "refund_send", "refunds_ask", "report_apply_in", "slip_offered", "takings", "terminals_of", "till_witness", "void_waits",
    "witness",
    "words_of",
]
