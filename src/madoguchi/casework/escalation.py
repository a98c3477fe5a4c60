"""Escalation (期限の知らせ): open cases that come near their 標準処理期間, or pass it, are marked and those who answer for
the section are told, once for each step and due day. A case whose clock stands (補正) is left alone; when the clock has run
again its due day is another one. A correction that nobody answered by its day is told of once, too: somebody has to take the
case up again, or ask once more (行政手続法7条)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from madoguchi.identity.public import approvers
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.notifications.public import mail_promise
from madoguchi.offices.public import add_open_days, city
from madoguchi.procedures import public as procedures

from .lists import ASKED_BY, unanswered
from .models import Alarm, Case, Correction
from .rules import warned_before
from .states import LATE, NEAR, OPEN, OVERDUE, State

RUNNING = (State.RECEIVED, State.REVIEWING, State.APPROVAL)
BATCH = 500
ACTIONS = {NEAR: "case.nearing", OVERDUE: "case.overdue", LATE: "correction.overdue"}


def escalate() -> int:
    """Mark and tell, section by section. Returns how many steps were taken; run again it takes none."""
    count = 0
    for section in (*city().sections, *city().gone):  # cases keep the section that they came to
        while done := _section(section):
            count += done
    stand()
    return count


def stand() -> None:
    """What no longer holds of a case stands no longer; what holds again (a correction on the very day, a case taken up again) does."""
    newest = Correction.objects.filter(case=OuterRef("case")).order_by("-number").values("due_on")[:1]
    holds = Q(~Q(step=LATE), case__state__in=OPEN, case__due_on=F("due_on")) | Q(step=LATE, case__state=State.CORRECTION, due_on=Subquery(newest))
    for of, stands in ((~holds, False), (holds, True)):
        changed = Alarm.objects.filter(of, stands=not stands).values("id")
        Alarm.objects.filter(id__in=changed).update(stands=stands)


def _near(today: dt.date) -> Q:
    """Due within the days of its procedure (of a short term at most half of it), not before today, and not on the day on which it came: over
    a weekend three days are one open day."""
    reviews = {p.slug: p.definition.review for p in procedures.catalogue()}
    days = {slug: warned_before(r.warn or city().warn_days, r.days, r.day_kind) for slug, r in reviews.items()}
    found = Q(due_on__lte=add_open_days(today, city().warn_days)) & ~Q(slug__in=[s for s, n in days.items() if n != city().warn_days])
    for n in sorted({n for n in days.values() if n not in (0, city().warn_days)}):
        found |= Q(due_on__lte=add_open_days(today, n), slug__in=[s for s, m in days.items() if m == n])
    return found & Q(due_on__gte=today, filed_at__lt=dt.datetime.combine(today, dt.time(), clock.JST))


@transaction.atomic(durable=True)
def _section(section: str) -> int:
    """One batch of a section: marks, the record and the mails in one transaction."""
    today, now = clock.today(), clock.now()
    counts: dict[str, int] = {}
    running = Q(state__in=RUNNING)
    for step, when, day in ((NEAR, _near(today) & running, F("due_on")), (OVERDUE, Q(due_on__lt=today) & running, F("due_on")),
                            (LATE, unanswered(), ASKED_BY)):
        told = Alarm.objects.filter(case=OuterRef("pk"), step=step, due_on=OuterRef("day"))
        found = Case.objects.select_for_update().annotate(day=day).filter(when, ~Exists(told), section=section)
        rows = list(found.order_by("due_on", "id")[:BATCH])
        known = set(Alarm.objects.filter(case__in=rows, step=step).values_list("case_id", "due_on"))  # another worker was quicker
        fresh = [case for case in rows if (case.id, case.day) not in known]
        Alarm.objects.bulk_create([Alarm(case=case, section=section, step=step, due_on=case.day, at=now) for case in fresh])
        for case in fresh:
            audit.record("worker", ACTIONS[step], chain=f"case:{case.id}", facts={"due": str(case.day)})
        if fresh:
            counts[step] = len(fresh)
    if counts:
        _tell(section, counts, f"{section}:{now.isoformat(timespec='microseconds')}")
        failpoints.hit("casework.escalate.before_commit")
    return sum(counts.values())


def told(section: str, counts: dict[str, int]) -> tuple[str, str]:
    """Subject and body for those who answer for the section: how many, and where to look. No number, no name, no procedure."""
    lines = [f"・{words} {counts[step]}件\n  {settings.BASE_URL}/staff/?mark={step}" for step, words in
             ((OVERDUE, "標準処理期間を過ぎた件"), (NEAR, "標準処理期間が近い件"),
              (LATE, "補正の期限を過ぎても答えのない件")) if counts.get(step)]
    office = city().sections[section]
    return (f"【{city().name}】期限の知らせ（{office.name}）", f"{office.name}の方へ\n\n新しく、次の件があります。\n\n" + "\n".join(lines) +
                "\n\n業務ワークベンチで確認してください。このメールは、段階ごとに一度だけ送ります。\n")


def _tell(section: str, counts: dict[str, int], mark: str) -> None:
    subject, body = told(section, counts)
    addresses = dict.fromkeys(a for a in [*(s.mail for s in approvers(section)), city().sections[section].mail] if a)
    for n, to in enumerate(addresses):
        mail_promise(key=f"alarm:{mark}:{n}", case_ref=f"section:{section}", to=to, subject=subject, body=body)
