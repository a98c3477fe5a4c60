"""Handler of CaseDecided: make, keep and enter the letters of a decision, then tell the applicant."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from madoguchi.agency import public as agency
from madoguchi.files.public import file_write
from madoguchi.intake.public import company_number
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.said import say
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.conditions import holds
from madoguchi.procedures.rules.faces.letter import Letter, LetterCity, letter_of, letter_text
from madoguchi.procedures.rules.faces.words import row_of
from madoguchi.records.public import document_issue, documents_of, documents_replace, sealer

from . import selectors
from .errors import PaperMissing, SealMissing
from .models import Case, Decision
from .papers import paper_bytes
from .progress import progress_say
from .rules import applicant
from .states import State


def earlier(case: Case, decision: Decision) -> list[Decision]:
    """The decisions that became final on the case before this one (変更, 再調査), the newest first: it replaces the first of them."""
    return list(Decision.objects.filter(case=case, state="final", number__lt=decision.number).order_by("-number"))


def _day(decision: Decision) -> dt.date:
    return (decision.decided_at or clock.now()).astimezone(clock.JST).date()


def row_words(case: Case, decision: Decision) -> dict[str, str]:
    """What a letter or a hand-over may say of the case (columns.ROW_WORDS)."""
    d, before = selectors.definition_of(case), earlier(case, decision)
    return row_of(
        d, receipt=case.receipt, received=case.filed_at, outcome=decision.outcome,
        decided=_day(decision), number=decision.document_number, turn=len(before) + 1,
        before=(before[0].document_number, _day(before[0])) if before else None, reason=decision.reason,
        addressee="\n".join(_addressee(case, d, decision)), section=city().sections[case.section].name,
        filer=_filer(d, decision), company=company_number(case.ref),
    )


def _addressee(case: Case, d: procedures.Definition, decision: Decision) -> list[str]:
    person = applicant(d, decision.filing)
    address = person.get("address") or {}
    kind = procedures.FIELD_TYPES["住所"]
    lines = []
    if address:
        code = address.get("zip", "")
        lines = [f"〒{code[:3]}-{code[3:]}" if code else "", kind.text(address, procedures.Question("a", "", "住所"))]
    told = person.get("name") or {}
    name = "\u3000".join(told[k] for k in ("sei", "mei") if told.get(k))  # by key: PostgreSQL does not keep the order of an answer's parts
    return [line for line in [*lines, person.get("company", "") or _office(case, d, decision, told), *_by_law(case, name)] if line]


def _office(case: Case, d: procedures.Definition, decision: Decision, told: object) -> str:
    """The organisation, where the letter goes to the one of its people who was at the form: they ordered it for the office, not for
    themselves."""
    if case.acting.get("kind") != "organisation":
        return ""
    at_the_form = {r.id for r in d.roles if r.card_text == "はい"}
    theirs = (decision.filing.get(q.id) for q in d.questions() if q.type == "氏名" and q.role in at_the_form)
    return case.acting["name"] if told in [name for name in theirs if name] else ""


def _by_law(case: Case, name: str) -> list[str]:
    """民法98条の2: a decision on somebody under guardianship, or on a minor, is addressed so that the legal representative receives it: the
    person, then who represents them, where the confirmed one filed it and is still that. The name alone in every other case."""
    kept = case.acting
    if kept.get("kind") != agency.GUARDIAN or not agency.receives(kept.get("title", "")) or not agency.works_for(kept["mandate"]):
        return [name]
    return [f"{name}\u3000様", "\u3000".join([kept["title"], *kept["name"].split()])] if agency.same_name(kept["giver"], name) else [name]


def _filer(d: procedures.Definition, decision: Decision) -> str:
    q = next((q for q in d.questions() if q.type == "氏名" and q.role in ("filer", "agent") and decision.filing.get(q.id)), None)
    return procedures.FIELD_TYPES["氏名"].text(decision.filing[q.id], q) if q else ""


def letter_city(case: Case) -> LetterCity:
    """The sender's block."""
    c = city()
    s = c.sections[case.section]
    return LetterCity(name=c.name, mayor=c.mayor, seal_words=c.seal_words, zip=c.zip, address=c.address, section=s.name,
                      unit=s.unit, phone=s.phone, hours=c.hours, appeals=c.appeals, sample=not settings.PRODUCTION, head=s.head)


def letters_of(case: Case, decision: Decision) -> list[tuple[procedures.Document, Letter]]:
    """(document, letter) of a decision: those of its outcome whose condition holds."""
    d = selectors.definition_of(case)
    known = procedures.derive(d, selectors.facts_of(case, decision.filing)) | decision.answers
    row, sender = row_words(case, decision), letter_city(case)
    before = next(iter(earlier(case, decision)), None)
    if before and not _documents(d, before, procedures.derive(d, selectors.facts_of(case, before.filing)) | before.answers):
        row |= {"前の文書番号": "", "前の処分日": ""}  # nobody was sent anything that this one could replace
    return [
        (document, letter_of(d, document, decision.filing, decision.answers, row, sender))
        for document in _documents(d, decision, known) if not document.attached
    ]


