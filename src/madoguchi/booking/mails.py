"""The mails of a booking, in the language it was made in. They say when, and the number; never for what nor with which section:
mailboxes are shared in families. Their link opens this one booking: whoever asks people to change or cancel gives them the means, also to
who has not kept the code."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from django.conf import settings

from madoguchi.kernel.said import bare, say
from madoguchi.notifications.public import mail_promise
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages, said_days

from .codes import link_of, token_of
from .contact import Contact
from .models import Booking, Waiting

SAID = {
    "made": say("窓口の予約をお受けしました。"), "changed": say("窓口の予約の日時を変えました。"), "cancelled": say("窓口の予約を取り消しました。"),
    "remind": say("あした、窓口の予約があります。お越しになれないときは、取り消すか、日時を変えてください。"),
    "shut": say("申し訳ありません。ご予約の時間に、窓口を開けられなくなりました。日時を変えるか、取り消してください。"),
    "off": say("申し訳ありません。ご予約の窓口を、開けられなくなりました。この予約は取り消しました。ほかの日時を予約してください。"),
    "moved": say("ご予約の窓口の場所か、持ち物が変わりました。ご予約の日時は変わりません。次のページで確かめてください。"),
    "waiting": say("窓口の予約の空きを待つ申し込みを、お受けしました。空きが出たら、メールでお知らせします。やめるときも、次のページからできます。"),
    "wait_off": say(
        "申し訳ありません。空きをお待ちの窓口を、開けられなくなりました。空きを待つ申し込みは、これで終わります。ほかの日時を予約してください。"),
    "offer": say("お待ちの窓口の予約に、空きが出ました。次のページで、予約するかどうかを選んでください。"),
}

SUBJECTS = {
    "made": say("【{city}】窓口の予約をお受けしました"), "changed": say("【{city}】窓口の予約の日時を変えました"),
    "cancelled": say("【{city}】窓口の予約を取り消しました"), "remind": say("【{city}】あした、窓口の予約があります"),
    "shut": say("【{city}】窓口の予約の日時を変えてください"), "off": say("【{city}】窓口を開けられないため、予約を取り消しました"),
    "moved": say("【{city}】窓口の予約の場所か、持ち物が変わりました"), "waiting": say("【{city}】空きを待つ申し込みをお受けしました"),
    "wait_off": say("【{city}】空きを待つ申し込みは終わりました"), "offer": say("【{city}】お待ちの窓口に空きが出ました"),
}


@contextlib.contextmanager
def spoken(code: str) -> Iterator[None]:
    """What is said inside is said in this language, with the words of the city pack."""
    language = languages.LANGUAGES.get(code, languages.JAPANESE)
    with languages.drawing(language):
        languages.lend(city_words(city().folder, language.code))
        yield


def _letter(code: str, kind: str, when: dt.datetime | dt.date, number: str, link: str, until: dt.datetime | None = None) -> tuple[str, str]:
    with spoken(code):
        day = said_days.moment(when) if isinstance(when, dt.datetime) else said_days.day(when)
        parts: list[str] = [say("{city} デジタル市役所からのお知らせです。", city=city().name), say(SAID[kind]), say("日時 {when}", when=day)]
        if number:
            parts.append(say("予約番号 {number}", number=number))
        if until is not None:
            parts.append(say("{when}までに選ばれないときは、次の方にご案内します。", when=said_days.moment(until)))
        parts += [link, say("このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
                            city=city().name, phone=city().phone, hours=city().hours)]
        return bare(say(SUBJECTS[kind], city=city().name)), "\n\n".join(bare(part) for part in parts)


def send(row: Booking, contact: Contact, kind: str) -> bool:
    """Promise a mail about a booking, in the caller's transaction; none where no address is known."""
    if not contact.mail:
        return False
    subject, body = _letter(row.language, kind, row.starts_at, row.number, f"{settings.BASE_URL}/booking/link/{link_of(row)}/")
    mail_promise(key=f"booking:{row.id}:{kind}:{row.sequence}", case_ref=f"booking:{row.id}", to=contact.mail, subject=subject, body=body)
    return True


def send_waiting(row: Waiting, contact: Contact, kind: str, held: Booking | None = None) -> None:
    """Promise a mail to somebody who waits, in the caller's transaction."""
    when = held.starts_at if held else row.day
    subject, body = _letter(row.language, kind, when, "", f"{settings.BASE_URL}/booking/waiting/{token_of(row)}/",
                            held.held_until if held else None)
    mail_promise(key=f"waiting:{row.id}:{kind}:{row.offers}", case_ref=f"waiting:{row.id}", to=contact.mail, subject=subject, body=body)


