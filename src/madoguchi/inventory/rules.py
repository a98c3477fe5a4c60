"""手続棚卸 as pure decisions: the codes of the national survey, and how far a procedure is on its way online and why."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from madoguchi.procedures.rules.draft_row import nothing

KINDS = {"1": "申請等", "2-1": "申請等に基づく処分通知等", "2-2": "申請等に基づかない処分通知等",
         "2-3": "交付等(民間)", "3": "縦覧等", "4": "作成・保存等"}
IDENTITY = {"1": "押印+印鑑証明", "2": "押印", "3": "署名", "4": "本人確認書類", "5": "その他", "6": "不要"}
EVENTS = ("妊娠", "出生・こども", "引越し", "就職・転職", "結婚・離婚", "自動車", "住宅",
          "介護", "医療・健康", "税金", "年金", "死亡・相続", "その他")
STATUSES = {"online": "オンライン済", "elsewhere": "ほかの場所でオンライン済",
            "ready": "準備完了", "blocked": "書面・押印・対面で止まっている", "bpr": "見直し（BPR）が必要"}
BARRED = "barred"  # published, though the list names 書面, 押印 or 対面 or a person has stopped it: asked for like a status
BARRED_WORDS = "公開中（一覧か人が、止まっているとしている）"
STOPS = ("blocked", "bpr")  # what a person decides so is not published by patterns; what the list says is barred by the first alone
_NO_YEAR = re.compile(r"(?:時期|年度)?(?:未定|検討中|未検討|調整中|不明)|予定なし|(?:実施|対応|導入|オンライン化|開始)?済み?|完了|実施中")
_YEAR = re.compile(r"(?:(?:令和|[Rr]\.?)(?P<wa>\d{1,2}|元)|(?P<ad>20\d\d))(?:年度|(?:年|[./-])(?P<month>\d{1,2})(?:月|[./-]\d{1,2})?"
                   r"(?:\d{1,2}日)?|年)?(?:末|中|内|当初|上半期|下半期|上期|下期|前半|後半|頃|ごろ|まで|に|予定|目標)*")
MANY_PAPERS = 5  # from so many attachments on, the section first looks whether all are needed
_KIND_WORDS = {"申請": "1", "届出": "1", "申出": "1", "請求": "1", "申込": "1", **{words: code for code, words in KINDS.items()}}
_PAPER = {"書面": ("書面", "紙の", "原本", "郵送のみ", "紙で", "紙に", "紙媒体", "証紙"),
          "押印": ("押印", "実印", "印鑑証明", "捺印", "認印", "印鑑の持参", "印鑑を持"),
          "対面": ("対面", "来庁", "面談", "面接", "立会", "窓口のみ", "出頭", "来所")}
_CLAUSE = re.compile(r"[。、,;\n]")
_NOT = re.compile(r"[はがをのもに]?(?:必要)?(?:不要|なし|無し|廃止|省略|問わ|求めない|しない|可能)")
_DENIED = re.compile(r"不要|なし(?!で)|無し(?!で)|廃止|撤廃|省略|問わ|求め(?:てい)?ない|求めず|求めてお?らず|要しない|要さない|要らない|いらない"
                     r"|必要(?:は|が|も|性)?な[いく]|必要(?:は|が)?ありません|(?:で|に|が)?なくても?(?:よ|良|い|可|済)|ではない|せずに")
_GONE = re.compile(f"(?:{_DENIED.pattern})(?:済|み|し|た|され|て|いる|い|とな|った|と|です|ます|が|も|可能|可)*$")
_ASKED = re.compile(r"必要(?!(?:は|が|も|性)?な[いくし]|(?:は|が)?ありません)|要する|義務|求めて(?!い?な|お?ら)|求める"
                    r"|しか|なければ|ないと|できな|できず|不可|困難|難し|未|検討|予定")
_OFFERED = re.compile(r"(?:実施|対応|導入|オンライン化|電子化|公開)済み?|^済み?$|実施中|運用中|受付中")
_NOT_YET = re.compile(r"未|予定|検討|一部|不可|ない")
_URL = re.compile(r"https?://[^\s、。）)「」]+")
SYSTEM = "情報システム(申請)"  # the column of the national survey that names where


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row says that its status hangs on."""

    law: str = ""
    article: str = ""
    kind: str = ""
    identity: str = ""
    attachments: str = ""
    information: str = ""
    obstacle: str = ""
    online: str = ""  # オンライン化の実施状況
    system: str = ""  # what else the row says of where


