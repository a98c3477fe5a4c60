import dataclasses
import datetime as dt
from collections import Counter

import pytest
from tests.support.hall import run_worker

from madoguchi.collection import (
    changes,
    charges,
    debits,
    demands,
    givebacks,
    names,
    registrations,
    results,
    runs,
    writeoffs,
)
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.received import Received
from madoguchi.collection.formats.specimen import received_file
from madoguchi.collection.models import DebitAct, Excess, Instalment, Money
from madoguchi.payments.tests.conftest import card_process, cards  # noqa: F401 - fixtures

HEAD = "通知書番号,宛名番号,氏名,郵便番号,住所,方書,年税額,期,期別税額,納期限\n"
DUES = ("2026-05-31", "2026-07-31", "2026-12-25", "2027-02-28")
PAID_ON = dt.date(2026, 5, 20)


def sheet_text(people=3, parts=4, each=10_000):
    """Demands of so many invented people, each with so many 期 of the same sum."""
    lines = [HEAD]
    for n in range(1, people + 1):
        for no in range(1, parts + 1):
            lines.append(f"{n:08d},{n:010d},見本 {n}郎,9268611,石川県七尾市見本町{n}番地,,{each * parts},{no},{each},{DUES[no - 1]}\n")
    return "".join(lines)


def changes_text(sums, notice="00000001", *, total=None, why="家屋の滅失", dues=DUES):
    """更正 of one 通知書: the new sums of its 期."""
    whole = sum(yen for yen in sums if isinstance(yen, int)) if total is None else total
    rows = [f"{notice},{whole},{no},{yen},{dues[no - 1]},{why}\n" for no, yen in enumerate(sums, 1)]
    return "通知書番号,年税額,期,期別税額,納期限,変更の理由\n" + "".join(rows)


def names_text(payers=("0000000001",), name="見本 転居", place="石川県七尾市見本町99番地", code="926-0099", building="見本荘 9号"):
    """宛名 of so many who have moved to one house."""
    return "宛名番号,氏名,郵便番号,住所,方書\n" + "".join(f"{payer},{name},{code},{place},{building}\n" for payer in payers)


def name_waiting(hall, payer="0000000001"):
    """A file of 宛名 that nobody has said yes to."""
    return names.name_read(actor=hall.staff("yamada"), data=names_text((payer,)).encode(), name="宛名.csv")


def change_waiting(hall, sums=(9_000,), charge="keiji"):
    """A file of changes that nobody has said yes to."""
    return changes.change_read(actor=hall.staff("yamada"), charge=charge, year=2026, data=changes_text(sums).encode(), name="更正.csv")


def fee_of(monkeypatch, fees):
    """督促手数料 of every charge: (from which day, yen) each."""
    known = charges.charges()
    rows = tuple(sorted(((dt.date.fromisoformat(since), yen) for since, yen in fees), reverse=True))
    all_ = {key: dataclasses.replace(charge, fees=rows) for key, charge in known.all.items()}
    monkeypatch.setattr(charges, "read_charges", lambda folder: dataclasses.replace(known, all=all_))


def late_paid(charge):
    """The first 期 of a charge is paid months late, without the late charge: the id of its demand."""
    part = Instalment.objects.filter(demand__charge=charge).first()
    rows = [Received(1, 0, part.number, part.amount, dt.date(2026, 9, 25), "cvs", "final", "02")]
    results.results_take(actor="test", results=results.Results("cvs", "遅れ.txt", b"late", rows))
    return part.demand_id


def write_off_asked(hall):
    """A tax of ten years ago that a clerk proposes to write off."""
    old = sheet_text(people=2, parts=1).replace(DUES[0], "2016-05-31")
    demands.demands_take(actor="test", charge="keiji", year=2016, data=old.encode(), name="昔の調定.csv")
    part = Instalment.objects.filter(demand__year=2016).first()
    return writeoffs.write_off_ask(actor=hall.staff("yamada"), demand_id=part.demand_id, no=1, ground="lapse", since=dt.date(2016, 6, 1),
                                   reason="財産がない")


def shops_file(payments, on=PAID_ON):
    """A file of the shops: (number, yen) each, as the trial's layout has it."""
    rows = [Received(n, 0, number, yen, on, "cvs", "final", "02") for n, (number, yen) in enumerate(payments, 1)]
    return b"".join(received_file(profile("cvs"), rows, on=on))


