"""The 領収証, drawn again from the record each time: it says what was paid, when and for what, and nobody's name."""

from __future__ import annotations

from django.conf import settings

from madoguchi.offices.public import city

from .models import Payment
from .rules import BOOKS, MEANS, line_words
from .selectors import is_void


def paid_pdf(payment: Payment) -> bytes:
    """The receipt of a payment that was made."""
    from madoguchi.procedures.rules.faces.pdf.paid import paid_face

    section, fee = city().sections[payment.section], not payment.key.startswith(BOOKS)
    return paid_face(
        city_name=str(city().name), section=f"{section.name} {section.unit}", number=payment.number, subject=payment.subject,
        receipt=payment.receipt, lines=[(line_words(x), x["unit"] if fee else 0, x["count"], x["sum"]) for x in payment.lines], amount=payment.amount,
        refunded=payment.refunded, paid_at=payment.paid_at, means=str(MEANS[payment.means]), void=is_void(payment),
        sample=not settings.PRODUCTION, fee=fee).data
