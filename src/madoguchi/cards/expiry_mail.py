"""The mail before a card or certificate ends, in the language of its holder. It does not say which of the two, nor whose."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from madoguchi.kernel.said import bare, say
from madoguchi.notifications.public import mail_promise
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages, said_days


def promise(*, key: str, to: str, language: str, day: dt.date) -> None:
    """Promise the mail, in the caller's transaction. The same key again changes nothing."""
    found = languages.LANGUAGES.get(language, languages.JAPANESE)
    with languages.drawing(found):
        languages.lend(city_words(city().folder, found.code))
        subject = bare(say("【{city}】マイナンバーカードのお知らせ", city=city().name))
        parts = [say("{city} デジタル市役所からのお知らせです。", city=city().name),
                 say("マイナンバーカードか電子証明書の有効期限が近づいています。期限の前に、窓口で更新してください。"),
                 say("期限 {day}", day=said_days.day(day)), say("予約のページ {link}", link=f"{settings.BASE_URL}/card/"),
                 say("このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
                     city=city().name, phone=city().phone, hours=city().hours)]
        body = "\n\n".join(bare(part) for part in parts)
    mail_promise(key=key, case_ref=key, to=to, subject=subject, body=body)
