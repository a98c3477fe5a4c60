"""調定: demands are taken from a file of the tax system, whole or not at all."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max

from madoguchi.files.public import file_write
from madoguchi.kernel import audit, clock, failpoints

from . import demand_sheet
from .charges import Charge, charge_get, charges
from .demand_sheet import TRIAL, Claim
from .demanded import line_of
from .errors import SheetWrong
from .ledger import CHAIN, one_writer
from .models import Demand, Instalment, Posting, Sheet
from .rules import Account

CHUNK = 2000
TAX_NOTICE, BARE = "納税通知書", "bare"  # BARE in Sheet.counts: how many have no 内訳


def demands_take(*, actor: str, charge: str, year: int, data: bytes, name: str) -> tuple[Sheet, bool]:
    """Take a file of demands; returns it, and whether it is new (the same file again changes nothing). ``year`` is 賦課年度.
    Raises ChargesWrong, SheetWrong with every error."""
    found, digest = charge_get(charge), hashlib.sha256(f"{charge}:{year}:".encode() + data).hexdigest()
    claims = demand_sheet.read(data, year=year, names=charges().columns)
    with transaction.atomic(durable=True):
        one_writer()
        sheet = Sheet.objects.filter(kind="demands", sha256=digest).first()
        if sheet is not None:
            return sheet, False
        _refuse_known(found.key, year, claims)
        kept = file_write(data=data, name=name, kind="text/csv", owner="collection")
        parts, total, bare = sum(len(c.parts) for c in claims), sum(c.amount for c in claims), bare_of(found, claims)
        counts = {"demands": [len(claims), total]} | ({BARE: [bare, 0]} if bare else {})
        sheet = Sheet.objects.create(kind="demands", form=found.key, name=name[:150], sha256=digest, file_id=kept.id, rows=parts,
                                     amount=total, counts=counts, by=actor, at=clock.now())
        said = _write(sheet, found.key, year, claims)
        audit.record(actor, "demands.imported", chain=CHAIN, facts={
            "sheet": sheet.id, "charge": charge, "year": year, "demands": len(claims), "instalments": parts, "yen": total, "sha256": digest,
            "said": said})
        failpoints.hit("collection.demands.before_commit")
    return sheet, True


def bare_of(charge: Charge, claims: list[Claim]) -> int:
    """How many 通知書 would not say what a 納税通知書 must (地方税法1条1項6号: 課税標準額, 税率 …), because the file brings no 内訳."""
    return sum(not c.lines for c in claims) if charge.title == TAX_NOTICE else 0


def warnings_of(sheet: Sheet) -> list[str]:
    """What a person should look at before the notices of a file are printed; it was taken all the same."""
    charge, out = charges().all.get(sheet.form), []
    if bare := sheet.counts.get(BARE, [0])[0]:
        out.append(f"通知書{bare:,}件に内訳がありません。納税通知書には課税標準額・税率などを書く決まりです(地方税法1条1項6号)。"
                   "通知書を作る前に、「内訳1」からの列を付けたファイルを税務システムから出せるか、確かめてください。")
    if sheet.kind == "demands" and charge and charge.title == TAX_NOTICE and (missing := charge.unsaid()):
        out.append(f"collection.yaml の科目「{charge.key}」に{'・'.join(f'「{name}」' for name in missing)}がありません。"
                   "通知書を作る前に、管理者が書き足してください(地方税法1条1項6号)。")
    return out


def _refuse_known(charge: str, year: int, claims: list[Claim]) -> None:
    """A 通知書 that is there already, or a 納付番号 of another one, is an error of the file; told in the order of its lines."""
    found: list[tuple[int, str]] = []
    for i in range(0, len(claims), CHUNK):
        some = {c.notice: c for c in claims[i:i + CHUNK]}
        for notice in Demand.objects.filter(charge=charge, year=year, notice__in=list(some)).values_list("notice", flat=True):
            found.append((some[notice].line, f"通知書番号「{notice}」は、もう取り込まれています。この行を外してください"))
        numbers = {p.number: c for c in some.values() for p in c.parts if p.number}
        for number in Instalment.objects.filter(number__in=list(numbers)).values_list("number", flat=True) if numbers else ():
            found.append((numbers[number].line, f"納付番号「{number}」は、別の通知書に使われています。税務システムで確かめてください"))
    if found:
        raise SheetWrong([f"{line}行目 {ja}" for line, ja in sorted(found)])


def trial_number(serial: int) -> tuple[str, str]:
    """A 納付番号 and 確認番号 that cannot be anybody's."""
    number = f"{TRIAL}{serial:014d}"
    return number, f"{int(hashlib.sha256(number.encode()).hexdigest(), 16) % 1_000_000:06d}"


def _write(sheet: Sheet, charge: str, year: int, claims: list[Claim]) -> str:
    """Returns the digest of what was made (demanded)."""
    last = Instalment.objects.aggregate(last=Max("id"))["last"]  # nobody else writes now
    rest, serial, on, said = iter(claims), last or 0, clock.today(), hashlib.sha256()
    while some := list(islice(rest, CHUNK)):
        demands = Demand.objects.bulk_create([
            Demand(sheet=sheet, charge=charge, year=year, notice=c.notice, payer=c.payer, name=c.name, zip=c.zip, address=c.address,
                   building=c.building, amount=c.amount, lines=c.lines) for c in some])
        rows: list[Any] = []
        for demand, claim in zip(demands, some, strict=True):
            for part in sorted(claim.parts, key=lambda p: p.no):
                serial += 1
                number, confirm = (part.number, part.confirm) if part.number else trial_number(serial)
                rows.append(Instalment(demand=demand, no=part.no, amount=part.amount, due=part.due, number=number, confirm=confirm))
                said.update(line_of((charge, year, claim.notice, claim.payer), (part.no, part.amount, part.due, number)).encode())
        made = Instalment.objects.bulk_create(rows)
        Posting.objects.bulk_create([
            Posting(sheet=sheet, instalment=r, debit=Account.RECEIVABLE, credit=Account.REVENUE, amount=r.amount, on=on) for r in made])
    return said.hexdigest()
