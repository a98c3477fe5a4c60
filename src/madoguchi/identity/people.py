"""Writers of staff accounts: passwords, memberships with their dates, joiners, leavers, what the administrator does."""

from __future__ import annotations

import datetime as dt
import re
import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.db.models import Q

from madoguchi.kernel import audit, clock, outbox
from madoguchi.kernel.errors import Conflict, Forbidden, NotFound
from madoguchi.kernel.written import text_clean

from . import lockout
from .errors import MailWrong, PasswordWeak, ReasonNeeded
from .events import SECTION_LEFT
from .factors import chain
from .models import HAND, Factor, Membership, RecoveryCode, Staff
from .rights import OF_THE_HALL, ROLES, WHOLE, Right
from .sessions import sessions_end

NUMBER = re.compile(r"[A-Za-z0-9._-]{1,60}")


def staff_get(username: str) -> Staff:
    """By 職員番号. Raises NotFound."""
    found = Staff.objects.filter(username=username).first()
    if found is None:
        raise NotFound(f"職員番号 {username} の職員はいません。番号を確認してください。")
    return found


# --- passwords


@transaction.atomic
def password_set(*, actor: str, staff: Staff, password: str, issued: bool = False) -> None:
    """A new password; every session of the person ends. ``issued``: made by somebody else, so that its owner must change it at the first
    sign-in. Raises PasswordWeak."""
    if staff.must_change and not issued and staff.check_password(password):
        raise PasswordWeak("渡された初めのパスワードとは違うものにしてください。")
    try:
        validate_password(password, staff)
    except ValidationError as wrong:
        raise PasswordWeak("パスワードは10文字以上で、ほかの人が思いつかないものにしてください。" + "".join(wrong.messages)) from None
    staff.set_password(password)
    staff.must_change = issued
    staff.save(update_fields=["password", "must_change"])
    audit.record(actor, "password.changed", chain=chain(staff))
    sessions_end(actor=actor, staff=staff, why="password")


@transaction.atomic
def mail_set(*, actor: str, staff: Staff, mail: str) -> None:
    """Where this person reads mail at the office; empty for nowhere. Raises MailWrong."""
    mail = mail.strip()
    if mail:
        try:
            EmailValidator()(mail)
        except ValidationError:
            raise MailWrong from None
        if len(mail) > 254:
            raise MailWrong
    staff.mail = mail
    staff.save(update_fields=["mail"])
    audit.record(actor, "staff.mail", chain=chain(staff), facts={"there": bool(mail)}, of=mail)


