"""過誤納金 in letters: 「口座をお知らせください」 with the form that comes back, and 還付通知書・充当通知書 of what was approved
(地方税法17条, 17条の2; of charges that are no taxes 地方自治法231条の3第4項)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import F

from madoguchi.kernel.eras import wareki
from madoguchi.kernel.kinds import ours
from madoguchi.offices.public import city

from .accounts import KINDS, bank_words, opened
from .charges import charge_get, charges
from .demand_sheet import TRIAL
from .demands import TAX_NOTICE
from .errors import NothingToPrint
from .givebacks import PURPOSE, free
from .models import Excess, GiveBack, Instalment, Run
from .rules import LETTERS, WAIVED, WHYS, Letter
from .selectors import stopped_why
from .sheets import CHUNK, addressee_of, issuer, year_words
from .slips.parts import Line, Notice

REPLY = ("金融機関と支店の名", "金融機関番号と支店番号",
         "預金の種類（普通・当座・貯蓄）", "口座番号（7桁）",
         "口座名義（カタカナ）")
BEWARE = ("お金を返す手続きをよそおう詐欺にご注意ください",
          ours("市の職員が、電話でATMの操作をお願いすることや、手数料の振込みをお願いすることは、ありません。"))
TITLES = {"refund": "過誤納金還付通知書", "offset": "過誤納金充当通知書"}


def asked_of(run: Run) -> list[tuple[int | str, str, int]]:
    """Marks everybody who has not been asked for an account yet: rows of a run (runs). Raises NothingToPrint."""
    wanted = Excess.objects.filter(instalment__demand__charge=run.charge, instalment__demand__year=run.year, left__gt=0, told=None)
    rows = [(row, yen) for row in wanted.select_related("instalment__demand").order_by("instalment__demand__zip", "id")
            if (yen := free(row)) > 0 and stopped_why(row) != WAIVED]  # who will not have it is not asked where it shall go
    if not rows:
        raise NothingToPrint("口座をまだ尋ねていない過誤納金がありません。科目と賦課年度を確かめてください。")
    run.save()
    for row, yen in rows:
        Excess.objects.filter(id=row.id).update(run=run, told=yen)
    return [(row.id, _part(row).demand.zip, yen) for row, yen in rows]


def backs_of(run: Run) -> list[tuple[int | str, str, int]]:
    """Marks every 還付 and 充当 that was approved and whose payer has no 通知書 yet: rows of a run (runs). Raises NothingToPrint."""
    wanted = GiveBack.objects.filter(excess__instalment__demand__charge=run.charge, excess__instalment__demand__year=run.year,
                                     state__in=("approved", "done"), told_on=None)
    rows = list(wanted.order_by("excess__instalment__demand__zip", "asked_at", "id").annotate(yen=F("amount") + F("interest")).values_list(
        "id", "excess__instalment__demand__zip", "yen"))
    if not rows:
        raise NothingToPrint("通知書をまだ作っていない還付・充当(承認されたもの)がありません。科目と賦課年度を確かめてください。")
    run.save()
    for number, _, _ in rows:
        GiveBack.objects.filter(id=number).update(run=run, told_on=run.issued_on)
    return [(str(number), code, yen) for number, code, yen in rows]


def letters_of(kind: str, ids: list[int | str], on: dt.date) -> Iterator[Notice]:
    """The letters of a run, in their order."""
    for at in range(0, len(ids), CHUNK):
        some = ids[at:at + CHUNK]
        if kind == Letter.ASK:
            asked = Excess.objects.select_related("money", "instalment__demand").in_bulk(some)
            yield from (ask_letter(asked[int(number)], on, asked[int(number)].told or 0) for number in some)
        else:
            backs = GiveBack.objects.select_related("excess__money", "excess__instalment__demand", "target__demand").in_bulk(some)
            yield from (back_letter(backs[UUID(str(number))], on) for number in some)


def _part(excess: Excess) -> Instalment:
    if excess.instalment is None:
        raise NothingToPrint("手数料の過誤納金には、住所の記録がないので、通知書は作れません。申請の方には、画面とメールで知らせています。")
    return excess.instalment


def _of(part: Instalment) -> str:
    return f"{year_words(part.demand.year)} {charge_get(part.demand.charge).name} 第{part.no}期"


def _law(part: Instalment, article: str) -> str:
    return f"地方税法第{article}" if charge_get(part.demand.charge).title == TAX_NOTICE else "地方自治法第231条の3第4項"


def _begun(excess: Excess, on: dt.date, *, title: str, law: str, lines: Iterable[Line], total: int, **more: object) -> Notice:
    part = _part(excess)
    start = (Line("納めすぎになった税・料金", _of(part)), Line("納付した日", wareki(excess.money.paid_on)),
             Line("納めすぎの理由", WHYS[excess.why]))
    return Notice(addressee=addressee_of(part.demand), title=title, law=law, notice_number=part.demand.notice, issued_on=on, issuer=issuer(),
                  lines=(*start, *lines), total=total, slips=(), whole=False, table="過誤納金の内訳", notes=(BEWARE,),
                  trial=charges().codes.trial or part.number.startswith(TRIAL), **more)  # type: ignore[arg-type]


def ask_letter(excess: Excess, on: dt.date, yen: int) -> Notice:
    """「口座をお知らせください」 of so many yen of an excess, with the form that comes back. Raises NothingToPrint."""
    part = _part(excess)
    if yen <= 0:
        raise NothingToPrint("この過誤納金には、これから返せる額がありません。")
    law = (f"納めすぎの額がありますので、{_law(part, '17条')}の規定によりお返しします。2枚目の届出書に振込先の口座を書いて、"
           "上の問い合わせ先に出してください。納めていない税・料金があるときは、先にそれに充てることがあります。届け出られるのは、お返しできるようになった日から5年です。")
    return _begun(excess, on, title=LETTERS[Letter.ASK].partition("（")[0], law=law, lines=(), total=yen, sum_words="お返しする額", appeal="",
                  reply=REPLY)


def _instead(back: GiveBack) -> tuple[Line, ...]:
    """The 通知書 of this excess that are no good any more: of what was stopped after it, or came back from the bank."""
    rows = GiveBack.objects.filter(excess=back.excess_id, state__in=("declined", "returned"), asked_at__lte=back.asked_at)
    rows = rows.exclude(id=back.id).exclude(told_on=None)
    return tuple(Line("この通知書に替わるもの", f"{wareki(row.told_on)}付けの通知書") for row in rows.order_by("told_on", "id") if row.told_on)


def back_letter(back: GiveBack, on: dt.date) -> Notice:
    """還付通知書 or 充当通知書 of one that was approved. Raises NothingToPrint."""
    if back.state not in ("approved", "done"):
        raise NothingToPrint("承認されていない還付・充当の通知書は、作れません。")
    part, more = _part(back.excess), (Line("還付加算金", back.interest or "なし"), *_instead(back))
    if back.kind == "refund":
        account = opened(PURPOSE, back.account, str(back.id)) if back.account else None
        where = f"{bank_words(account.bank)} {KINDS[account.kind]} ****{account.number[-3:]}" if account else "お届けの口座"
        law = f"納めすぎの額を、{_law(part, '17条')}の規定により、お届けの口座に振り込んでお返しします。"
        return _begun(back.excess, on, title=TITLES[back.kind], law=law, lines=(Line("還付する額", back.amount), *more, Line("振込先", where)),
                      total=back.amount + back.interest, sum_words="お返しする額（還付加算金を含む）", appeal="")
    assert back.target
    law = f"納めすぎの額を、{_law(part, '17条の2')}の規定により、次のとおり納めていない税・料金に充てましたので、通知します。"
    return _begun(back.excess, on, title=TITLES[back.kind], law=law, total=back.amount + back.interest,
                  lines=(Line("充てた税・料金", _of(back.target)), Line("充てた額", back.amount), *more),
                  sum_words="充てた額と還付加算金", appeal=city().appeals[charge_get(part.demand.charge).appeal])