def kind_of(text: str) -> str | None:
    """The code of a 手続類型 written as code, word or both; empty stays empty, None is none of them."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("−", "-").replace("‐", "-")
    if plain in KINDS or not plain:
        return plain
    match = re.match(r"(2-[123]|[134])(?![\d-])", plain)
    return match[1] if match else _KIND_WORDS.get(plain)


def identity_codes(text: str) -> list[str]:
    """The codes in 本人確認手法, written as codes or as words."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    parts = [p for p in re.split(r"[,、;/・]", plain) if p]
    if parts and all(re.match(r"[1-6](?!\d)", p) for p in parts):
        return [p[0] for p in parts]
    return [code for code, words in IDENTITY.items() if words == plain]


def said(text: str) -> str:
    """A cell's words; nothing when it says that there is nothing."""
    plain = text.strip()
    return "" if nothing(plain) else plain


def papers_of(text: str) -> list[str]:
    """The single attachments of a cell."""
    return [p for p in (re.sub(r"^[\s・●○①-⑳]+", "", part).strip() for part in re.split(r"[、,;\n]", text)) if said(p)]


def _denied(rest: str) -> bool:
    """Is what follows a word, up to the end of its clause, a denial? 「(押印)不要」「(書面)の提出は不要」「(対面)でなくてもよい」 are, and
    「(押印)を省略できない」 is not."""
    clause = _CLAUSE.split(rest, maxsplit=1)[0]
    return not _ASKED.search(clause) and bool(_NOT.match(clause) or _DENIED.search(clause))


def hindrance(text: str) -> str:
    """What stands in the way, of 阻害要因: nothing where every clause says that there is nothing or that a bar is gone (「押印は廃止済み」)."""
    left = [part for part in _CLAUSE.split(text) if said(part) and (_bars(part) or not _gone(part))]
    return text.strip() if left and said(text) else ""


def _gone(clause: str) -> bool:
    """Does a clause say nothing but that paper, a seal or a visit is asked for no more?"""
    return any(word in clause for words in _PAPER.values() for word in words) and bool(_GONE.search(clause))


def _bars(text: str) -> list[tuple[str, str]]:
    """(書面, 押印 or 対面, the word that says so) in a text; 「押印不要」 bars nothing."""
    out = []
    for bar, words in _PAPER.items():
        for word in words:
            if any(not _denied(text[m.end():]) for m in re.finditer(re.escape(word), text)):
                out.append((bar, word))
                break
    return out


def _law(facts: Facts) -> str:
    if not facts.law:
        return "根拠となる法令は一覧に書かれていません。"
    return f"根拠: {facts.law}{' ' + facts.article if facts.article else ''}。"


def _blocked(facts: Facts) -> str:
    """Why paper, a seal or a visit bars the way, with the law that the row names; empty when nothing does."""
    found: dict[str, str] = {}
    codes = identity_codes(facts.identity)
    if set(codes) & {"1", "2"}:
        found["押印"] = f"本人確認手法が「{'、'.join(IDENTITY[c] for c in codes)}」"
    elif not codes:
        found |= {bar: f"本人確認手法に「{word}」" for bar, word in _bars(facts.identity)}
    for label, text in (("阻害要因", facts.obstacle), ("添付させる書類", facts.attachments)):
        for bar, word in _bars(text):
            if label == "阻害要因" or word == "原本":
                found.setdefault(bar, f"{label}に「{word}」")
    return f"{'・'.join(found)}が要ります（{'、'.join(found.values())}）。{_law(facts)}" if found else ""


