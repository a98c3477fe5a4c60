"""The fees of a case: the way to them, and that nothing is granted while what must be paid first is owed."""

from __future__ import annotations

from madoguchi.payments.public import MORE, Payment, fee_owed, fees_of_case, going_back, is_undecided, words_of
from madoguchi.procedures.public import GRANT_NOTHING, Definition, Outcome

from .errors import FeeUnpaid
from .models import Case


def fee_links(case: Case, d: Definition) -> list[tuple[str, str, str]]:
    """(address, icon, words) of everything that was asked for."""
    return [(f"/staff/payments/{fee.id}/", "wallet",
             f"手数料{'（減免に当たらなかった分）' if fee.key.endswith(MORE) else ''}：{_words(fee)}")
            for fee in (fees_of_case(case.ref) if d.charge else [])]


def _words(fee: Payment) -> str:
    """Of what was paid for a withdrawn application, that somebody has still to decide; of what goes back, that it has not gone yet."""
    words = "取下げ。還付するか決めてください" if is_undecided(fee) else words_of(fee.state, fee.received, fee.refunded)
    return f"{words}（還付の途中）" if going_back([fee]) else words


def fee_check(case: Case, d: Definition, outcome: Outcome) -> None:
    """前納: what is granted is granted when the fee is paid, also that which was asked for because 減免 did not apply, or again after a
    取消し. Raises FeeUnpaid."""
    if d.charge is None or not d.charge.first or outcome.kind in GRANT_NOTHING:
        return
    if fee_owed(case.ref):
        raise FeeUnpaid
