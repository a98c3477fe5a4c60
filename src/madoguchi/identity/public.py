"""Door: who somebody is."""

from madoguchi.kernel.sealing import Column

from .models import ROLES, Resident, Staff
from .owners import Owner, guest_make, owner_of, person_of, sign_in, sign_out
from .rules import Person, prefill
from .selectors import colleagues
from .services import identity_provider, resident_signed_in, signer, staff_enrol
from .trial import PASSWORD as TRIAL_PASSWORD
from .trial import RESIDENTS as TRIAL_RESIDENTS
from .trial import STAFF as TRIAL_STAFF

SEALED = (Column(Resident, "attributes", "resident", "id", "カードの四情報"),)

__all__ = [
    "ROLES", "SEALED", "TRIAL_PASSWORD", "TRIAL_RESIDENTS", "TRIAL_STAFF", "Owner", "Person", "Staff", "colleagues", "guest_make",
    "identity_provider", "owner_of", "person_of", "prefill", "resident_signed_in", "sign_in", "sign_out", "signer",
    "staff_enrol",
]
