"""Writer of the words by which cases are found, always in the transaction of the case."""

from __future__ import annotations

from django.db import transaction

from . import parts
from .models import Case, CaseWord
from .rules import applicant
from .selectors import definition_of

BATCH = 200


def who(case: Case) -> tuple[str, str]:
    """(the name that the list shows, the text that it is found by) of a case's applicant, a company before who speaks for it. Family
    name first by key: PostgreSQL does not keep the order of an answer's parts."""
    person = applicant(definition_of(case), case.answers)
    name, kana = ([found[k] for k in ("sei", "mei") if found.get(k)] for found in (person.get("name") or {}, person.get("kana") or {}))
    name = [person["company"], *name] if "company" in person else name
    return "\u3000".join(name)[:130] or case.receipt, parts.text_of(case.receipt, name, kana)


def words_write(case: Case) -> None:
    """Write the words of a new or corrected case, and on the case how many they are."""
    words = parts.words_of(case.search)
    if case.words is not None:
        CaseWord.objects.filter(case=case).delete()
    CaseWord.objects.bulk_create([CaseWord(section=case.section, word=word, case=case) for word in sorted(words)])
    Case.objects.filter(id=case.id).update(words=len(words))
    case.words = len(words)


def words_forget(case: Case) -> None:
    """Take a case's words away."""
    CaseWord.objects.filter(case=case).delete()


@transaction.atomic(durable=True)
def _fill_some() -> int:
    rows = list(Case.objects.select_for_update().filter(words=None).order_by("id")[:BATCH])
    for case in rows:
        case.name, case.search = who(case)
        Case.objects.filter(id=case.id).update(name=case.name, search=case.search)
        words_write(case)
    return len(rows)


def words_fill() -> int:
    """Words for the cases that were filed before there were any, in transactions of 200; says how many. Stopped at any
    moment, the next run goes on."""
    done = 0
    while some := _fill_some():
        done += some
    return done
