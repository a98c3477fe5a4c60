"""手続棚卸 as pure decisions: the codes of the national survey, and how far a procedure is on its way online and why."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

KINDS = {"1": "申請等", "2-1": "申請等に基づく処分通知等", "2-2": "申請等に基づかない処分通知等",
         "2-3": "交付等(民間)", "3": "縦覧等", "4": "作成・保存等"}
IDENTITY = {"1": "押印+印鑑証明", "2": "押印", "3": "署名", "4": "本人確認書類", "5": "その他", "6": "不要"}
EVENTS = ("妊娠", "出生・こども", "引越し", "就職・転職", "結婚・離婚", "自動車", "住宅",
          "介護", "医療・健康", "税金", "年金", "死亡・相続", "その他")
STATUSES = {"online": "オンライン済", "ready": "準備完了", "blocked": "書面・押印・対面で止まっている", "bpr": "見直し（BPR）が必要"}
BARRED = "barred"  # published, though the list names 書面, 押印 or 対面 or a person has stopped it: asked for like a status
BARRED_WORDS = "公開中（一覧か人が、止まっているとしている）"
STOPS = ("blocked", "bpr")  # what a person decides so is not published by patterns; what the list says is barred by the first alone
MANY_PAPERS = 5  # from so many attachments on, the section first looks whether all are needed
_KIND_WORDS = {"申請": "1", "届出": "1", "申出": "1", "請求": "1", "申込": "1", **{words: code for code, words in KINDS.items()}}
_PAPER = {"書面": ("書面", "紙の", "原本", "郵送のみ"), "押印": ("押印", "実印", "印鑑証明", "捺印"),
          "対面": ("対面", "来庁", "面談", "面接", "立会", "窓口のみ")}
_NOT = re.compile(r"[はがをのもに]?(?:必要)?(?:不要|なし|無し|廃止|省略|問わ|求めない|しない|可能)")
_NOTHING = {"", "なし", "無し", "無", "特になし", "-", "－", "―", "ー", "不要"}


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
    return "" if plain in _NOTHING else plain


def papers_of(text: str) -> list[str]:
    """The single attachments of a cell."""
    return [p for p in (re.sub(r"^[\s・●○①-⑳]+", "", part).strip() for part in re.split(r"[、,;\n]", text)) if said(p)]


def _bars(text: str) -> list[tuple[str, str]]:
    """(書面, 押印 or 対面, the word that says so) in a text; 「押印不要」 bars nothing."""
    out = []
    for bar, words in _PAPER.items():
        for word in words:
            if any(not _NOT.match(text[m.end():]) for m in re.finditer(re.escape(word), text)):
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


def status_of(facts: Facts) -> tuple[str, str]:
    """(status, why in words) of a procedure that is not online yet."""
    if why := _blocked(facts):
        return "blocked", why
    if facts.kind in ("3", "4"):
        return "bpr", f"手続類型が「{facts.kind} {KINDS[facts.kind]}」で、申請の形ではありません。オンラインでの見せ方を決めてください。"
    if obstacle := said(facts.obstacle):
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
        return f"人が「{STATUSES[by_hand]}」と決めました（{note.strip().rstrip('。')}）。" if by_hand in STOPS else ""
    return why if status == "blocked" else ""


def year_of(text: str) -> int | None:
    """The fiscal year of 「令和5年度」「R5」「2023」; 0 for an empty cell, None when it is none."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return 0
    match = re.fullmatch(r"(?:令和|[Rr])(\d{1,2}|元)(?:年度?)?(?:末)?(?:まで)?", plain)
    year = 2018 + (1 if match[1] == "元" else int(match[1])) if match else 0
    match = re.fullmatch(r"(20\d\d)(?:年度?)?(?:末)?(?:まで)?", plain)
    year = int(match[1]) if match else year
    return year if 2019 <= year <= 2060 else None


def year_words(year: int) -> str:
    """令和5年度."""
    return f"令和{'元' if year == 2019 else year - 2018}年度"


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def open_cell(text: str) -> str:
    """What safe_cell guarded, as it was: a list that was taken out can be taken in again."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
