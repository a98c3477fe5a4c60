"""The port to a mail server (notifications.ports.Mailer): one contract, run against every adapter and a faulty fake."""

from __future__ import annotations

import contextlib
import datetime as dt
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from tests.support.hall import run_worker

from madoguchi.adapters.mail import FolderMailer, SmtpMailer
from madoguchi.kernel import outbox
from madoguchi.notifications.models import Mail
from madoguchi.notifications.ports import Accepted, Letter, Refused, Retry
from madoguchi.notifications.public import mail_promise

LETTER = Letter("<0123456789abcdef@localhost>", "hanako@example.jp", "【七尾市】お知らせ", "受付番号 R8-0000-0000-0\nお知らせがあります。\n")


class FaultyMailer:
    """A fake that says what it is told to say, and keeps what it took."""

    answers: list[object] = []
    taken: list[Letter] = []

    def send(self, letter):
        verdict = type(self).answers.pop(0) if type(self).answers else Accepted()
        if isinstance(verdict, Accepted) and letter.message_id not in [x.message_id for x in self.taken]:
            type(self).taken.append(letter)
        return verdict


@pytest.fixture
def faulty(settings):
    FaultyMailer.answers, FaultyMailer.taken = [], []
    settings.MAILER = f"{__name__}.FaultyMailer"
    return FaultyMailer


@pytest.fixture(params=["smtp", "folder", "faulty"])
def post(request, settings, places):
    """An adapter and what arrived through it."""
    if request.param == "faulty":
        FaultyMailer.answers, FaultyMailer.taken = [], []
        return SimpleNamespace(mailer=FaultyMailer(), arrived=lambda: [
            {"id": x.message_id, "to": x.to, "subject": x.subject, "body": x.body} for x in FaultyMailer.taken])
    if request.param == "smtp":
        server = request.getfixturevalue("mail_server")
        settings.SMTP, settings.SMTP_TLS, settings.SMTP_USER = server.address, False, ""

        def messages():
            return [message_from_bytes(x.as_bytes(), policy=policy.default) for x in server.letters]

        mailer = SmtpMailer()
    else:
        def messages():
            return [message_from_bytes(p.read_bytes(), policy=policy.default) for p in places.glob("mail/*.eml")]

        mailer = FolderMailer()
    return SimpleNamespace(mailer=mailer, arrived=lambda: [
        {"id": m["Message-ID"], "to": m["To"], "subject": m["Subject"], "body": m.get_content().replace("\r\n", "\n")} for m in messages()])


class TestContract:
    """What every mailer does."""

    def test_a_letter_arrives_as_written(self, post):
        assert post.mailer.send(LETTER) == Accepted()
        assert post.arrived() == [{"id": LETTER.message_id, "to": LETTER.to, "subject": LETTER.subject, "body": LETTER.body}]

    def test_again_is_accepted_and_recognisable(self, post):
        assert post.mailer.send(LETTER) == post.mailer.send(LETTER) == Accepted()
        assert {x["id"] for x in post.arrived()} == {LETTER.message_id}

    def test_two_letters_are_two(self, post):
        other = Letter("<another@localhost>", "taro@example.jp", "b", "b\n")
        post.mailer.send(LETTER)
        post.mailer.send(other)
        assert sorted(x["id"] for x in post.arrived()) == sorted([LETTER.message_id, other.message_id])


