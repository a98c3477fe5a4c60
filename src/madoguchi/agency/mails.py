"""The mail with an invitation, in the language of the page it was made on. It names nobody and no procedure."""

from __future__ import annotations

from django.conf import settings

from madoguchi.kernel.said import bare, say
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages


def invitation(code: str, days: int) -> tuple[str, str]:
    """Subject and body."""
    with languages.drawing(languages.current()):
        languages.lend(city_words(city().folder, languages.current().code))
        return bare(say("【{city}】代理の招待が届いています", city=city().name)), bare(say(
            "{city} デジタル市役所です。手続きの代理を頼みたい方から、招待が届いています。\n\n次のページで、マイナンバーカードでログインして、"
            "内容を確かめてください({days}日間)。承諾するまで、何も始まりません。\n{link}\n\n"
            "心当たりのないときは、何もしないでください。このメールを他の人に転送しないでください。\n",
            city=city().name, days=days, link=f"{settings.BASE_URL}/invited/{code}/"))
