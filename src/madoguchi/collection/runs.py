"""Letters in bulk (通知書, 督促状, 催告書): split into files in the order of the post, made side by side, taken up again after a kill, and
reconciled with what is owed to the yen."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from madoguchi.files.public import file_write
from madoguchi.kernel import audit, clock, failpoints, outbox

from .charges import charge_get
from .errors import DuesNear, NothingToPrint, RunWrong
from .events import NOTICES_WANTED
from .ledger import CHAIN, one_writer
from .looks import unpaid
from .models import Change, Demand, Excess, GiveBack, Instalment, Posting, Reminder, Run, RunFile
from .rules import LETTERS, Account, Letter

if TYPE_CHECKING:
    from .slips.draw import Written
    from .slips.parts import Notice

T = TypeVar("T")
Row = tuple[int | str, str, int]  # (id of the demand, reminder, change, excess or 還付・充当, 郵便番号, yen)
PER_FILE = 2000
MARKS = 500  # ids in one statement
AHEAD = dt.timedelta(days=60)  # so early letters are printed at most
BEFORE = dt.timedelta(days=10)  # so long before 納期限 a notice is there at the latest (地方税法364条9項ほか)
REASON = 200


def run_start(*, actor: str, kind: str, charge: str, year: int, issued_on: dt.date, per_file: int = PER_FILE, promise: bool = True,
              known: str = "") -> Run:
    """Letters to everybody who is owed one, by 郵便番号. With ``promise`` the workers print; without, whoever calls does. ``known``: why
    notices are made though a 納期限 is past or near. Raises ChargesWrong, NothingToPrint, DuesNear."""
    charge_get(charge)
    if issued_on > clock.today() + AHEAD:
        raise NothingToPrint(f"発付の日は、今日から{AHEAD.days}日先までにしてください。")
    with transaction.atomic(durable=True):
        one_writer()
        run = Run(kind=kind, charge=charge, year=year, issued_on=issued_on, letters=0, amount=0, by=actor, at=clock.now(),
                  known=known[:REASON] if kind == Letter.NOTICE else "")
        rows = _rows(run)
        run.letters, run.amount = len(rows), sum(row[2] for row in rows)
        run.save()
        files = RunFile.objects.bulk_create([
            RunFile(run=run, no=no, ids=[row[0] for row in some], zips=f"{some[0][1]}-{some[-1][1]}")
            for no, some in enumerate(_chunks(rows, per_file), 1)])
        for file in files if promise else ():
            outbox.publish(NOTICES_WANTED, case_ref=f"notices:{run.id}:{file.no}", key=f"notices:{file.id}", payload={"file": file.id})
        audit.record(actor, "letters.started", chain=CHAIN, of=run.known or None, facts={
            "run": run.id, "kind": kind, "charge": charge, "year": year, "letters": run.letters, "yen": run.amount,
            "files": len(files)} | ({"near": True} if run.known else {}))
        failpoints.hit("collection.run.before_commit")
    return run


def _rows(run: Run) -> list[Row]:
    from .back_letters import asked_of, backs_of

    makers: dict[str, Callable[[Run], list[Row]]] = {
        Letter.NOTICE: _notices, Letter.CHANGE: _changes, Letter.ASK: asked_of, Letter.BACK: backs_of}
    return makers.get(run.kind, _reminders)(run)


def _notices(run: Run) -> list[Row]:
    """Every demand that has no notice yet. Raises NothingToPrint, DuesNear."""
    wanted = Demand.objects.filter(charge=run.charge, year=run.year, run=None)
    rows: list[Row] = list(wanted.order_by("zip", "id").values_list("id", "zip", "amount"))
    if not rows:
        raise NothingToPrint
    near = _dues_near(run, wanted)
    if near and not run.known:
        raise DuesNear(near)
    if not near:
        run.known = ""
    run.save()
    for some in _chunks([row[0] for row in rows], MARKS):
        Demand.objects.filter(id__in=some).update(run=run)
    return rows


def _dues_near(run: Run, demands: QuerySet[Demand]) -> str:
    """Which 納期限 of these demands are past or too near on the day of the letter, in words; empty when none is."""
    dues = Instalment.objects.filter(demand__in=demands, due__lt=run.issued_on + BEFORE, amount__gt=0)
    rows = list(dues.values_list("due").annotate(n=Count("id")).order_by("due"))
    if not rows:
        return ""
    name, most = charge_get(run.charge).name, 5
    words = [f"納期限 {due}（{n:,}件）は{'過ぎています' if due < run.issued_on else f'{BEFORE.days}日ありません'}" for due, n in rows[:most]]
    rest = f"、ほか{len(rows) - most}日" if len(rows) > most else ""
    return (f"{name}（{run.year}年度）の通知書は作りませんでした。発送の日 {run.issued_on} から見て、{'、'.join(words)}{rest}。"
            f"納税通知書は、遅くとも納期限の{BEFORE.days}日前までに届けます。調定の納期限と発送の日を確かめてください。")


def _changes(run: Run) -> list[Row]:
    """Every change of a demand whose notice was out, and that nobody has been told of. What was paid since the change is asked for no
    more: what is left now is kept with it."""
    wanted = Change.objects.filter(demand__charge=run.charge, demand__year=run.year, told=True, run=None)
    rows = list(wanted.select_related("demand").order_by("demand__zip", "id"))
    if not rows:
        raise NothingToPrint("税額変更通知書を作る更正がありません。科目と賦課年度を確かめてください。")
    run.save()
    for some in _chunks(rows, MARKS):
        left: dict[int, list[tuple[int, int]]] = {}
        parts = Instalment.objects.filter(demand__in=[row.demand_id for row in some]).order_by("demand", "no")
        for demand, no, yen in parts.values_list("demand", "no", F("amount") - F("paid") - F("written")):
            left.setdefault(demand, []).append((no, yen))
        for row in some:
            row.run, row.asks = run, [[no, yen] for no, yen in left[row.demand_id] if yen]
            row.asked = sum(yen for _, yen in row.asks)
        Change.objects.bulk_update(some, ["run", "asks", "asked"])
    return [(row.id, row.demand.zip, row.asked or 0) for row in rows]


def late(kind: str, charge: str, year: int, on: dt.date) -> QuerySet[Instalment]:
    """期 past whose 納期限 we are, today and on the day of the letter, with something left, no 速報 that is still believed and no debit that the
    bank has not answered yet: never reminded (督促), or reminded at least ten days ago (催告)."""
    reminded, today = Reminder.objects.filter(instalment=OuterRef("pk"), kind=Letter.REMINDER), clock.today()
    rows = unpaid(today).filter(demand__charge=charge, demand__year=year, due__lt=on)
    if kind == Letter.REMINDER:
        return rows.filter(~Exists(reminded))
    return rows.filter(Exists(reminded.filter(on__lte=min(on, today) - dt.timedelta(days=10))) & ~Q(
        Exists(Reminder.objects.filter(instalment=OuterRef("pk"), kind=Letter.CALL, on__gt=on - dt.timedelta(days=10)))))


def _reminders(run: Run) -> list[Row]:
    """A 督促状 books its fee; what is asked for is what is left of the tax and of the fee."""
    wanted = late(run.kind, run.charge, run.year, run.issued_on).order_by("demand__zip", "demand", "no")
    rows = list(wanted.values_list("id", "demand__zip", F("amount") - F("paid"), F("fee") - F("fee_paid")))
    if not rows:
        raise NothingToPrint(f"{LETTERS[run.kind]}を送る未納の期別がありません。科目・賦課年度・日付を確かめてください。")
    run.save()
    fee = charge_get(run.charge).fee_on(run.issued_on) if run.kind == Letter.REMINDER else 0
    if fee:
        for some in _chunks([row[0] for row in rows], MARKS):
            Instalment.objects.filter(id__in=some).update(fee=fee)
            Posting.objects.bulk_create(Posting(instalment_id=number, debit=Account.FEE_DUE, credit=Account.FEE, amount=fee, on=run.issued_on)
                                        for number in some)
    made = Reminder.objects.bulk_create([
        Reminder(instalment_id=number, run=run, kind=run.kind, amount=yen + owed + fee, fee=owed + fee, on=run.issued_on)
        for number, _, yen, owed in rows])
    return [(row.id, code, row.amount) for row, (_, code, _, _) in zip(made, rows, strict=True)]


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some


def file_work(file: RunFile) -> tuple[list[Notice], str, str]:
    """What a process needs to print a file."""
    from .sheets import year_words

    run = file.run
    notices = list(_letters(run, file.ids))
    return notices, f"{year_words(run.year)} {charge_get(run.charge).name} {LETTERS[run.kind]} {file.no}", notices[0].issuer.city


def _letters(run: Run, ids: list[int]) -> Iterator[Notice]:
    from .changed_sheets import changes_of
    from .sheets import notices_of, reminders_of

    if run.kind in (Letter.ASK, Letter.BACK):
        from .back_letters import letters_of

        return letters_of(run.kind, [*ids], run.issued_on)
    if run.kind == Letter.NOTICE:
        return notices_of(ids, run.issued_on)
    return changes_of(ids, run.issued_on) if run.kind == Letter.CHANGE else reminders_of(ids)


def file_name(file: RunFile) -> str:
    """As the printer gets it."""
    return f"{file.run.charge}-{file.run.year}-{file.run.kind}{file.run_id}-{file.no:04d}.pdf"


def file_told(file: RunFile, notices: int, pages: int) -> None:
    """How far the printing of a file is, for who looks on: its sums count when it is whole."""
    RunFile.objects.filter(id=file.id, done_at=None).update(notices=notices, pages=pages)


def file_begun(file: RunFile) -> None:
    """A file is printed from its beginning, also when a process was killed half way."""
    file.notices = 0
    file_told(file, 0, 0)


def file_done(file: RunFile, data: bytes, written: Written) -> None:
    """Keep a printed file; once: another process may have been faster. Raises RunWrong when it is not what is owed."""
    if (written.notices, written.yen) != (len(file.ids), _owed(file)):  # a notice itself refuses slips or dates that do not add up
        raise RunWrong
    kept = file_write(data=data, name=file_name(file), kind="application/pdf", owner="collection", place=f"collection/{file.run_id}-{file.no}")
    with transaction.atomic(durable=True):
        RunFile.objects.filter(id=file.id, done_at=None).update(
            file_id=kept.id, notices=written.notices, slips=written.slips, pages=written.pages, amount=written.yen,
            problems=[p.ja for p in written.problems], done_at=clock.now())
        failpoints.hit("collection.print.before_commit")


def _owed(file: RunFile) -> int:
    wanted: dict[str, tuple[type[Model], Combinable]] = {
        Letter.NOTICE: (Demand, F("amount")), Letter.CHANGE: (Change, Coalesce("asked", "left")), Letter.ASK: (Excess, F("told")),
        Letter.BACK: (GiveBack, F("amount") + F("interest"))}
    model, yen = wanted.get(file.run.kind, (Reminder, F("amount")))
    return sum(model._default_manager.filter(id__in=some).aggregate(yen=Sum(yen))["yen"] or 0 for some in _chunks(file.ids, MARKS))


def file_print(message: outbox.Envelope) -> None:
    """Handler of NoticesWanted: any number of workers print side by side."""
    file = RunFile.objects.select_related("run").filter(id=message.payload["file"]).first()
    if file is None or file.done_at is not None:
        return
    from .slips.printed import printed  # reportlab and fonts: workers alone need them

    file_begun(file)
    file_done(file, *printed(*file_work(file), lambda notices, pages: file_told(file, notices, pages)))


def run_unfinished(kind: str, charge: str, year: int) -> Run | None:
    """A run of this kind that was broken off."""
    return Run.objects.filter(kind=kind, charge=charge, year=year, files__done_at=None).order_by("id").first()


JOB = ("ファイル", "郵便番号(はじめ-おわり)", "通", "納付書", "ページ", "金額", "印字の注意")


def job_sheet(run: Run, write: Callable[[str], object]) -> None:
    """The job sheet for the printer, as CSV: each file and the sums, which are those of what is owed. Raises RunWrong."""
    files = list(RunFile.objects.filter(run=run).select_related("run").order_by("no").defer("ids"))
    for f in files:
        if f.done_at is None:  # what is half printed is in no envelope
            f.notices = f.pages = 0
    sums = [sum(getattr(f, name) for f in files) for name in ("notices", "slips", "amount")]
    if all(f.done_at for f in files) and (sums[0], sums[2]) != (run.letters, run.amount):
        raise RunWrong
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(JOB)
    for f in files:
        sheet.writerow([file_name(f), f.zips, f.notices, f.slips, f.pages, f.amount, len(f.problems)])
    sheet.writerow(["合計", "", sums[0], sums[1], sum(f.pages for f in files), sums[2], sum(len(f.problems) for f in files)])
    sheet.writerow(["帳簿", "", run.letters, "", "", run.amount, ""])
    write("\ufeff" + text.getvalue())