def password_issue(*, actor: str, username: str) -> str:
    """A random first password, to be handed over and changed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    password = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
    password_set(actor=actor, staff=staff_get(username), password=password, issued=True)
    return password


# --- accounts and memberships


def person_faults(number: str, name: str) -> list[str]:
    """What is wrong with the number and the name of a member of staff."""
    faults = [] if NUMBER.fullmatch(number) else ["職員番号が読めません。半角の英数字60字までで書いてください"]
    return faults if 1 <= len(name.strip()) <= 60 else [*faults, "氏名がないか長すぎます。60字までで書いてください"]


@transaction.atomic
def staff_add(*, actor: str, username: str, name: str, personnel: bool = False) -> Staff:
    """A new account without password and roles. Raises Conflict."""
    if Staff.objects.filter(username=username).exists():
        raise Conflict(f"職員番号 {username} はもう登録されています。")
    staff = Staff(username=username, name=name, from_personnel=personnel)
    staff.set_unusable_password()
    staff.save()
    audit.record(actor, "staff.added", chain=chain(staff))
    return staff


def membership_fault(section: str, role: str, sections: set[str]) -> str:
    """What is wrong with a role in a section; empty when nothing is."""
    if role not in ROLES:
        return "役割は " + "・".join(ROLES.values()) + " のどれかにしてください"
    if role in OF_THE_HALL:
        return "" if section == WHOLE else f"「{ROLES[role]}」は全庁の役割です。所属課を「全庁」にしてください"
    if section == WHOLE:
        return f"「{ROLES[role]}」は課ごとの役割です。所属課に課の符号を書いてください"
    return "" if section in sections else f"所属課「{section}」がありません。" + "・".join(sorted(sections)) + " のどれかにしてください"


@transaction.atomic
def membership_add(
    *, actor: str, staff: Staff, section: str, role: str, starts: dt.date, ends: dt.date | None = None, why: str = "", source: str = HAND,
) -> Membership:
    """Give a role from a day on; the same again only moves its end. ``source`` (a key of SOURCES) is where the role belongs from now."""
    row, new = Membership.objects.get_or_create(staff=staff, section=section, role=role, starts=starts,
                                                defaults={"ends": ends, "given_by": source})
    if row.given_by != source:
        row.given_by = source
        row.save(update_fields=["given_by"])
    if new or row.ends != ends:
        row.ends, row.lapsed, row.ended_by = ends, False, ""
        row.save(update_fields=["ends", "lapsed", "ended_by"])
        audit.record(actor, "membership.added" if new else "membership.changed", chain=chain(staff), facts={
            "section": section, "role": role, "starts": str(starts), "ends": str(ends or "")}, of=why or None)
    if not staff.is_active and (ends is None or ends >= clock.today()):
        staff.is_active = True
        staff.save(update_fields=["is_active"])
    return row


@transaction.atomic
def membership_end(*, actor: str, row: Membership, last: dt.date, why: str = "", source: str = HAND) -> None:
    """The role's last day. One that has not begun is taken away; but where the personnel file could bring back what a person ended,
    the row stays, ended before it begins. ``source``: a key of SOURCES."""
    facts = {"section": row.section, "role": row.role, "starts": str(row.starts), "ends": str(last)}
    audit.record(actor, "membership.ended", chain=chain(row.staff), facts=facts, of=why or None)
    if last < row.starts and row.starts > clock.today() and (source != HAND or not row.staff.from_personnel):
        row.delete()
        return
    row.ends, row.lapsed, row.ended_by = last, False, source
    row.save(update_fields=["ends", "lapsed", "ended_by"])


@transaction.atomic
def memberships_lapse(*, actor: str = "worker") -> int:
    """Deal with every role whose last day is over: sessions end; who no longer works in a section leaves its cases (by event);
    who has no role left is shut out. Safe to run again and again. Returns how many roles."""
    today = clock.today()
    over = list(Membership.objects.select_for_update().filter(lapsed=False, ends__lt=today).select_related(None).order_by("id")[:2000])
    for row in over:
        Membership.objects.filter(id=row.id).update(lapsed=True)
        staff = Staff.objects.get(id=row.staff_id)
        sessions_end(actor=actor, staff=staff, why="role")
        if not staff.may(Right.WORK_CASES, row.section):
            outbox.publish(SECTION_LEFT, case_ref=f"staff:{staff.id}", key=f"left:{row.id}:{row.ends}",
                           payload={"staff": staff.id, "section": row.section})
        if staff.is_active and not Membership.objects.filter(Q(ends=None) | Q(ends__gte=today), staff=staff).exists():
            staff.is_active = False
            staff.save(update_fields=["is_active"])
            audit.record(actor, "staff.left", chain=chain(staff))
    return len(over)


# --- what the administrator does


def admin_check(actor: Staff) -> None:
    """Raises Forbidden for everybody else."""
    if not actor.may(Right.MANAGE_STAFF):
        raise Forbidden


def _reason(why: str) -> str:
    why = text_clean("理由", why, 300)
    if len(why) < 2:
        raise ReasonNeeded
    return why


@transaction.atomic
def lock_lift(*, actor: Staff, staff: Staff, why: str) -> None:
    """Let somebody try again at once. Raises ReasonNeeded, Forbidden."""
    admin_check(actor)
    why = _reason(why)
    lockout.unlock(staff.username)
    audit.record(actor.actor, "lock.lifted", chain=chain(staff), facts={"why": why})


@transaction.atomic
def factors_reset(*, actor: Staff, staff: Staff, why: str) -> None:
    """Take away a colleague's factors and codes: a lost telephone. They enrol again at the next sign-in. Nobody resets their
    own: that is what the account page is for. Raises ReasonNeeded, Forbidden."""
    admin_check(actor)
    if actor.id == staff.id:
        raise Forbidden("自分の二つ目の確認は、ここでは取り消せません。「自分の設定」で入れ替えるか、ほかの管理者に依頼してください。")
    why = _reason(why)
    count = Factor.objects.filter(staff=staff).delete()[0]
    RecoveryCode.objects.filter(staff=staff).delete()
    audit.record(actor.actor, "factors.reset", chain=chain(staff), facts={"why": why, "factors": count})
    sessions_end(actor=actor.actor, staff=staff, why="reset")


@transaction.atomic
def sessions_close(*, actor: Staff, staff: Staff, why: str) -> None:
    """End every session of a colleague. Raises ReasonNeeded, Forbidden."""
    admin_check(actor)
    why = _reason(why)
    audit.record(actor.actor, "sessions.closed", chain=chain(staff), facts={"why": why})
    sessions_end(actor=actor.actor, staff=staff, why="admin")


def role_of_another(*, actor: Staff, staff: Staff) -> None:
    """Roles are given and ended by who may, and never one's own. Raises Forbidden."""
    admin_check(actor)
    if actor.id == staff.id:
        raise Forbidden("自分の役割は変えられません。ほかの管理者に依頼してください。")


@transaction.atomic
def role_give(*, actor: Staff, staff: Staff, section: str, role: str, starts: dt.date, ends: dt.date | None, why: str,
              sections: set[str]) -> None:
    """Give a role by hand, with its reason; never to oneself. Raises ReasonNeeded, Conflict, Forbidden."""
    role_of_another(actor=actor, staff=staff)
    fault = membership_fault(section, role, sections)
    if fault or (ends and ends < starts):
        raise Conflict((fault or "終了日は開始日より後にしてください") + "。")
    membership_add(actor=actor.actor, staff=staff, section=section, role=role, starts=starts, ends=ends, why=_reason(why))


@transaction.atomic
def role_take(*, actor: Staff, staff: Staff, membership_id: int, why: str) -> None:
    """End a role as of yesterday, with its reason. Raises ReasonNeeded, NotFound, Forbidden."""
    role_of_another(actor=actor, staff=staff)
    row = Membership.objects.filter(staff=staff, id=membership_id).select_related("staff").first()
    if row is None:
        raise NotFound("この役割は見つかりませんでした。")
    membership_end(actor=actor.actor, row=row, last=clock.today() - dt.timedelta(days=1), why=_reason(why))
    memberships_lapse(actor=actor.actor)
