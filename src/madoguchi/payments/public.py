"""Door: payments for intake and casework, handlers and adapters for the wiring."""

from .errors import PaymentClosed, ProviderAway
from .events import CHANGED, REFUND_APPROVED
from .keeping import payments_forget, payments_hold, till_witness, witness
from .models import Payment
from .papers import paid_pdf
from .providers import online
from .refunds import refund_send
from .rules import MEANS, OPEN, State, words_of
from .selectors import payment_of_case, payments_of_cases
from .services import payment_cancel, payment_confirm, payment_make, payment_start, payments_ask, payments_expire

__all__ = [
    "CHANGED", "MEANS", "OPEN", "REFUND_APPROVED", "Payment", "PaymentClosed", "ProviderAway", "State", "online", "paid_pdf", "payment_cancel",
    "payment_confirm", "payment_make", "payment_of_case", "payment_start", "payments_ask", "payments_expire", "payments_forget",
    "payments_hold", "payments_of_cases", "refund_send", "till_witness", "witness", "words_of",
]
