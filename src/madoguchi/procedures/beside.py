"""What a search shows beside procedures: the finders of its words, and the pages of the city hall that are no procedure."""

from __future__ import annotations

from madoguchi.kernel.said import Said, say

from . import finders
from .rules.find import Found, plain
from .rules.guide import Finder

MOST = 2  # finders
# place → (address, icon, name, one sentence); the template asks whether this city hall has it
PLACES: dict[str, tuple[str, str, Said, Said]] = {
    "card": ("/card/", "id-card", say("マイナンバーカード"), say("申請・受取り・更新の日時を予約する")),
    "booking": ("/booking/", "calendar-clock", say("窓口の予約"), say("日時を選んで、窓口で待つ時間を短くする")),
    "queue": ("/queue/", "users", say("窓口の混みぐあい"), say("いまお待ちの方の数と、待ち時間の目安")),
    "status": ("/status/", "clipboard-check", say("手続きの状況を見る"), say("受付番号で、いまの段階がわかります")),
    "taxes": ("/my/taxes/", "wallet", say("わたしの税・料金"), say("納める額と期限、お支払い、口座振替")),
}
WORDS = {place: tuple(map(plain, words)) for place, words in {
    "card": ("マイナンバー", "マイナカード", "マイナポイント", "mainanba", "mainakado", "個人番号カード", "電子証明書", "mynumber", "personalnumber"),
    "booking": ("予約", "booking", "appointment"),
    "queue": ("混雑", "混みぐあい", "混んで", "待ち時間", "番号札"),
    "status": ("状況", "受付番号", "進み具合", "審査中"),
    "taxes": ("払いたい", "払えない", "納税", "納付", "税金", "固定資産税", "軽自動車税", "住民税", "口座振替", "督促", "滞納"),
}.items()}


def places(query: str) -> list[str]:
    """The pages that a query names, whatever else is in it."""
    letters = plain(query)
    return [place for place, words in WORDS.items() if any(word in letters for word in words)]


def guides(found: Found) -> list[Finder]:
    """The finders that speak of a word of the query (or of what it means: 死亡 is おくやみ), by name before by summary."""
    words = [word for word in found.words if len(word) > 1]
    rated = [(any(w in plain(f.name) for w in words), any(w in plain(f.summary) for w in words), f) for f in finders.finders().values()]
    named = [f for name, _, f in rated if name]
    told = [f for name, summary, f in rated if summary and not name]
    return [finders.shown(f) for f in (named or told)[:MOST]]
