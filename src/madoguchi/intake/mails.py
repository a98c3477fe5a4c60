"""The mails to applicants, in the language they filed in. They name no procedure: mailboxes are shared in families."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.conf import settings

from madoguchi.kernel.said import bare, say
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages

Mail = tuple[str, str]  # subject, body


@contextlib.contextmanager
def _in(code: str) -> Iterator[None]:
    language = languages.LANGUAGES.get(code, languages.JAPANESE)
    with languages.drawing(language):
        languages.lend(city_words(city().folder, language.code))
        yield


def filed(code: str, receipt: str, application_id: str) -> Mail:
    """The application has arrived."""
    with _in(code):
        return bare(say("【{city}】申請を受け付けました", city=city().name)), bare(say(
            "{city} デジタル市役所です。申請を受け付けました。\n\n受付番号 {receipt}\n\nいまの段階は、次のページで確認できます。\n{link}\n\n"
            "{city}役所 電話 {phone}({hours})\n",
            city=city().name, receipt=receipt, link=f"{settings.BASE_URL}/my/{application_id}/", phone=city().phone, hours=city().hours))


def news(code: str, receipt: str, application_id: str) -> Mail:
    """There is something new to read."""
    with _in(code):
        return bare(say("【{city}】申請についてのお知らせ", city=city().name)), bare(say(
            "{city} デジタル市役所からのお知らせです。\n\n受付番号 {receipt} について、新しいお知らせがあります。\n"
            "次のページで確認してください。\n{link}\n\n"
            "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
            city=city().name, receipt=receipt, link=f"{settings.BASE_URL}/my/{application_id}/", phone=city().phone, hours=city().hours))


def resume(code: str, token: str, days: int) -> Mail:
    """The link to continue a draft elsewhere."""
    with _in(code):
        return bare(say("【{city}】申請の続きのご案内", city=city().name)), bare(say(
            "{city} デジタル市役所です。\n\n次のページから、申請の続きを入力できます({days}日間)。\n{link}\n\n"
            "このメールを他の人に転送しないでください。\n",
            city=city().name, days=days, link=f"{settings.BASE_URL}/resume/{token}/"))
