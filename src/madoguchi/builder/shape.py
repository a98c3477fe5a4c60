"""The forms of the builder: which boxes a part of a definition has. Pure; the words are those of the file."""

from __future__ import annotations

from dataclasses import dataclass

from madoguchi.procedures.rules.build import TYPES
from madoguchi.procedures.rules.charge import ROUNDINGS
from madoguchi.procedures.rules.checks import RULES
from madoguchi.procedures.rules.model import KINDS, LAYOUTS, LEVELS, OUTCOME_KINDS
from madoguchi.procedures.rules.splice import Path


@dataclass(frozen=True, slots=True)
class Box:
    """One box. ``kind``: text, long, lines (a list), choice, many (a list of choices), pairs (見出し = 値), call (the same, where a
    value may be several numbers of questions), choices (番号 = 表示 | 説明)."""

    key: str
    kind: str = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The boxes of one part. ``whole``: its one box holds all of the part; ``named``: people chose its number; ``listed``: it can be
    taken away."""

    title: str
    boxes: tuple[Box, ...]
    whole: bool = False
    named: bool = True
    listed: bool = True


def _same(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((w, w) for w in words)


YES = _same(("はい", "いいえ"))
WHEN = "例：spouse = はい　　kind ≠ other かつ count > 1　　reason を含む birth"
DOUBT = Box("要確認", hint="確かめられていないことを書いておくと、一覧に残ります")
SECTIONS, EVENTS, APPEALS, FEES = "課", "分野", "教示", "料金"  # options that the city's pack gives

COVER = Sheet("表紙", (
    Box("名称"), Box("よみ"), Box("種別", "choice", options=_same(KINDS)), Box("別名", "lines", "1行に一つ。探す人が使うことば"),
    Box("検索語", "lines", "1行に一つ。説明には出さず、探すときだけ使うことば"), Box("計画の名称"), Box("様式"),
    Box("担当", "choice", options=((SECTIONS, ""),)), Box("分野", "many", options=((EVENTS, ""),)),
    Box("対象", "long"), Box("概要", "long"), Box("所要", hint="例：10分"), Box("来庁", "long", "空なら来庁は要らない。分からないうちは「確認中」"),
    Box("残ること", "long", "出したあと、決まるまでに、手続きした方に残っていること"),
    Box("決定後に残ること", "long", "決まったあと、まだ残っていること。なければ空"), Box("持ち物", "lines", "1行に一つ"),
    Box("手数料", hint="取らないときは0。取るときは、「手数料」に明細を足します"), Box("本人確認", "choice", options=_same(LEVELS)),
    Box("版", hint="定義を直した日。例：2026-11-22")))
FEE = Sheet("手数料の払い方", (
    Box("時期", "choice", "前納は、払うと受け付けます", _same(("前納", "受取時"))), Box("期限", hint="前納のとき、払うまでの日数（1〜30）"), DOUBT),
    named=False)
FEE_LINE = Sheet("手数料の明細", (
    Box("料金", "choice", "料金表にあるものは、ここで選びます", ((FEES, ""),)),
    Box("数", hint="通数などを聞く質問の番号。空なら一つ"), Box("条件", hint=WHEN),
    Box("名", hint="料金表にないときだけ。何の手数料か"), Box("円", hint="料金表にないときだけ。1つの額")))
WAIVER = Sheet("減免", (
    Box("名", hint="例：生活保護を受けている方"), Box("条件", hint=WHEN),
    Box("料金", "many", "明細にある料金から選びます。選ばなければ、郵送料などの実費を除くすべて", ((FEES, ""),)),
    Box("割合", hint="全額・半額か、1%〜99%。空なら全額（「円」を書くときは空に）"), Box("円", hint="割合の代わりに、1つにつき引く額"),
    Box("端数", "choice", "減らした後の1つの額の端数。選ばなければ1円未満切捨て", _same(tuple(ROUNDINGS))), DOUBT))
CALL = "1行に一つ。はじめに「規則 = 名」、次から「引数 = 質問の番号」。いくつもあるときは「、」で区切る"
CHECK = Sheet("検査", (Box("検査", "call", CALL),), whole=True)
DERIVED = Sheet("導出", (Box("導出", "call", CALL),), whole=True)
LAW = Sheet("根拠", (Box("法令"), Box("条"), DOUBT))
SIGNED = Sheet("紙の原本", (
    Box("法令", hint="電子で出しても、署名のある紙を求める法令"), Box("条"), Box("説明", "long", "その紙をどうするか。手続きした方に見せることば"),
    Box("様式", hint="紙の名。空なら、表紙の様式"), Box("署名", "lines", "署名する人。1行に一つ。例：届出人"), DOUBT), named=False)
ROLE = Sheet("役割", (
    Box("名"), Box("カード", hint="はい・いいえか、条件"), Box("委任状", hint="代わりに出すときの添付の番号"),
    Box("法定代理", hint="法定代理を示す添付の番号"),
    Box("代行", hint="登録した事業所が出せる条件"), Box("法人", hint="会社が本人になる条件"), DOUBT))
DEADLINE = Sheet("期限", (
    Box("説明", "long", "期限として見せることば"), Box("起点", hint="数え始める日の質問の番号"), Box("日数"), Box("月数"),
    Box("数え方", "choice", options=_same(("翌日から", "当日から"))), Box("閉庁日", "choice", options=_same(("翌開庁日", "そのまま"))),
    Box("超過", "choice", options=_same(("受理して注意", "受付不可"))), Box("受付開始", hint="起点の何日前から受けるか"), DOUBT),
    named=False, listed=False)
PAGE = Sheet("画面", (Box("題"), Box("番号", hint="半角の小文字・数字・_"), Box("説明", "long"), Box("条件", hint=WHEN)))
REPEAT = Sheet("繰返し", (Box("番号"), Box("名", hint="例：お子さん"), Box("最少"), Box("最多")), named=False)
QUESTION = Sheet("質問", (
    Box("問"), Box("型", "choice", options=_same(TYPES)), Box("必須", "choice", options=YES), Box("説明", "long"), Box("例"),
    Box("条件", hint=WHEN), Box("選択肢", "choices", "1行に一つ。番号 = 表示 | 説明　（説明はなくてもよい）"), Box("文字数", hint="最も多い文字数"),
    Box("範囲", hint="例：2020-01-01〜　　1〜20"), Box("引継", hint="例：本人確認.氏名"), Box("役割", hint="役割の番号"),
    Box("前回", hint="ほかの手続でも同じ意味で聞く質問。例：本人.電話"),
    Box("様式欄", hint="紙の様式のどの欄か"), DOUBT))
PAPER = Sheet("添付", (
    Box("名"), Box("必須", "choice", options=_same(("はい", "いいえ", "あとで可"))), Box("条件", hint=WHEN), Box("説明", "long"),
    Box("種類", "lines", "画像・PDF。1行に一つ"), Box("最多", hint="何枚まで"),
    Box("個人番号", "choice", "個人番号が写る書類。職員は、理由を書いて一度だけ見ます", options=YES), DOUBT))
REVIEW = Sheet("審査", (
    Box("標準日数"), Box("日の数え方", "choice", options=_same(("開庁日", "日"))), Box("決裁", "lines", "担当・係長・課長を、順に1行に一つ"),
    Box("確認事項", "lines", "1行に一つ"), Box("教示", "choice", options=((APPEALS, ""),)), Box("再申請", "long"), Box("保存", hint="例：5年"),
    Box("期限の知らせ", hint="期限の何開庁日前"),
    Box("照合の同意", hint="市の記録を確かめることへの同意を聞く「はい・いいえ」の質問の番号"), DOUBT), named=False, listed=False)
OUTCOME = Sheet("処分", (
    Box("名"), Box("種", "choice", options=_same(tuple(dict.fromkeys(k for kinds in OUTCOME_KINDS.values() for k in kinds)))),
    Box("理由", "lines", "選べる理由。1行に一つ"), Box("条件", hint=WHEN)))
LETTER = Sheet("文書", (
    Box("名"), Box("処分", "lines", "この文書を出す処分の番号"), Box("様式", "choice", options=_same(LAYOUTS)), Box("件名"), Box("本文", "long"),
    Box("記", "pairs", "1行に一つ。見出し = 値"), Box("注"), Box("教示"), Box("再申請"), Box("条件", hint=WHEN),
    Box("職員が添える", "choice", options=YES), Box("署名", "choice", options=YES), DOUBT))
PARCEL = Sheet("連携", (
    Box("先"), Box("文字", "choice", options=_same(("UTF-8", "cp932"))), Box("単位", hint="一件ずつ出す繰返しの番号"), Box("処分", "lines"),
    Box("列", "pairs", "1行に一つ。列の名 = 値"), DOUBT))
DOUBTS = Sheet("要確認", (
    Box("要確認", "lines", "1行に一つ。確かめたら、その行を消します。質問や添付についてのことは、その部分の「要確認」に書くと、そこに印が出ます"),),
    whole=True, named=False, listed=False)
GUIDE = Sheet("案内", (Box("案内", "pairs", "1行に一つ。問い = 答え"),), whole=True, named=False, listed=False)

_SHEETS: tuple[tuple[tuple[str, ...], Sheet], ...] = (
    ((), COVER), (("手数料",), FEE), (("手数料", "明細", "*"), FEE_LINE), (("手数料", "減免", "*"), WAIVER), (("検査", "*"), CHECK),
    (("導出", "*"), DERIVED),
    (("根拠", "*"), LAW), (("紙",), SIGNED), (("役割", "*"), ROLE), (("期限",), DEADLINE), (("画面", "*"), PAGE), (("画面", "*", "繰返"), REPEAT),
    (("画面", "*", "項目", "*"), QUESTION), (("添付", "*"), PAPER), (("審査",), REVIEW), (("審査", "処分", "*"), OUTCOME),
    (("審査", "決定項目", "*"), QUESTION), (("文書", "*"), LETTER), (("連携", "*"), PARCEL))


def calls(part: object) -> list[tuple[str, tuple[str, ...]]]:
    """The rules that 検査 or 導出 can call, with the names of their arguments."""
    kind = {"検査": "check", "導出": "derive"}.get(str(part))
    return sorted((r.name, (*r.items, *r.optional, *r.others)) for r in RULES.values() if r.kind == kind)


def sheet_of(path: Path) -> Sheet | None:
    """The form of a part, None where there is only the file."""
    for pattern, sheet in _SHEETS:
        if len(pattern) == len(path) and all(p in ("*", str(part)) for p, part in zip(pattern, path, strict=True)):
            return sheet
    return GUIDE if path == ("案内",) else DOUBTS if path == ("要確認",) else None


def editable(path: Path) -> Path:
    """The nearest part with a form that holds this one."""
    if path[:1] == ("案内",):
        return ("案内",)
    while sheet_of(path) is None:
        path = path[:-1]
    return path


NEW = {  # what can be added, by the path of what holds it: the boxes that are asked first
    "根拠": ("法令", "条"), "役割": ("番号", "名"), "画面": ("番号", "題", "問"), "項目": ("番号", "問", "型"), "添付": ("番号", "名"),
    "明細": ("料金",), "減免": ("名", "条件"), "検査": ("規則",), "導出": ("番号", "規則"),
    "処分": ("番号", "名", "種"), "決定項目": ("番号", "問", "型"), "文書": ("番号", "名", "件名", "本文"), "連携": ("先",)}
