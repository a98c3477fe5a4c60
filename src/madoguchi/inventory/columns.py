"""Which column of a list is what: the names of the national survey, of the shorter city list, and words that people use instead.
Pure. What no line here knows is asked about once and remembered (taking)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .rules import SYSTEM

YEAR_SAID = "目標年度の記載"  # what a cell of 目標年度 says that is no year (未定, 済)
KEEP = ""  # そのまま残す: no field of ours

# field → its label, then other names of it, the better ones first
NAMES: dict[str, tuple[str, ...]] = {
    "key": ("手続ID", "手続番号", "手続きID", "棚卸番号", "管理番号", "整理番号"),
    "name": ("手続名", "手続の名称", "手続名称", "手続き名", "手続きの名称", "行政手続名", "事務手続名"),
    "section": ("担当課", "所管課", "主管課", "担当部署", "所管部署", "担当課名", "所管課名", "担当所属", "課名", "所属"),
    "law": ("法令名", "根拠法令", "根拠法令名", "根拠法令等", "根拠法令・条例等", "法令・条例名"),
    "article": ("根拠条項号", "根拠条項", "根拠条文", "条項号", "条項"),
    "kind": ("手続類型", "手続の類型", "手続きの類型", "類型"),
    "identity": ("申請等における本人確認手法", "本人確認手法", "本人確認の方法", "本人確認方法", "本人確認"),
    "fee": ("手数料", "手数料等", "手数料の額", "手数料等の納付有無", "手数料の有無"),
    "attachments": ("申請時に添付させる書類", "添付書類", "添付書類等", "添付させる書類", "必要書類"),
    "information": ("申請書等に記載させる情報", "記載情報", "記載事項", "記載させる情報", "申請書の記載項目"),
    "days": ("処理期間", "標準処理期間", "処理日数", "処理期間(非オンライン)"),
    "yearly_count": ("総手続件数", "年間件数", "年間申請件数", "年間手続件数", "申請件数", "件数"),
    "online": ("オンライン化の実施状況", "オンライン化状況", "オンライン化の状況", "オンライン化", "電子化の状況"),
    "obstacle": ("阻害要因", "オンライン化の阻害要因", "オンライン化の実施予定及び検討時の懸念点", "懸念点", "オンライン化の課題"),
    "event": ("イベント(個人)", "ライフイベント", "イベント", "ライフステージ"),
    "target_year": ("目標年度", "オンライン化目標年度", "オンライン化予定年度", "目標とする年度"),
}
LABELS = {field: names[0] for field, names in NAMES.items()}
# columns of the national survey that have no field of ours, and what lists have beside: kept without asking
KEPT = (
    "所管府省庁", "関連条項号", "関連する根拠法令", "手続主体", "手続の受け手", "手続補足", "経由機関", "独立行政法人等の名称", "事務区分",
    "府省共通手続", "実施府省庁", "実施府省庁(府省共通手続)", "オンライン化の実施予定及び検討時の懸念点補足", "同補足",
    "オンライン化実施時期", "手数料等の納付方法",
    "手数料等に関する補足",
    "オンライン納付時の優遇措置", "処理期間(オンライン)", "情報システム(申請)", "同複数", "情報システム(事務処理)", "オンライン手続件数",
    "非オンライン手続件数",
    "添付書類等提出の撤廃/省略状況", "添付書類等の提出方法", "添付書類等への電子署名", "添付形式等が定められた規定", "イベント(法人)",
    "申請に関連する士業",
    "申請を提出する機関", "士業補足", "備考", "出典", YEAR_SAID, "No", "No.", "番号", "項番")
OURS = ("状態", "状態の理由", "状態のメモ", "公開中の手続き")  # that this program writes beside a list: not read back
TWICE = {"同補足", "同複数"}  # the national survey itself has them more than once


def plain(name: str) -> str:
    """A heading without width, spaces and line breaks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


_KNOWN = {plain(name): (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}
_KEPT = {plain(name) for name in (*KEPT, *OURS)}
MOST = 200
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Layout:
    """Field or "" of every column; ``unknown`` are headings that nobody has explained, ``faults`` what makes the head unusable, of which
    ``muddled`` goes away when somebody says something else about a column."""

    fields: tuple[str, ...]
    shown: tuple[str, ...]
    unknown: tuple[str, ...]
    faults: tuple[str, ...]
    muddled: tuple[str, ...] = ()


def is_known(name: str, told: Mapping[str, str]) -> bool:
    """Does somebody know what this column is?"""
    return plain(name) in told or plain(name) in _KNOWN or plain(name) in _KEPT or plain(name) in TWICE


def field_of(name: str, told: Mapping[str, str]) -> str:
    """The field of a column; empty for one that is kept as it is."""
    key = plain(name)
    return told[key] if key in told else _KNOWN.get(key, (KEEP, 0))[0]


def layout(heads: Sequence[str], told: Mapping[str, str]) -> Layout:
    """What every column is. ``told``: plain heading → field, as people have answered. Of several known names of one field the best is
    taken, the others are kept as they are; two that people chose for the same field are a fault."""
    shown, faults, muddled, seen = [], [], list[str](), dict[str, int]()
    for at, head in enumerate(heads, 1):
        name = head.strip() or f"{at}列目"
        seen[plain(name)] = seen.get(plain(name), 0) + 1
        if seen[plain(name)] > 1 and plain(name) not in TWICE:
            faults.append(f"列「{name[:60]}」が2つあります。名前を変えるか、1つにしてください")
        if _BAD.search(name) or len(plain(name)) > MOST or len(name) > MOST:
            faults.append(f"{at}列目の見出しは、{MOST}文字までの文字で書いてください")
        shown.append(name if seen[plain(name)] == 1 else f"{name}({seen[plain(name)]})")
    unknown = tuple(dict.fromkeys(n for n, head in zip(shown, heads, strict=True) if head.strip() and not is_known(head, told)))
    best: dict[str, tuple[int, int]] = {}
    for at, head in enumerate(heads):
        field = field_of(head, told)
        rank = -1 if plain(head) in told else _KNOWN.get(plain(head), (KEEP, 0))[1]
        if field == KEEP:
            continue
        if field in best and best[field][0] == rank == -1:
            muddled.append(f"列「{shown[best[field][1]]}」と「{shown[at]}」が、どちらも「{LABELS[field]}」です。片方を「そのまま残す」にしてください")
        if field not in best or rank < best[field][0]:
            best[field] = (rank, at)
    fields = tuple(field_of(h, told) if best.get(field_of(h, told), (0, -1))[1] == at else KEEP for at, h in enumerate(heads))
    if "name" not in fields and not unknown:
        muddled.append("「手続名」に当たる列がありません。手続きの名前の列に「手続名」を選ぶか、見出しを「手続名」にしてください")
    return Layout(fields, tuple(shown), unknown, (*faults, *muddled), tuple(muddled))


def system_of(extra: Mapping[str, str]) -> str:
    """What the kept columns of a row say of where a procedure is online."""
    return " ".join(str(text) for head, text in extra.items() if plain(head) == SYSTEM or "://" in str(text))
