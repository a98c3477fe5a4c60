"""A mail before a 納期限, for who asked for it. It names no tax, no sum and no person: mailboxes are shared in families."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.kernel.said import Said, bare, say
from madoguchi.kernel.sealing import Column
from madoguchi.notifications.public import mail_fault, mail_plain, mail_promise
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages

from . import mine
from .charges import charges
from .ledger import CHAIN
from .models import DirectDebit, DueMail, DueTold, Instalment
from .my_errors import MailWrong

PURPOSE = "due-mail"
SEALED = (Column(DueMail, "sealed_mail", PURPOSE, "payer", "納期限のお知らせの宛先"),)
KEPT = dt.timedelta(days=400)  # after the last look of its owner
OPEN, CLOSE = 9, 18  # nobody is woken by a tax
AT_ONCE = 500


def mail_of(payer: str) -> str:
    """Where this payer is told, empty where they did not ask. Looking at it keeps it for longer."""
    row = DueMail.objects.filter(payer=payer).first()
    if row is None:
        return ""
    if row.seen_on != clock.today():
        DueMail.objects.filter(payer=payer).update(seen_on=clock.today())
    return keys.unseal(PURPOSE, row.sealed_mail, bound_to=payer).decode()


@transaction.atomic
def mail_set(*, owner: Owner, payer: str, mail: str, language: str) -> None:
    """Tell this payer by mail from now on. The caller has answered who the payer is. Raises MailWrong."""
    if fault := mail_fault(mail):
        raise MailWrong(fault)
    sealed = keys.seal(PURPOSE, mail_plain(mail).encode(), bound_to=payer)
    DueMail.objects.update_or_create(payer=payer, defaults={"sealed_mail": sealed, "language": language, "seen_on": clock.today()})
    audit.record(owner.actor, "due_mail.set", chain=CHAIN, of=payer)


@transaction.atomic
def mail_stop(*, owner: Owner, payer: str) -> None:
    """Tell this payer no more, and forget the address. Twice is once."""
    if DueMail.objects.filter(payer=payer).delete()[0]:
        audit.record(owner.actor, "due_mail.stopped", chain=CHAIN, of=payer)


def dues_remind() -> int:
    """Tell by mail of what is due soon (collection.yaml: 知らせる日数): each 期 once, and only what its payer still has to pay. By day
    alone. Addresses whose owner has not looked for long are forgotten. Returns how many mails were promised."""
    now, days = clock.now().astimezone(clock.JST), charges().online.days
    DueMail.objects.filter(seen_on__lt=now.date() - KEPT).delete()
    if not days or not OPEN <= now.hour < CLOSE:
        return 0
    soon = Instalment.objects.filter(
        Exists(DueMail.objects.filter(payer=OuterRef("demand__payer"))), ~Exists(DueTold.objects.filter(instalment=OuterRef("pk"))),
        ~Q(Q(debit__isnull=False) | Q(_debited()), failed_code=""),  # else who is never told of them would stand before those who are
        settled_on=None, prompt_on=None, due__range=(now.date(), now.date() + dt.timedelta(days=days)))
    payers = list(soon.order_by("demand__payer").values_list("demand__payer", flat=True).distinct()[:AT_ONCE])
    return sum(_tell(payer, now.date() + dt.timedelta(days=days)) for payer in payers)


def _debited() -> Exists:
    """Of a 期: an account is in force on its 納期限 (mine.dues_of)."""
    rows = DirectDebit.objects.filter(payer=OuterRef("demand__payer"), charge=OuterRef("demand__charge"), since__lte=OuterRef("due"))
    return Exists(rows.filter(Q(until=None) | Q(until__gte=OuterRef("due"))))


@transaction.atomic(durable=True)
def _tell(payer: str, until: dt.date) -> bool:
    """One mail for all that is due by then."""
    row = DueMail.objects.select_for_update().filter(payer=payer).first()
    due = [d.part for d in mine.dues_of(payer) if d.state == "due" and d.left and d.part.due <= until]
    told = set(DueTold.objects.filter(instalment__in=due).values_list("instalment", flat=True))
    fresh = [part for part in due if part.id not in told]
    if row is None or not fresh:
        return False
    DueTold.objects.bulk_create([DueTold(instalment=part, at=clock.now()) for part in fresh])
    to = keys.unseal(PURPOSE, row.sealed_mail, bound_to=payer).decode()
    subject, body = _in_words_of(row.language, _mail)
    mail_promise(key=f"due:{fresh[0].id}", case_ref=f"due:{fresh[0].id}", to=to, subject=subject, body=body)
    failpoints.hit("collection.remind.before_commit")
    return True


def back_told(payer: str, key: str, kind: str) -> None:
    """Tell a payer who has mails that something of theirs goes back (``kind`` refund), was set against a due (offset) or does not go back as
    they were told (stopped), in the caller's transaction."""
    if (row := DueMail.objects.filter(payer=payer).first()) is not None:
        to = keys.unseal(PURPOSE, row.sealed_mail, bound_to=payer).decode()
        subject, body = _in_words_of(row.language, BACK_MAILS[kind])
        mail_promise(key=f"back:{key}", case_ref=f"back:{key}", to=to, subject=subject, body=body)


