"""Acts of a crash run: who filed without the card loses the access code, makes a new one by mail, and gets one at the counter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from madoguchi.casework import codes as desk
from madoguchi.casework.models import Note
from madoguchi.intake import address, applications, codes, filing
from madoguchi.intake.errors import CodeWrong
from madoguchi.intake.models import Application
from madoguchi.kernel import clock

Done = dict[str, Any]
MAIL, FIRST = "hanako@example.jp", "12345678"


def guest(application: str, **_: Any) -> Done:
    """As if it had been filed without the card, with a code that is locked."""
    row = Application.objects.get(id=application)
    if not row.code_digest:
        Application.objects.filter(id=row.id).update(owner="g:" + "1" * 40, code_digest=filing.code_digest(row.receipt, FIRST), code_tries=8)
    return {}


def code_ask(application: str, **_: Any) -> Done:
    """Ask for the link."""
    codes.code_ask(receipt=Application.objects.get(id=application).receipt, mail=MAIL)
    return {}


def code_renew(application: str, **_: Any) -> Done:
    """Press the button behind it; whoever saw no new code presses again."""
    row = Application.objects.get(id=application)
    token = codes.tokens.dumps([str(row.id), codes._mark(row), clock.now().isoformat()], salt=codes.SALT)
    made, code = codes.code_renew(token=token)
    assert applications.application_by_code(receipt=made.receipt, code=code).id == made.id
    return {"code": code}


def address_put(application: str, code: str = FIRST, **_: Any) -> Done:
    """News go to another address; both are told."""
    address.address_put(application=Application.objects.get(id=application), owner=None, mail=f"next-{MAIL}", code=code, actor=codes.SELF)
    assert address.address_of(Application.objects.get(id=application)) == f"next-{MAIL}"
    return {}


def code_issue(application: str, code: str = FIRST, **_: Any) -> Done:
    """At the counter, once; the code that was made before opens nothing any more."""
    from .acts import hall

    if not Note.objects.filter(case_id=application).exists():
        row, new = desk.code_issue(actor=hall().staff("tanaka"), case_id=application, how="運転免許証を窓口で確認")
        assert applications.application_by_code(receipt=row.receipt, code=new)
        try:
            applications.application_by_code(receipt=row.receipt, code=code)
        except CodeWrong:
            return {}
        raise AssertionError("the old code opens")
    return {}


ACTS: dict[str, Callable[..., Done]] = {f.__name__: f for f in (guest, code_ask, code_renew, address_put, code_issue)}
