"""Mail adapters: SMTP for real, a folder of .eml files for trial."""

from __future__ import annotations

import os
import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from django.conf import settings

from madoguchi.kernel.durable import folder_sync
from madoguchi.notifications.ports import Accepted, Letter, Refused, Retry


def _message(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.MAIL_FROM, letter.to, letter.subject
    message["Message-ID"], message["Date"] = letter.message_id, formatdate(localtime=True)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


class SmtpMailer:
    """RFC 5321 through the standard library; STARTTLS and sign-in when set."""

    def send(self, letter: Letter) -> Accepted | Retry | Refused:
        """4xx and network trouble are Retry, 5xx on the recipient is Refused."""
        host, _, port = settings.SMTP.partition(":")
        try:
            with smtplib.SMTP(host, int(port or 25), timeout=20) as server:
                if settings.SMTP_TLS:
                    server.starttls()
                if settings.SMTP_USER:
                    server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
                server.send_message(_message(letter))
        except smtplib.SMTPRecipientsRefused as error:
            code = max(code for code, _ in error.recipients.values())
            return Refused(f"recipient {code}") if code >= 500 else Retry(f"recipient {code}")
        except smtplib.SMTPResponseException as error:
            return Refused(f"smtp {error.smtp_code}") if error.smtp_code >= 550 else Retry(f"smtp {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return Retry(type(error).__name__)
        return Accepted()


class FolderMailer:
    """Lays each mail as a file into var/mail; the same message id again overwrites the same file."""

    def send(self, letter: Letter) -> Accepted | Retry | Refused:
        """Write atomically."""
        root = Path(settings.MAIL_ROOT)
        try:
            root.mkdir(parents=True, exist_ok=True)
            target = root / f"{letter.message_id.strip('<>').partition('@')[0]}.eml"
            temp = target.with_suffix(".part")
            with temp.open("wb") as out:
                out.write(bytes(_message(letter)))
                out.flush()
                os.fsync(out.fileno())
            temp.replace(target)
            folder_sync(root)
        except OSError as error:
            return Retry(type(error).__name__)
        return Accepted()
