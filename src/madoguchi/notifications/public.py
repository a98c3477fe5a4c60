"""Door: mails."""

from .services import SEND, mail_promise, mail_send

__all__ = ["SEND", "mail_promise", "mail_send"]