def _in_words_of(code: str, mail: Callable[[], tuple[Said, Said]]) -> tuple[str, str]:
    """Subject and body in a payer's language."""
    language = languages.LANGUAGES.get(code, languages.JAPANESE)
    with languages.drawing(language):
        languages.lend(city_words(city().folder, language.code))
        subject, body = mail()
        return bare(subject), bare(body)


def _back_mail() -> tuple[Said, Said]:
    return say("【{city}】お返しするもののお知らせ", city=city().name), say(
        "{city} デジタル市役所からのお知らせです。\n\nお返しするものの手続きが進みました。次のページにログインして確認してください。\n{link}\n\n"
        "市の職員が、電話でATMの操作をお願いすることはありません。お知らせをやめるときも、同じページからできます。\n"
        "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
        city=city().name, link=f"{settings.BASE_URL}/my/taxes/", phone=city().phone, hours=city().hours)


def _stopped_mail() -> tuple[Said, Said]:
    return say("【{city}】お返しするものの手続きが変わりました", city=city().name), say(
        "{city} デジタル市役所からのお知らせです。\n\nお返しするものの手続きが変わりました。次のページにログインして確認してください。\n{link}\n\n"
        "市の職員が、電話でATMの操作をお願いすることはありません。お知らせをやめるときも、同じページからできます。\n"
        "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
        city=city().name, link=f"{settings.BASE_URL}/my/taxes/", phone=city().phone, hours=city().hours)


def _offset_mail() -> tuple[Said, Said]:
    return say("【{city}】お返しするものを、ほかのお支払いに充てました", city=city().name), say(
        "{city} デジタル市役所からのお知らせです。\n\nお返しするものを、ほかのお支払いに充てました。"
        "次のページにログインして確認してください。\n{link}\n\n"
        "市の職員が、電話でATMの操作をお願いすることはありません。お知らせをやめるときも、同じページからできます。\n"
        "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
        city=city().name, link=f"{settings.BASE_URL}/my/taxes/", phone=city().phone, hours=city().hours)


BACK_MAILS = {"refund": _back_mail, "offset": _offset_mail, "stopped": _stopped_mail}


def _mail() -> tuple[Said, Said]:
    return say("【{city}】もうすぐ期限のものがあります", city=city().name), say(
        "{city} デジタル市役所からのお知らせです。\n\nもうすぐ期限のものがあります。次のページにログインして確認してください。\n{link}\n\n"
        "行き違いで済んでいるときは、ご容赦ください。お知らせをやめるときも、同じページからできます。\n"
        "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
        city=city().name, link=f"{settings.BASE_URL}/my/taxes/", phone=city().phone, hours=city().hours)
