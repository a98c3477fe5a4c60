"""The mail address to which news of an application go: given afterwards, or changed, by who filed it."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.kernel.said import keepable, say
from madoguchi.notifications.public import mail_fault, mail_plain, mail_promise

from . import acting, applications, mails
from .errors import AddressWrong, CodeWrong, NotOpenForThis
from .models import Application


def may_change(application: Application, owner: Owner | None) -> bool:
    """The address is that of who filed it: not of the person for whom an agent did, nor of an agent whom nobody would mail."""
    return not acting.sides(owner, application)["by"] and acting.tells(application)


def address_of(application: Application) -> str:
    """The address as it is, empty where there is none."""
    return keys.unseal("mail-address", application.sealed_mail, bound_to=application.receipt).decode() if application.sealed_mail else ""


def masked(application: Application) -> str:
    """Enough of the address to know it again, not enough to learn it from the page of a shared device."""
    name, at, place = address_of(application).rpartition("@")
    return f"{name[:2]}***{at}{place}" if at else ""


def address_put(*, application: Application, owner: Owner | None, mail: str, code: str = "", actor: str) -> None:
    """Send news of it to this address from now on. Who is known by receipt number and access code alone proves it by the code once more: for
    the address opens the way to a new one (`codes`). The new address and the one before are both told. The same address again changes nothing.
    Raises NotOpenForThis; AddressWrong with what is wrong at ``mail`` or ``code``."""
    if not may_change(application, owner):
        raise NotOpenForThis
    faults = []
    if fault := mail_fault(mail) if mail.strip() else say("メールアドレスを入力してください"):
        faults.append(("mail", fault))
    if application.code_digest and (fault := _code_fault(application.receipt, code)):
        faults.append(("code", fault))
    if faults:
        raise AddressWrong(faults)
    _put(application, mail_plain(mail), actor)


def _code_fault(receipt: str, code: str) -> str:
    if not code.strip():
        return say("{label}を入力してください", label=say("確認番号"))
    try:
        applications.application_by_code(receipt=receipt, code=code)
    except CodeWrong as wrong:
        return wrong.ja
    return ""


@transaction.atomic(durable=True)
def _put(application: Application, mail: str, actor: str) -> None:
    row = Application.objects.select_for_update().get(id=application.id)
    before = address_of(row)
    if before == mail:
        return
    now = clock.now()
    row.sealed_mail = keys.seal("mail-address", mail.encode(), bound_to=row.receipt)
    said = say("お知らせのメールの送り先を変えました") if before else say("お知らせのメールを受け取ることにしました")
    row.view = row.view | {"timeline": [*row.view["timeline"], {"at": now.isoformat()} | keepable(said)]}
    row.save(update_fields=["sealed_mail", "view"])
    for to, kind in ((mail, mails.ADDRESS), (before, mails.ADDRESS_LEFT)):
        if to:
            subject, body = mails.news(row.language, row.receipt, str(row.id), guest=bool(row.code_digest), kind=kind)
            mail_promise(key=f"{kind}:{row.id}:{now.isoformat()}", case_ref=str(row.id), to=to, subject=subject, body=body)
    audit.record(actor, "mail.changed" if before else "mail.given", chain=f"case:{row.id}", facts=acting.hand(row, actor))
    failpoints.hit("intake.address_put.before_commit")
