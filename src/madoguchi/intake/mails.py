"""The mails to applicants, in the language they filed in. They name no procedure: mailboxes are shared in families."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from django.conf import settings

from madoguchi.kernel.said import Said, bare, say
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages

Mail = tuple[str, str]  # subject, body
CORRECTION, DECIDED, APPOINTMENT, TALK, WITHDRAWAL, PAYMENT = "correction", "decided", "appointment", "talk", "withdrawal", "payment"
DUE, LAPSED, REFUNDING, REFUNDED = "due", "lapsed", "refunding", "refunded"  # a fee is to be paid, was not in time, goes back, is back
CALLED_OFF = "called_off"  # nobody comes on the day that was told
ADDRESS, ADDRESS_LEFT = "address", "address_left"  # news go to this address from now on; to another one
CLAIM, ANSWER = "claim", "answer"  # what was asked for after a decision has arrived; is answered


@contextlib.contextmanager
def _in(code: str) -> Iterator[None]:
    language = languages.LANGUAGES.get(code, languages.JAPANESE)
    with languages.drawing(language):
        languages.lend(city_words(city().folder, language.code))
        yield


def _look(application_id: str, guest: bool) -> str:
    """Where to look; who filed without a sign-in comes back on another device only by receipt number and access code."""
    if guest:
        return bare(say("次のページで、受付番号と確認番号(8けた)を入力して確認してください。\n{link}", link=f"{settings.BASE_URL}/status/"))
    return bare(say("次のページで確認してください。\n{link}", link=f"{settings.BASE_URL}/my/{application_id}/"))


def filed(code: str, receipt: str, application_id: str, guest: bool, copy: bool) -> Mail:
    """The application has arrived. ``copy``: who filed it for another sees what was sent, and not where it stands."""
    with _in(code):
        what = say("送った内容の控えを見られます。") if copy else say("いまの段階を確認できます。")
        return bare(say("【{city}】お手続きを受け付けました", city=city().name)), bare(say(
            "{city} デジタル市役所です。お手続きを受け付けました。\n\n受付番号 {receipt}\n\n{what}\n{look}\n\n"
            "{city}役所 電話 {phone}({hours})\n",
            city=city().name, receipt=receipt, what=bare(what), look=_look(application_id, guest), phone=city().phone, hours=city().hours))


def owed(code: str, receipt: str, application_id: str, last: dt.date, guest: bool) -> Mail:
    """The application was sent and waits for its fee (前納). ``last``: the last day to pay; ``guest``: comes back by receipt number and
    access code, for the link of the page opens on no other device."""
    with _in(code):
        where = bare(say("次のページで、受付番号と確認番号(8けた)を入力してください。手数料のところから、支払いに進めます。\n{link}",
                         link=f"{settings.BASE_URL}/status/") if guest else
                     say("お支払いは、次のページでできます。\n{link}", link=f"{settings.BASE_URL}/my/{application_id}/pay/"))
        return bare(say("【{city}】送信されました。お支払いが残っています", city=city().name)), bare(say(
            "{city} デジタル市役所です。入力した内容が届きました。\n\n受付番号 {receipt}\n\n"
            "手数料のお支払いが済むまで、受付は完了しません。{day}までにお支払いください。期限を過ぎると、取り消されます。\n\n{where}\n\n"
            "{city}役所 電話 {phone}({hours})\n",
            city=city().name, receipt=receipt, day=bare(languages.day(last)), where=where, phone=city().phone, hours=city().hours))


def _kind(kind: str, day: dt.date | None) -> tuple[Said, Said]:
    """(subject, sentence) of a kind of news: enough to know what to do until when, and nothing of what it is about."""
    name, when = city().name, bare(languages.day(day)) if day else ""
    if kind == CORRECTION and when:
        return (say("【{city}】直していただきたい点があります（{day}まで）", city=name, day=when),
                say("直していただきたい点があります。{day}までに答えてください。答えが届くまで、審査は進みません。", day=when))
    if kind == APPOINTMENT and when:
        return say("【{city}】日時のお知らせ（{day}）", city=name, day=when), say("担当がうかがう日時をお知らせします（{day}）。", day=when)
    if kind == CALLED_OFF and when:
        return (say("【{city}】お知らせした日時（{day}）は、取りやめになりました", city=name, day=when),
                say("担当がうかがう日時としてお知らせした{day}は、取りやめになりました。", day=when))
    return {
        DECIDED: (say("【{city}】結果が出ました", city=name), say("結果が出ました。")),
        TALK: (say("【{city}】担当からお知らせが届きました", city=name), say("担当からお知らせが届きました。")),
        WITHDRAWAL: (say("【{city}】取下げについてのお知らせ", city=name), say("取下げの申し出について、お知らせがあります。")),
        CLAIM: (say("【{city}】申出を受け付けました", city=name), say("申出を受け付けました。担当課から連絡します。")),
        ANSWER: (say("【{city}】申出へのお答え", city=name), say("申出について、担当課からお答えがあります。")),
        DUE: (say("【{city}】お支払いをお願いします", city=name), say("お支払いが済んでいないものがあります。")),
        LAPSED: (say("【{city}】お手続きは取り消されました", city=name), say("期限までにお支払いがなかったため、お手続きは取り消されました。")),
        REFUNDING: (say("【{city}】お返しするもののお知らせ", city=name),
                    say("お返しするものがあります。市の職員が、電話でATMの操作をお願いすることはありません。")),
        REFUNDED: (say("【{city}】お返ししました", city=name),
                   say("お返しするものの手続きが済みました。市の職員が、電話でATMの操作をお願いすることはありません。")),
        ADDRESS: (say("【{city}】お知らせの送り先になりました", city=name), say("これからのお知らせを、このアドレスに送ります。")),
        ADDRESS_LEFT: (say("【{city}】お知らせの送り先が変わりました", city=name),
                       say("これからのお知らせは、ほかのアドレスに送ります。ご自分で変えていないときは、下の番号にお電話ください。")),
        PAYMENT: (say("【{city}】お支払いについてのお知らせ", city=name), say("お支払いについて、お知らせがあります。")),
    }.get(kind, (say("【{city}】お手続きについてのお知らせ", city=name), say("新しいお知らせがあります。")))


def news(code: str, receipt: str, application_id: str, *, guest: bool, kind: str = "", day: dt.date | None = None) -> Mail:
    """There is something new to read: of what kind (CORRECTION …), and the day that matters."""
    with _in(code):
        subject, what = _kind(kind, day)
        return bare(subject), bare(say(
            "{city} デジタル市役所からのお知らせです。\n\n受付番号 {receipt}\n\n{what}\n{look}\n\n"
            "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
            city=city().name, receipt=receipt, what=bare(what), look=_look(application_id, guest), phone=city().phone, hours=city().hours))


def basis_ended(code: str, company: bool) -> Mail:
    """A 委任 that one had ends, by its giver or by the city. Whose, and for what, stands on the page alone."""
    with _in(code):
        link = f"{settings.BASE_URL}/office/" if company else f"{settings.BASE_URL}/my/mandates/"
        return bare(say("【{city}】代理についてのお知らせ", city=city().name)), bare(say(
            "{city} デジタル市役所からのお知らせです。\n\nあなたが受けていた代理の1つが、終わりました。この代理では、新しい手続きも、"
            "書きかけの手続きも送れません。送った手続きの状況は見られなくなり、直していただきたい点にも答えられません。"
            "送った手続きの審査は続き、送った内容の控えは見られます。\n\n次のページで確認してください。\n{link}\n\n"
            "このメールには返信できません。心当たりのない方は、お手数ですが破棄してください。\n{city}役所 電話 {phone}({hours})\n",
            city=city().name, link=link, phone=city().phone, hours=city().hours))


def resume(code: str, token: str, days: int) -> Mail:
    """The link to continue a draft elsewhere."""
    with _in(code):
        return bare(say("【{city}】お手続きの続きのご案内", city=city().name)), bare(say(
            "{city} デジタル市役所です。\n\n次のページから、手続きの続きを入力できます({days}日間)。\n{link}\n\n"
            "このメールを他の人に転送しないでください。\n",
            city=city().name, days=days, link=f"{settings.BASE_URL}/resume/{token}/"))


def code(code: str, receipt: str, token: str, minutes: int) -> Mail:
    """The link behind which a new access code is made."""
    with _in(code):
        return bare(say("【{city}】確認番号を新しくするご案内", city=city().name)), bare(say(
            "{city} デジタル市役所です。\n\n受付番号 {receipt} の確認番号を、次のページで新しくできます({minutes}分以内、1回だけ)。\n{link}\n\n"
            "このメールを他の人に転送しないでください。心当たりのない方は、破棄してください。何もしなければ、確認番号は変わりません。\n"
            "{city}役所 電話 {phone}({hours})\n",
            city=city().name, receipt=receipt, minutes=minutes, link=f"{settings.BASE_URL}/status/code/{token}/", phone=city().phone,
            hours=city().hours))


def code_sheet(code: str) -> tuple[str, ...]:
    """What stands on the sheet with a new access code, for who filed in this language."""
    with _in(code):
        return (bare(say("次のページで受付番号と確認番号を入力すると、手続きの状況を見られます。")),
                bare(say("前の確認番号は使えません。この紙は、ほかの方に見せないで、大切に保管してください。")))
