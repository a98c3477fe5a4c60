"""Door: who somebody is."""

from madoguchi.kernel.sealing import Column

from .absences import stands_in_for
from .corporate import corporate_number_fault
from .events import SECTION_LEFT
from .factors import qr_image
from .going import LEAVING
from .kept import MARK, given_back, kept_sweep, mark_of
from .models import BusinessAccount, Factor, KeptInput, Resident, Staff
from .owners import (
    PERSONAL,
    Owner,
    business_of,
    business_sign_in,
    guest_keep,
    guest_make,
    owner_of,
    person_of,
    proven,
    sign_in,
    sign_in_proves,
    sign_out,
)
from .passes import page_has_code, pass_give, passes_of
from .people import memberships_lapse
from .reauth import fresh, fresh_when
from .rights import ROLES, STAMPS, WHOLE, Right
from .rules import Business, Person, plain, prefill
from .selectors import approvers, colleagues, sections_of_staff, staff_active_by_id, works_in
from .services import (
    business_accounts_forget,
    business_accounts_idle,
    business_number,
    business_signed_in,
    cards_sweep,
    identity_provider,
    resident_signed_in,
    signer,
    staff_enrol,
)
from .sessions import sessions_forget, sessions_sweep
from .trial import BUSINESSES as TRIAL_BUSINESSES
from .trial import PASSWORD as TRIAL_PASSWORD
from .trial import RESIDENTS as TRIAL_RESIDENTS
from .trial import STAFF as TRIAL_STAFF
from .trial import trial_staff

SEALED = (
    Column(Resident, "attributes", "resident", "id", "カードの四情報"),
    Column(BusinessAccount, "sealed", "business-account", "id", "GビズIDの法人と利用者"),
    Column(Factor, "sealed", "factor", "staff_id", "職員の二つ目の確認"),
    Column(KeptInput, "sealed", "kept", "id", "ログインし直す間の入力"),
)

__all__ = [
    "LEAVING",
    "MARK", "PERSONAL", "ROLES", "SEALED", "SECTION_LEFT", "STAMPS",
    "TRIAL_BUSINESSES", "TRIAL_PASSWORD", "TRIAL_RESIDENTS", "TRIAL_STAFF", "WHOLE",
    "Business", "BusinessAccount", "business_accounts_idle", "business_number", "fresh_when",
    "Owner", "Person", "Right", "Staff", "approvers", "business_accounts_forget", "business_of", "business_sign_in", "business_signed_in",
    "cards_sweep", "colleagues", "corporate_number_fault", "fresh", "given_back", "guest_keep", "guest_make", "identity_provider", "kept_sweep",
    "mark_of",
    "memberships_lapse", "owner_of", "page_has_code", "pass_give", "passes_of",
    "person_of", "plain", "prefill", "proven", "qr_image", "resident_signed_in", "sections_of_staff", "sessions_forget", "sessions_sweep",
    "sign_in", "sign_in_proves", "sign_out", "signer", "staff_active_by_id", "staff_enrol", "stands_in_for", "trial_staff", "works_in",
]
