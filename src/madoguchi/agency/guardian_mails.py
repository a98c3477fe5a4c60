"""The mail to a legal representative: that there is something to read. It names nobody and no procedure."""

from __future__ import annotations

from django.conf import settings

from madoguchi.kernel.said import bare, say
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages


def news(code: str, guardian_id: str) -> tuple[str, str]:
    """Subject and body, in the language of the declaration."""
    language = languages.LANGUAGES.get(code, languages.JAPANESE)
    with languages.drawing(language):
        languages.lend(city_words(city().folder, language.code))
        return bare(say("【{city}】マイページのお知らせ", city=city().name)), bare(say(
            "{city} デジタル市役所からのお知らせです。\n\nマイページに新しいお知らせがあります。"
            "次のページで、ログインして確認してください。\n{link}\n\n"
            "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
            city=city().name, link=f"{settings.BASE_URL}/my/guardians/{guardian_id}/", phone=city().phone, hours=city().hours))
