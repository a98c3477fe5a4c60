"""Events of payments (payloads are ids and codes)."""

# {payment, case, state, means, stopped}: the external state, or rebilled, refunding (還付 approved), refunded, unrefunded (it could not be
# given back), kept (of what was withdrawn); stopped when we ended the order that failed
CHANGED = "payments.Changed"
REFUND_APPROVED = "payments.RefundApproved"  # {refund}
