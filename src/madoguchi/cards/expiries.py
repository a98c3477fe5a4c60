"""期限の知らせ: when cards and certificates end, taken in from a file or said at the counter with consent; each told once."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.kernel.canon import canonical, keyed_digest
from madoguchi.kernel.sealing import Column
from madoguchi.notifications.public import mail_fault, mail_plain, mails_refused, mails_settle

from . import expiry_mail, rules, selectors
from .city import card_city
from .holder import holder_of
from .models import Batch, Card, Expiry
from .operators import Actor
from .rules import day_said, twelve_digits
from .services import CHAIN
from .sheet import LANGUAGES, NO_NUMBER, rows_of, whole
from .staff_errors import CardNotFound, CardOver, ConsentWrong, NothingToSend

PURPOSE, LETTER, AT_ONCE, SHOWN = "card-expiry", "expiry", 500, 200
MAIL = "card-expiry:"  # what the keys of its mails begin with
SEALED = (Column(Expiry, "sealed", PURPOSE, "id", "期限を知らせる方の氏名・住所・メール"),)
KINDS = {"card": "カード", "certificate": "電子証明書"}
LONGEST = {"氏名": 100, "フリガナ": 100, "住所": 160}
COLUMNS, OPTIONAL = ("氏名", "フリガナ", "生年月日", "郵便番号", "住所", "種類", "期限"), ("メール", "言語")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is told."""

    name: str
    kana: str
    born: str
    zip: str
    address: str
    language: str = "ja"
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the list."""

    row: Expiry
    person: Person
    kind: str
    due: bool
    refused: bool = False  # a mail was promised and no mailbox took it: it goes by letter


def _row(person: Person, kind: str, day: dt.date) -> Expiry:
    mark = keyed_digest(keys.subkey("card-expiry-mark"), f"{person.name}:{person.born}:{kind}:{day}".encode())
    row = Expiry(mark=mark, kind=kind, expires_on=day, by_mail=bool(person.mail))
    row.sealed = keys.seal(PURPOSE, json.dumps(asdict(person)).encode(), bound_to=str(row.id))
    return row


def person_of(row: Expiry) -> Person:
    """Who is told."""
    return Person(**json.loads(keys.unseal(PURPOSE, row.sealed, bound_to=str(row.id))))


def _judged(row: dict[str, str]) -> tuple[Expiry | None, list[str]]:
    faults = [f"「{c}」に{NO_NUMBER}" for c in row if twelve_digits(row[c])]
    faults += [f"「{c}」を1〜{most}文字で書いてください" for c, most in LONGEST.items() if not 1 <= len(row[c]) <= most]
    born, day, code = day_said(row["生年月日"]), day_said(row["期限"]), row["郵便番号"].replace("-", "")
    kind = next((key for key, ja in KINDS.items() if ja == row["種類"]), "")
    mail, language = mail_plain(row.get("メール", "")), row.get("言語", "") or "ja"
    if born is None:
        faults.append(f"「生年月日」は 1990-04-01 の形の日付で書いてください(今は「{row['生年月日']}」)")
    if day is None or not clock.today() <= day <= clock.today() + dt.timedelta(days=366 * 11):
        faults.append(f"「期限」は 2027-04-01 の形の、今日から11年以内の日付で書いてください(今は「{row['期限']}」)")
    if not re.fullmatch(r"[0-9]{7}", code):
        faults.append(f"「郵便番号」は7けたの数字で書いてください(今は「{row['郵便番号']}」)")
    if not kind:
        faults.append(f"「種類」は {'か'.join(KINDS.values())} にしてください(今は「{row['種類']}」)")
    if mail and mail_fault(mail):
        faults.append("「メール」を確かめてください。同意のない方は空けてください")
    if language not in LANGUAGES:
        faults.append(f"「言語」は {'・'.join(LANGUAGES)} のどれかにしてください(今は「{language}」)")
    if faults or born is None or day is None:
        return None, faults
    return _row(Person(row["氏名"], row["フリガナ"], born.isoformat(), code, row["住所"], language, mail), kind, day), []


def _read(data: bytes) -> list[Expiry]:
    found: dict[str, Expiry] = {}
    faults: list[str] = []
    for line, cells in rows_of(data, COLUMNS, OPTIONAL):
        row, wrong = (None, [cells]) if isinstance(cells, str) else _judged(cells)
        if row is not None:
            found.setdefault(row.mark, row)
        faults += [f"{line}行目 {w}" for w in wrong]
    whole(len(found), faults)
    return list(found.values())


@transaction.atomic(durable=True)
def expiries_import(*, actor: Actor, data: bytes, dry_run: bool = False) -> int:
    """Take a file in, all or nothing; who is known with kind and day already is not taken twice. Returns how many are new; with
    ``dry_run``, would be. Raises SheetWrong."""
    selectors.insist(actor=actor)
    rows = _read(data)
    known = set(Expiry.objects.filter(mark__in=[r.mark for r in rows]).values_list("mark", flat=True))
    fresh = [r for r in rows if r.mark not in known]
    if dry_run:
        return len(fresh)
    said = _added(fresh)
    audit.record(actor.actor, "cards.expiries", chain=CHAIN, facts={"added": len(said), "known": len(rows) - len(said), "expiries": said})
    failpoints.hit("cards.expiries.before_commit")
    return len(said)


def _added(rows: list[Expiry]) -> dict[str, str]:
    """Those that another import has not brought meanwhile, with their marks for the record."""
    Expiry.objects.bulk_create(rows, ignore_conflicts=True)
    there = set(Expiry.objects.filter(id__in=[r.id for r in rows]).values_list("id", flat=True))
    return {str(r.id): row_mark(r) for r in rows if r.id in there}


def row_mark(row: Expiry) -> str:
    """By what the record knows who is told of what: 16 digits of a keyed digest that no change of keys changes."""
    said = [asdict(person_of(row)), row.kind, row.expires_on.isoformat(), row.by_mail]
    return keyed_digest(keys.subkey("card-expiry-row"), canonical(said))[:16]


@transaction.atomic(durable=True)
def expiries_consent(*, actor: Staff, card_id: str, issued: str, mail: str) -> tuple[dt.date, dt.date]:
    """Whoever has just got the card wants to be told by mail: the days of card and certificate follow from the issue. Raises CardNotFound,
    CardOver, ConsentWrong."""
    card = Card.objects.select_for_update().get(id=selectors.card_get(actor=actor, card_id=card_id).id)
    day, address = day_said(issued), mail_plain(mail)
    if card.state != "handed":
        raise CardOver("期限の知らせは、カードを渡したあとに受け付けます。")
    if day is None or not clock.today() - dt.timedelta(days=730) <= day <= clock.today():
        raise ConsentWrong("issued", "カードの発行日を 2026-11-01 の形で入力してください。今日までの2年以内の日です。")
    if not address or mail_fault(address):
        raise ConsentWrong("mail", "メールアドレスを確かめて、もう一度入力してください。")
    holder, born = holder_of(card), day_said(holder_of(card).born)
    if born is None:
        raise CardNotFound
    person = Person(holder.name, holder.kana, holder.born, holder.zip, holder.address, holder.language, address)
    days = rules.card_expires(born, day), rules.certificate_expires(born, day)
    rows = [_row(person, kind, end) for kind, end in zip(KINDS, days, strict=True)]
    before = Expiry.objects.filter(mark__in=[r.mark for r in rows], told_on=None)  # another address replaces the one before
    gone = sorted(map(str, before.values_list("id", flat=True)))
    before.delete()
    audit.record(actor.actor, "card.consent", chain=CHAIN, facts={"card": str(card.id), "expiries": _added(rows), "replaced": gone}, of=[address])
    return days


def _due(today: dt.date) -> dt.date:
    """Ends up to this day are told of now."""
    return max(d for n in range(400) if rules.months_before(d := today + dt.timedelta(days=n), card_city().notice) <= today)


def expiry_list(*, actor: Staff, which: str = "due") -> list[Told]:
    """Who is to be told now, or everybody, by day. Raises Forbidden."""
    selectors.insist(actor=actor)
    last, today = _due(clock.today()), clock.today()
    rows = Expiry.objects.filter(expires_on__gte=today).order_by("expires_on", "id")
    if which == "due":
        rows = rows.filter(expires_on__lte=last, told_on=None)
    return [_told(r, last) for r in rows[:SHOWN]]


def _told(row: Expiry, last: dt.date) -> Told:
    person = person_of(row)
    return Told(row, person, KINDS[row.kind], row.expires_on <= last and row.told_on is None, bool(person.mail) and not row.by_mail)


def expiry_rows(*, actor: Staff) -> list[list[str]]:
    """All that end from today on, as rows of a CSV. Raises Forbidden."""
    selectors.insist(actor=actor)
    out = [[*COLUMNS, "メール", "知らせた日"]]
    for row in Expiry.objects.filter(expires_on__gte=clock.today()).order_by("expires_on", "id"):
        p = person_of(row)
        out.append([p.name, p.kana, p.born, p.zip, p.address, KINDS[row.kind], str(row.expires_on), p.mail, str(row.told_on or "")])
    _exported(actor, len(out) - 1)
    return out


@transaction.atomic(durable=True)
def _exported(actor: Staff, rows: int) -> None:
    """Names and addresses left the system."""
    audit.record(actor.actor, "cards.exported", chain=CHAIN, facts={"rows": rows})


@transaction.atomic(durable=True)
def expiry_letters(*, actor: Actor) -> Batch:
    """A batch of letters for those without a mail address. Raises NothingToSend, Forbidden."""
    selectors.insist(actor=actor)
    today = clock.today()
    rows = list(Expiry.objects.select_for_update().filter(expires_on__range=(today, _due(today)), told_on=None, by_mail=False)
                .order_by("expires_on", "id")[:selectors.LETTERS_MOST])
    if not rows:
        raise NothingToSend
    batch = Batch.objects.create(kind=LETTER, made_on=today, made_at=clock.now(), made_by=actor.actor)
    Expiry.objects.filter(id__in=[r.id for r in rows]).update(told_on=today, batch=batch)
    audit.record(actor.actor, "cards.letters", chain=CHAIN, facts={"batch": batch.id, "kind": LETTER, "expiries": sorted(str(r.id) for r in rows)})
    failpoints.hit("cards.ends.before_commit")
    return batch


@transaction.atomic(durable=True)
def expiry_drop(*, actor: Staff, expiry_id: str) -> None:
    """Whoever does not want to be told is forgotten. Raises CardNotFound."""
    row = Expiry.objects.filter(id=expiry_id).first() if selectors.may_cards(actor) else None
    if row is None:
        raise CardNotFound
    row.delete()
    audit.record(actor.actor, "cards.expiry_dropped", chain=CHAIN, facts={"expiry": expiry_id})


def expiries_of(batch: Batch) -> list[Told]:
    """Those of a batch of letters."""
    return [_told(r, r.expires_on) for r in batch.expiries.order_by("expires_on", "id")]


def expiries_tell() -> int:
    """Tell by mail of what ends in the months of cards.yaml (期限の知らせ), by day only; each once. Returns how many."""
    now = clock.now().astimezone(clock.JST)
    if not card_city().section or not 8 <= now.hour < 20:
        return 0
    today = now.date()
    rows = Expiry.objects.filter(expires_on__range=(today, _due(today)), told_on=None, by_mail=True)
    return sum(_tell(key) for key in rows.order_by("id").values_list("id", flat=True)[:AT_ONCE])


@transaction.atomic(durable=True)
def _tell(key: UUID) -> bool:
    row = Expiry.objects.select_for_update().filter(id=key, told_on=None, by_mail=True).first()
    if row is None:
        return False
    Expiry.objects.filter(id=key).update(told_on=clock.today())
    person = person_of(row)
    expiry_mail.promise(key=f"{MAIL}{row.id}", to=person.mail, language=person.language, day=row.expires_on)
    audit.record("system", "cards.expiry_told", chain=CHAIN, facts={"expiry": str(row.id)})
    failpoints.hit("cards.tell.before_commit")
    return True


def expiries_over() -> QuerySet[Expiry]:
    """What has ended long ago (cards.yaml 保存)."""
    return Expiry.objects.filter(expires_on__lt=clock.today() - dt.timedelta(days=card_city().forget))


def expiries_untold() -> int:
    """Whose mail no mailbox took is not told: the row goes back to those who are told by letter. Returns how many."""
    gone = {key.removeprefix(MAIL) for key in mails_refused(MAIL)}
    rows = Expiry.objects.filter(id__in=gone, by_mail=True).exclude(told_on=None)
    return sum(_untold(key) for key in rows.order_by("id").values_list("id", flat=True)[:AT_ONCE])


@transaction.atomic(durable=True)
def _untold(key: UUID) -> bool:
    row = Expiry.objects.select_for_update().filter(id=key, by_mail=True).exclude(told_on=None).first()
    if row is None:
        return False
    row.by_mail, row.told_on = False, None
    row.save(update_fields=["by_mail", "told_on"])
    mails_settle([f"{MAIL}{row.id}"])
    audit.record("system", "cards.expiry_refused", chain=CHAIN, facts={"expiry": str(row.id), "mark": row_mark(row)})
    return True


def expiries_sweep() -> int:
    """Forget it. Returns how many."""
    return _forget(expiries_over().values_list("id", flat=True)[:2000])


@transaction.atomic(durable=True)
def _forget(keys_gone: Iterable[UUID]) -> int:
    gone = list(keys_gone)
    if gone:
        Expiry.objects.filter(id__in=gone).delete()
        audit.record("system", "cards.expiries_forgotten", chain=CHAIN, facts={"expiries": sorted(map(str, gone))})
    return len(gone)
