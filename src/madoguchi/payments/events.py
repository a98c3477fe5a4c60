"""Events of payments (payloads are ids and codes)."""

CHANGED = "payments.Changed"  # {payment, case, state, means, stopped}: the external state; stopped when we ended the order that failed
REFUND_APPROVED = "payments.RefundApproved"  # {refund}