class TestSmtp:
    """What a real server can answer (RFC 5321 §4.2)."""

    @pytest.fixture
    def mailer(self, settings, mail_server):
        settings.SMTP, settings.SMTP_TLS, settings.SMTP_USER = mail_server.address, False, ""
        return SmtpMailer()

    @pytest.mark.parametrize(("where", "answer", "verdict"), [
        ("answer_rcpt", "450 busy", Retry), ("answer_rcpt", "451 greylisted", Retry), ("answer_rcpt", "452 full", Retry),
        ("answer_rcpt", "550 no such mailbox", Refused), ("answer_rcpt", "553 bad name", Refused),
        ("answer_data", "451 try later", Retry), ("answer_data", "452 disk full", Retry), ("answer_data", "554 spam", Refused),
        ("answer_data", "421 closing", Retry),
    ])
    def test_4xx_is_later_and_5xx_is_never(self, mailer, mail_server, where, answer, verdict):
        setattr(mail_server, where, answer)
        assert isinstance(mailer.send(LETTER), verdict)
        assert mail_server.letters == []

    def test_a_server_that_hangs_up_is_later(self, mailer, mail_server):
        mail_server.hang_up = "data"
        assert isinstance(mailer.send(LETTER), Retry)

    def test_a_server_that_hangs_up_after_taking_it_gets_the_same_id_again(self, mailer, mail_server):
        mail_server.hang_up = "after"
        assert isinstance(mailer.send(LETTER), Retry)
        mail_server.hang_up = ""
        assert mailer.send(LETTER) == Accepted()
        assert mail_server.ids() == [LETTER.message_id] * 2

    def test_nobody_at_the_port_is_later(self, mailer, mail_server):
        mail_server.stop()
        assert isinstance(mailer.send(LETTER), Retry)

    def test_an_unknown_host_is_later(self, settings):
        settings.SMTP = "mail.invalid:25"
        assert isinstance(SmtpMailer().send(LETTER), Retry)

    def test_a_line_break_in_a_subject_adds_no_header(self, mailer, mail_server):
        nasty = Letter("<nasty@localhost>", "hanako@example.jp", "x\r\nBcc: all@example.jp", "body\n")
        with contextlib.suppress(ValueError):
            mailer.send(nasty)
        assert "all@example.jp" not in mail_server.recipients
        assert all(letter["Bcc"] is None for letter in mail_server.letters)


class TestFolder:
    def test_a_folder_that_cannot_be_written_is_later(self, settings, places):
        settings.MAIL_ROOT = places / "mail" / "file"
        settings.MAIL_ROOT.write_text("in the way")
        assert isinstance(FolderMailer().send(LETTER), Retry)


class TestUse:
    """What notifications makes of the answers."""

    def test_later_is_tried_again_and_arrives_once(self, hall, faulty):
        from tests.support.hall import OPENING

        from madoguchi.kernel import clock

        faulty.answers = [Retry("busy"), Retry("busy"), Accepted()]
        promise()
        for minutes in range(4):
            with clock.frozen(OPENING.replace(minute=minutes)):
                run_worker()
        assert [x.to for x in faulty.taken] == ["hanako@example.jp"]
        assert Mail.objects.get().state == "sent"

    def test_never_is_never_and_the_address_is_wiped(self, hall, faulty):
        faulty.answers = [Refused("550")]
        promise()
        run_worker()
        assert faulty.taken == []
        assert (Mail.objects.get().state, Mail.objects.get().sealed_to) == ("refused", None)

    def test_after_two_deaths_between_sending_and_noting_a_person_decides(self, hall, faulty):
        """The third copy is never sent by itself (2 deaths: 2 copies); 「もう一度」 begins anew."""
        promise()
        Mail.objects.update(begun=2)
        run_worker()
        (waits,) = outbox.parked()
        assert faulty.taken == [] and "2通届いているかもしれません" in waits.error_code
        assert Mail.objects.get().state == "waiting"
        outbox.retry_parked(message_id=waits.id)
        run_worker()
        assert len(faulty.taken) == 1 and Mail.objects.get().state == "sent"

    def test_a_server_that_is_busy_is_asked_as_often_as_it_takes(self, hall, faulty):
        from tests.support.hall import OPENING

        from madoguchi.kernel import clock

        faulty.answers = [Retry("busy")] * 5
        promise()
        for hours in range(7):
            with clock.frozen(OPENING + dt.timedelta(hours=hours)):
                run_worker()
        assert len(faulty.taken) == 1 and not outbox.parked()

    def test_promised_twice_is_sent_once(self, hall, faulty):
        promise()
        promise()
        run_worker()
        assert len(faulty.taken) == 1


def promise():
    from django.db import transaction

    with transaction.atomic():
        mail_promise(key="k", case_ref="c", to="hanako@example.jp", subject="s", body="b")
