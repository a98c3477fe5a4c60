"""Door: mails."""

from madoguchi.kernel.sealing import Column

from .models import Mail
from .services import SEND, mail_promise, mail_send

SEALED = (Column(Mail, "sealed_to", "mail", "key", "送信待ちのメールの宛先"),)

__all__ = ["SEALED", "SEND", "mail_promise", "mail_send"]