def unmatched_money():
    """軽自動車税 of five people, and a payment that bears nobody's number."""
    demands.demands_take(actor="test", charge="keiji", year=2026, data=sheet_text(people=5, parts=1).encode(), name="調定.csv")
    rows = [Received(1, 0, "8" * 20, 10_000, PAID_ON, "cvs", "final", "02"),
            Received(2, 0, Instalment.objects.first().number, 10_500, PAID_ON, "cvs", "final", "02")]
    results.results_take(actor="test", results=results.Results("cvs", "確報.txt", b"of nobody", rows))
    return Money.objects.get(outcome="unknown")


def printed_run(per_file=2, charge="keiji"):
    """The notices of a charge that is there, printed by a worker; the ids of the run and of its first file."""
    run = runs.run_start(actor="test", kind="notice", charge=charge, year=2026, issued_on=dt.date(2026, 5, 1), per_file=per_file)
    run_worker()
    return {"run_id": run.id, "file_id": run.files.order_by("no").first().id}


ACCOUNT = {"bank": "0001", "branch": "001", "kind": "1", "number": "0000000", "holder": "ミホン ハナコ"}


def accounts_text(payers=("0000000001",), charge="kokuho", since="2026-04-01", until="", **cells):
    """A file of 口座振替 registrations."""
    a = ACCOUNT | cells
    rows = [f"{p},{charge},{a['bank']},{a['branch']},{a['kind']},{a['number']},{a['holder']},{since},{until}\n" for p in payers]
    return ",".join(debits.COLUMNS) + "\n" + "".join(rows)


def debit_asked(charge="keiji", case_ref="00000000-0000-4000-8000-00000000000d"):
    """An accepted application for 口座振替 of somebody else's tax: it waits for a clerk."""
    registrations.registration_take(registrations.Asked(
        key="decision", case_ref=case_ref, receipt="R8-0000-0000-0", kind="new", charges=(charge,), on=dt.date(2027, 1, 1), account=ACCOUNT,
        notice="00000001"))
    return DebitAct.objects.get(state="asked")


def debited(hall, on=dt.date(2027, 3, 10)):
    """国民健康保険税 of one who pays by debit, and the one request of its first 期."""
    demands.demands_take(actor="test", charge="kokuho", year=2026, data=sheet_text(people=2).encode(), name="国保.csv")
    debits.debits_take(actor="test", data=accounts_text().encode(), name="口座.csv")
    made, = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=dt.date.fromisoformat(DUES[0]), on=on)
    return made


def excess_of_payer():
    """One who paid the first 期 of four twice: the excess, and the second 期."""
    demands.demands_take(actor="test", charge="shiken", year=2026, data=sheet_text(people=1).encode(), name="市民税.csv")
    first, second, *_ = Instalment.objects.filter(demand__charge="shiken").order_by("no")
    rows = [Received(n, 0, first.number, 10_000, PAID_ON, "cvs", "final", "02") for n in (1, 2)]
    results.results_take(actor="test", results=results.Results("cvs", "二重.txt", b"twice", rows))
    return Excess.objects.get(instalment=first), second


def transferred(hall, on=dt.date(2027, 3, 10)):
    """One 還付 of a thousand yen that went to the bank."""
    excess = Excess.objects.get(instalment__demand__charge="shiken")
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=1_000, account=ACCOUNT, since=None)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    return givebacks.transfer_make(actor=hall.staff("yamada"), on=on)


@pytest.fixture
def demanded(hall):
    """固定資産税 of a few people; answers the 期 in order."""
    def make(people=3, parts=4, each=10_000, charge="kotei", year=2026):
        data = sheet_text(people, parts, each).encode()
        demands.demands_take(actor="command", charge=charge, year=year, data=data, name="調定.csv")
        return list(Instalment.objects.filter(demand__charge=charge).order_by("demand", "no"))

    return make


@pytest.fixture
def came(hall):
    """A file of results: (number or 期, yen, stage, code, day) each."""
    count = Counter()

    def take(*payments, form="cvs"):
        count["file"] += 1
        rows = []
        for record, payment in enumerate(payments, 1):
            number, amount, stage, code, day = (*payment, *(None, "final", "", PAID_ON)[len(payment) - 1:])
            number = number if isinstance(number, str) else number.number
            rows.append(Received(record, 0, number, amount, day, form, stage, code))
        sheet, _ = results.results_take(actor="command", results=results.Results(form, f"{count['file']}.txt", repr((count, rows)).encode(), rows))
        return sheet

    return take