def _documents(d: procedures.Definition, decision: Decision, known: Mapping[str, Any]) -> list[procedures.Document]:
    """What the outcome of a decision issues on these answers."""
    return [x for x in d.documents if decision.outcome in x.outcomes and (x.condition is None or holds(x.condition, known))]


def _made(case: Case, decision: Decision) -> Iterator[tuple[procedures.Document, bytes, tuple[str, ...]]]:
    """(document, its PDF, characters that its font lacks) of a decision, under the city's signature where the definition says so."""
    from madoguchi.procedures.rules.faces.pdf import letter_pdf  # 30 ms to import: the worker alone needs it

    d = selectors.definition_of(case)
    letters = {document.id: letter for document, letter in letters_of(case, decision)}
    for document in _documents(d, decision, procedures.derive(d, selectors.facts_of(case, decision.filing)) | decision.answers):
        face = letter_pdf(letters[document.id]) if document.id in letters else None
        data = face.data if face else paper_bytes(decision, document.id)
        if data is None:
            raise PaperMissing(document.name)
        if document.sealed:
            engine = sealer()
            if engine is None:
                raise SealMissing(document.name)
            data = engine.seal(data, name=document.name)
        yield document, data, tuple(face.missing) if face else ()


def draft_pdf(case: Case, decision: Decision, document_id: str) -> bytes | None:
    """One letter of a proposal, as it would be, marked as not decided; None when there is no such document."""
    from madoguchi.procedures.rules.faces.pdf import letter_pdf

    letter = next((letter for document, letter in letters_of(case, decision) if document.id == document_id), None)
    return letter_pdf(dataclasses.replace(letter, number="【案・決裁前】")).data if letter else None


def undrawable(letters: list[tuple[procedures.Document, Letter]]) -> list[tuple[str, str]]:
    """(character, code points) that no font here can draw in these letters; they would be printed as 〓."""
    from madoguchi.procedures.rules.faces.pdf.fonts import Fonts

    fonts = Fonts()
    for _, letter in letters:
        for line in letter_text(letter).split("\n"):
            fonts.runs(line)
    return [(character, code_points(character)) for character in fonts.missing]


def issue_documents(message: outbox.Envelope) -> None:
    """Handler. Runs again safely: the file has its place, the entry its key, the message its key."""
    case = Case.objects.get(id=message.payload["case"])
    decision = Decision.objects.get(id=message.payload["decision"])
    issued = []
    for document, data, missing in _made(case, decision):
        key = f"{decision.id}:{document.id}"
        failpoints.hit("casework.letter.before_file")
        file = file_write(data=data, name=f"{document.name}.pdf", kind="application/pdf", owner=f"case:{case.id}",
                          place=f"letters/{decision.id}-{document.id}.pdf")
        failpoints.hit("casework.letter.after_file")
        issued.append((document, file, key, missing))
    outcome = selectors.definition_of(case).outcome(decision.outcome)
    assert outcome is not None
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().get(id=case.id)
        entries = []
        for document, file, key, missing in issued:
            entry = document_issue(key=key, case_ref=case.ref, document=document.id, name=document.name,
                                   number=decision.document_number, file_id=str(file.id), sha256=file.sha256)
            audit.record("worker", "document.issued", chain=f"case:{case.id}",
                         facts={"document": document.id, "number": entry.number, "sha256": file.sha256,
                                "characters_missing": [code_points(c) for c in missing]})
            entries.append(entry)
        if entries:  # its letters say that they replace those of the decision before, also where they are of another sort (却下 after 認定)
            documents_replace(case_ref=case.ref, numbers=[x.document_number for x in earlier(case, decision)], by=entries[0])
        rows = [  # all of the case: a certificate that this one replaces (再調査) is shown so on the applicant's page
            {"id": str(x.id), "name": x.name, "number": x.number, "file": str(x.file_id), "replaced": x.replaced_by_id is not None,
             "by": x.replaced_by.number if x.replaced_by else ""}
            for x in documents_of(case.ref)
        ]
        # letters may come late (a paper or a seal was missing): what was taken up again meanwhile stands as it does now
        status = "decided" if case.state == State.DECIDED else ""
        progress_say(case, key=f"decided:{decision.id}", status=status, notify=True, documents=rows,
                     ja=say("結果が出ました（{name}）", name=outcome.name), decision={"ja": f"結果：{outcome.name}", "outcome": outcome.kind})
    failpoints.hit("casework.letter.after_commit")


def code_points(character: str) -> str:
    """U+845B U+E0100: a character may be a sequence (異体字)."""
    return " ".join(f"U+{ord(point):04X}" for point in character)


def issued_of(case: Case) -> list[Any]:
    """Documents issued on a case."""
    return documents_of(case.ref)
