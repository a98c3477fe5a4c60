"""Name, mail and telephone number of who comes: read, judged, sealed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from madoguchi.kernel import keys
from madoguchi.kernel.canon import keyed_digest
from madoguchi.kernel.said import say
from madoguchi.kernel.sealing import Column
from madoguchi.notifications.public import mail_fault, mail_plain

from .errors import FormWrong
from .models import Booking, Waiting
from .rules import phone_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

BOOKING, WAITING = "booking-contact", "waiting-contact"
SEALED = (Column(Booking, "sealed", BOOKING, "id", "予約した方の名前と連絡先"),
          Column(Waiting, "sealed", WAITING, "id", "空きを待つ方の名前と連絡先"))
NAME_MOST = 50


@dataclass(frozen=True, slots=True)
class Contact:
    """Who comes. ``mail`` or ``phone`` may be empty, not both."""

    name: str
    mail: str = ""
    phone: str = ""


def contact_typed(form: Mapping[str, str], *, mail_needed: bool = False, staff: bool = False) -> Contact:
    """What was typed. Raises FormWrong."""
    name = " ".join(form.get("name", "").split())
    mail, phone = mail_plain(form.get("mail", "")), phone_plain(form.get("phone", ""))
    faults: list[tuple[str, str]] = []
    if not name or len(name) > NAME_MOST:
        faults.append(("name", say("お名前を{most}字までで入力してください", most=NAME_MOST)))
    if mail and (wrong := mail_fault(mail)):
        faults.append(("mail", wrong))
    if form.get("phone", "").strip() and not phone:
        faults.append(("phone", say("電話番号は、市外局番からの数字で入力してください")))
    elif mail_needed and not mail:
        faults.append(("mail", say("空きが出たときに知らせる、メールアドレスを入力してください")))
    elif not mail and not phone and not staff:
        faults.append(("mail", say("メールアドレスか電話番号を入力してください")))
    if faults:
        raise FormWrong(faults)
    return Contact(name, mail, phone)


def sealed(contact: Contact, row: Booking | Waiting) -> bytes:
    """Sealed for this row."""
    return keys.seal(BOOKING if isinstance(row, Booking) else WAITING, json.dumps(asdict(contact)).encode(), bound_to=str(row.id))


def contact_of(row: Booking | Waiting) -> Contact:
    """Who comes; nameless where it was not said yet or is forgotten."""
    if row.sealed is None:
        return Contact("")
    purpose = BOOKING if isinstance(row, Booking) else WAITING
    return Contact(**json.loads(keys.unseal(purpose, row.sealed, bound_to=str(row.id))))


def marks_of(contact: Contact, owner: str) -> Iterable[str]:
    """By what the limit knows a person: who is signed in, and their mail and telephone number. A company that is signed in books for one
    client after another, with its own mail and telephone: there it is the name."""
    key = keys.subkey("booking-person")
    found = [owner, contact.mail and f"mail:{contact.mail.lower()}", contact.phone and f"phone:{contact.phone}"]
    if owner.startswith("b:"):
        found = [f"{owner}:{''.join(unicodedata.normalize('NFKC', contact.name).split())}"]
    return [keyed_digest(key, text.encode()) for text in found if text]
