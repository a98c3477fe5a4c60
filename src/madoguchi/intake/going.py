"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.identity.public import BusinessAccount
from madoguchi.kernel.leaving import Leaving

from .companies import business_accounts_over
from .drafts import drafts_over
from .forgetting import unpaid_over
from .models import Application, Draft, Opinion
from .opinions import opinions_over

LEAVING = (
    Leaving("書きかけの手続き(添付と個人番号も)", Draft, drafts_over),
    Leaving("手数料が払われず成立しなかった申請", Application, unpaid_over),
    Leaving("満足度のひとこと(点数は残る)", Opinion, opinions_over, "text"),
    Leaving("事業者の方のログインの情報", BusinessAccount, business_accounts_over),
)
