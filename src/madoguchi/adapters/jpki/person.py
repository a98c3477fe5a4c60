"""The person in a 署名用電子証明書: subjectAltName otherNames under 1.2.392.200149.8.5.5. Pure.

`.1` 氏名, `.2` 氏名代替文字位置, `.3` 性別, `.4` 生年月日 (era digit + Gregorian YYYYMMDD), `.5` 住所,
`.6` 住所代替文字位置; each value is a UTF8String in [0] EXPLICIT (shared/reference/standards.md §2).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from asn1crypto import core
from cryptography import x509

from madoguchi.identity.ports import Person
from madoguchi.identity.public import plain

ARC = "1.2.392.200149.8.5.5"
NAME, NAME_MARKS, GENDER, BIRTH, ADDRESS, ADDRESS_MARKS = (x509.ObjectIdentifier(f"{ARC}.{n}") for n in range(1, 7))
# The first day of an era and its digit: 明治1 大正2 昭和3 平成4 令和5.
ERAS = ((dt.date(2019, 5, 1), "5"), (dt.date(1989, 1, 8), "4"), (dt.date(1926, 12, 25), "3"),
        (dt.date(1912, 7, 30), "2"), (dt.date.min, "1"))


class PersonUnreadable(Exception):
    """The certificate does not carry a person as a 署名用電子証明書 does; the message names the field."""


@dataclass(frozen=True, slots=True)
class CardHolder:
    """What the certificate says. ``name_marks`` and ``address_marks`` are kept as they are: one digit per character,
    1 where the card holds a substitute for a character it can not show."""

    name: str
    name_marks: str
    gender: str
    birthdate: str
    address: str
    address_marks: str


def era_date(day: dt.date) -> str:
    """EYYYYMMDD: 1991-07-25 is 419910725."""
    return next(digit for first, digit in ERAS if day >= first) + f"{day:%Y%m%d}"


def holder_names(person: Person) -> list[x509.GeneralName]:
    """The six otherNames of a person, in the order of the arc."""
    values = (
        (NAME, person.name), (NAME_MARKS, "0" * len(person.name)), (GENDER, person.gender or "3"),
        (BIRTH, era_date(dt.date.fromisoformat(person.birthdate))),
        (ADDRESS, person.address), (ADDRESS_MARKS, "0" * len(person.address)),
    )
    return [x509.OtherName(oid, core.UTF8String(value).dump()) for oid, value in values]


def holder_read(certificate: x509.Certificate) -> CardHolder:
    """The person in the certificate. Raises PersonUnreadable."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError, TypeError):
        raise PersonUnreadable("subjectAltName") from None
    found: dict[x509.ObjectIdentifier, str] = {}
    for name in names:
        if isinstance(name, x509.OtherName) and name.type_id.dotted_string.startswith(f"{ARC}."):
            if name.type_id in found:
                raise PersonUnreadable(name.type_id.dotted_string)
            try:
                found[name.type_id] = str(core.UTF8String.load(name.value, strict=True).native)
            except (ValueError, TypeError):
                raise PersonUnreadable(name.type_id.dotted_string) from None
    for oid in (NAME, GENDER, BIRTH, ADDRESS):
        if oid not in found:
            raise PersonUnreadable(oid.dotted_string)
    match = re.fullmatch(r"[1-5](\d{4})(\d{2})(\d{2})", found[BIRTH], re.ASCII)
    if match is None:
        raise PersonUnreadable(BIRTH.dotted_string)
    return CardHolder(found[NAME], found.get(NAME_MARKS, ""), found[GENDER], "-".join(match.groups()), found[ADDRESS],
                      found.get(ADDRESS_MARKS, ""))


def differences(holder: CardHolder, person: Person) -> list[str]:
    """What of the certificate is not the person who signed in, in words for people. Widths, spaces and kinds of hyphen
    do not count; characters do: both come from the same card."""
    pairs = (("氏名", holder.name, person.name), ("生年月日", holder.birthdate, person.birthdate),
             ("住所", holder.address, person.address))
    return [f"署名用電子証明書の{what}が、ログインした人と違います" for what, a, b in pairs if plain(a) != plain(b)]
