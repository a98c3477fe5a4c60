"""Writers: document numbers and issued documents."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import F

from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import DomainError

from .models import IssuedDocument, Register

MOST = 9_999_999  # of one section in one year; a slip of the finger would stand in every letter that follows


class NumberWrong(DomainError):
    """A register cannot go on from there."""

    code = "number_wrong"
    ja = "その番号からは続けられません。"
    status = 409


def fiscal_year(day: dt.date) -> int:
    """年度: April to March (地方自治法208条1項)."""
    return day.year if day.month >= 4 else day.year - 1


def number_take(*, sign: str, day: dt.date) -> str:
    """The next number of a section, e.g. 七子第12号, in the caller's transaction: a roll-back gives it back."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("number_take needs the caller's transaction")
    year = fiscal_year(day)
    Register.objects.get_or_create(sign=sign, year=year)
    Register.objects.filter(sign=sign, year=year).update(last=F("last") + 1)
    return f"{sign}第{Register.objects.get(sign=sign, year=year).last}号"


@transaction.atomic
def numbers_go_on(*, actor: str, sign: str, year: int, last: int) -> Register:
    """Let a register go on after the last number that went out, for after a restore the numbers of the letters that are not in the
    back-up would be given a second time. Only forward, and the record says who did it. Raises NumberWrong."""
    found = Register.objects.select_for_update().filter(sign=sign, year=year).first() or Register(sign=sign, year=year)
    if last > MOST:
        raise NumberWrong(f"番号「{str(last)[:20]}」は大きすぎます。最後に出した番号を確かめてください。戻すことはできません。")
    if last <= found.last:
        raise NumberWrong(f"{sign}の{year}年度は{found.last}号まで出ています。それより大きい番号を指定してください。")
    before, found.last = found.last, last
    found.save()
    audit.record(actor, "numbers.moved", chain="numbers", facts={"sign": sign, "year": year, "before": before, "last": last})
    return found


def document_issue(
    *, key: str, case_ref: str, document: str, name: str, number: str, file_id: str, sha256: str, day: dt.date | None = None
) -> IssuedDocument:
    """Enter an issued document. The same key again returns what is there. An earlier one of the same sort on the same
    case is marked as replaced (再調査: the old certificate stays readable)."""
    found = IssuedDocument.objects.filter(key=key).first()
    if found:
        return found
    new = IssuedDocument.objects.create(
        key=key, case_ref=case_ref, document=document, name=name, number=number, issued_on=day or clock.today(),
        file_id=file_id, sha256=sha256,
    )
    IssuedDocument.objects.filter(case_ref=case_ref, document=document, replaced_by=None).exclude(id=new.id).update(
        replaced_by=new
    )
    return new


def documents_replace(*, case_ref: str, numbers: list[str], by: IssuedDocument) -> None:
    """What was issued on a case under these numbers and is not replaced yet is replaced by this document. Again changes nothing."""
    IssuedDocument.objects.filter(case_ref=case_ref, number__in=numbers, replaced_by=None).exclude(id=by.id).update(replaced_by=by)
