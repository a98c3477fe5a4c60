"""Events of payments (payloads are ids and codes)."""

CHANGED = "payments.Changed"  # {payment, case, state}: state is the external one
REFUND_APPROVED = "payments.RefundApproved"  # {refund}