def elsewhere_of(online: str, system: str = "") -> tuple[bool, str]:
    """(does オンライン化の実施状況 say that it is done, where: an address or the name of a system; empty where the row does not say)."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", online))
    address = _URL.search(online) or _URL.search(system)
    bare = _URL.sub("", plain)
    if bare != "1" and (not _OFFERED.search(bare) or _NOT_YET.search(bare)):
        return False, ""
    named = re.sub(r"^1(?!\d)|[()（）:：・、。,\-]", "", _OFFERED.sub("", bare))
    named = named or ("" if nothing(system) or re.fullmatch(r"[\d\-]*", system.strip()) else _URL.sub("", system).strip())
    return True, " ".join(filter(None, (named[:80], address[0] if address else "")))


def status_of(facts: Facts) -> tuple[str, str]:
    """(status, why in words) of a procedure that is not online here. What is online elsewhere counts as such where the row says where."""
    done, where = elsewhere_of(facts.online, facts.system)
    if where:
        return "elsewhere", f"ほかの場所で受け付けています（{where}）。{_law(facts)}"
    status, why = _judged(facts)
    said_done = facts.online.strip()[:20]
    unsaid = f"オンライン化の実施状況は「{said_done}」ですが、どこで受け付けているか（アドレスかシステムの名）が一覧にないため、数えていません。"
    return status, why + (unsaid if done else "")


def _judged(facts: Facts) -> tuple[str, str]:
    if why := _blocked(facts):
        return "blocked", why
    if facts.kind in ("3", "4"):
        return "bpr", f"手続類型が「{facts.kind} {KINDS[facts.kind]}」で、申請の形ではありません。オンラインでの見せ方を決めてください。"
    if obstacle := hindrance(facts.obstacle):
        return "bpr", f"阻害要因が書かれています（{obstacle[:80]}{'…' if len(obstacle) > 80 else ''}）。進め方を見直してください。"
    papers = papers_of(facts.attachments)
    if len(papers) >= MANY_PAPERS:
        return "bpr", f"添付させる書類が{len(papers)}つあります。減らせないか見直してください。"
    if not said(facts.information) and not papers:
        return "bpr", "記載させる情報も添付させる書類も、一覧に書かれていません。何を聞く手続きかを書き足してください。"
    return "ready", "書面・押印・対面を求める記載がなく、聞くことが一覧に書かれています。"


def barred_by(*, status: str, why: str, by_hand: str, note: str) -> str:
    """Why a row must not go online by a pattern alone; empty when nothing bars it. What a person decided, with the reason in the note,
    goes before what the list says, either way."""
    if by_hand:
        return f"人が「{STATUSES[by_hand]}」と決めました（{note.strip().rstrip('。')}）。" if by_hand in (*STOPS, "elsewhere") else ""
    return why if status in ("blocked", "elsewhere") else ""


def year_of(text: str) -> int | None:
    """The fiscal year of 「令和5年度中」「R5.4」「2023」 (January to March belong to the year before); 0 where a cell says that there is none or
    that it is done (「未定」「済」), None when it cannot be read."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if nothing(plain) or _NO_YEAR.fullmatch(plain):
        return 0
    match = _YEAR.fullmatch(plain)
    if match is None:
        return None
    year = int(match["ad"]) if match["ad"] else 2018 + (1 if match["wa"] == "元" else int(match["wa"]))
    month = int(match["month"] or 4)
    year -= month < 4
    return year if 2019 <= year <= 2060 and 1 <= month <= 12 else None


def year_words(year: int) -> str:
    """令和5年度."""
    return f"令和{'元' if year == 2019 else year - 2018}年度"


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def open_cell(text: str) -> str:
    """What safe_cell guarded, as it was: a list that was taken out can be taken in again."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
