"""Patterns (型): a row of the inventory and a pattern make a complete draft definition (docs/definitions.md, ADR 0037)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import yaml_strict
from .build import TOP
from .draft_fee import charge_of
from .draft_pages import SLOT, Fixed, Words, asked, pages
from .draft_row import NAME, Fee, Row, days_of, fee_of, law_of, pieces, row_of, short, slug_of, wide
from .draft_text import clean, written
from .model import OPEN, Attachment
from .yaml_strict import Problem

HEADER, BOOKED = "型", "予約できるとき"
NAMED = "〔手続名〕"
CARD = "マイナンバーカード"
NEEDS = ("種別", "対象", "概要", "所要", "本人確認", "役割", "画面", "審査", "文書")
OTHERS = {"2-1": "申請に対する処分の通知", "2-2": "申請によらない処分の通知", "2-3": "交付など", "3": "縦覧など"}
KEPT = "4"  # 作成・保存等: nobody files it
VISIT = "窓口での確認のために、来ていただくことがあります。"
WISHED = "画面: 担当の課の窓口が予約できるため、来たい日を聞かない。日を聞いて受けるなら、その画面を足す"
SHOWN = 20  # so much of a cell is quoted in a reason


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern: for which rows it is chosen, and the definition with placeholders."""

    id: str
    name: str
    kinds: Mapping[str, int]
    words: Mapping[str, int]
    default: bool
    body: dict[str, Any]
    comments: Mapping[str, list[str]]
    booked: Mapping[str, Any]  # where the section's counter can be booked: 外す (pages that are not asked then), and headings said otherwise


@dataclass(frozen=True, slots=True)
class Place:
    """What a draft must know of the city: sections and life events by id (with their names), the day, sections that can be booked."""

    sections: Mapping[str, str]
    events: Mapping[str, str]
    day: str
    bookable: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as text. ``blocks`` says what must be settled before it may be published."""

    slug: str
    text: str
    doubts: tuple[str, ...]
    blocks: tuple[str, ...]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else str(value)


def _weights(table: Any, file: str, problems: list[Problem]) -> dict[str, int]:
    out = {}
    for key, weight in (table or {}).items():
        if not re.fullmatch(r"[1-9]\d?", weight):
            problems.append(Problem(file, table.line_of(key), f"「{key}」の重みは1〜99の数で書いてください(今は「{weight}」)"))
        else:
            out[str(key)] = int(weight)
    return out


def _comments(text: str) -> dict[str, list[str]]:
    """Comment lines that stand straight above a heading."""
    found: dict[str, list[str]] = {}
    above: list[str] = []
    for line in text.splitlines():
        heading = re.match(r"([^\s#:-][^:]*):", line)
        if line.startswith("#"):
            above.append(line.lstrip("# "))
            continue
        if heading and heading[1] != HEADER and above:
            found[heading[1]] = above
        above = []
    return found


def read_pattern(text: str, file: str) -> tuple[Pattern | None, list[Problem]]:
    """Read one pattern."""
    table, problems = yaml_strict.load(text, file)
    if problems:
        return None, problems
    head = table.get(HEADER)
    if not isinstance(head, dict) or not head.get("番号") or not head.get("名"):
        return None, [Problem(file, 1, "「型」に「番号」と「名」を書いてください")]
    kinds = _weights(head.get("手続類型"), file, problems)
    words = _weights(head.get("言葉"), file, problems)
    body = {k: _plain(v) for k, v in table.items() if k != HEADER}
    problems += [Problem(file, 1, f"「{key}」がありません。書き足してください") for key in NEEDS if not body.get(key)]
    problems += [Problem(file, table.line_of(key), f"「{key}」という見出しは使えません") for key in body if key not in TOP]
    unknown = set(re.findall("〔[^〕]*〕", text)) - {NAMED, SLOT}
    problems += [Problem(file, 1, f"{word} は使えません。使えるのは {NAMED} と {SLOT} です") for word in sorted(unknown)]
    if not problems and not _shaped(body["画面"]):
        problems.append(Problem(file, table.line_of("画面"), "画面には「題」「番号」「項目」を、項目には「問」を書いてください"))
    booked = _plain(head.get(BOOKED, {}))
    if not problems and set(booked.get("外す", [])) - {step["番号"] for step in body["画面"]}:
        problems.append(Problem(file, table.line_of(HEADER), f"「{BOOKED}」の「外す」には、この型の画面の番号を書いてください"))
    if problems:
        return None, problems
    name = str(head["名"])
    return Pattern(str(head["番号"]), name, kinds, words, head.get("既定") == "はい", body, _comments(text), booked), []


def _shaped(steps: Any) -> bool:
    def good(step: Any) -> bool:
        items = step.get("項目") if isinstance(step, dict) else None
        return bool(isinstance(items, dict) and items and step.get("題") and step.get("番号")
                    and all(isinstance(q, dict) and q.get("問") for q in items.values()))
    return isinstance(steps, list) and all(map(good, steps))


def read_words(text: str, file: str) -> tuple[Words | None, list[Problem]]:
    """Read the table of words common to all patterns."""
    table, problems = yaml_strict.load(text, file)
    if problems:
        return None, problems
    try:
        items = {str(k): (str(v["型"]), tuple(map(str, v["言葉"]))) for k, v in table["項目"].items()}
        ends = [(wide(w), kind) for kind, names in items.values() for w in names]
        ends += [(wide(w), str(kind)) for kind, names in table["終わりの言葉"].items() for w in names]
        events = tuple((str(k), tuple(map(str, v))) for k, v in table["イベント"].items())
        identity = tuple((str(k), str(v["本人確認"]), str(v.get("要確認", ""))) for k, v in table["本人確認"].items())
        people = tuple(map(str, table["手続をする人"]))
        fixed = tuple(Fixed(tuple(map(_joined, f["言葉"])), wide(f.get("法令", "")), tuple(map(_joined, f.get("除く", []))), str(f["理由"]))
                      for f in table["型だけでは公開しない手続"])
    except (KeyError, TypeError, AttributeError) as error:
        return None, [Problem(file, 1, f"表の形が違います。もとの common.yaml を見本に直してください({error})")]
    return Words(people, items, tuple(sorted(ends, key=lambda e: -len(e[0]))), events, identity, fixed), []


def code_of(kind: str) -> str:
    """手続類型: its code (1, 2-1 …), where the cell begins with one."""
    found = re.match(r"([1-4](?:-[1-3])?)(?!\d)", wide(kind).replace("‐", "-").replace("−", "-"))
    return found[1] if found else ""


def _joined(text: str) -> str:
    """For finding words: 「使用の許可の申請」 is 使用許可申請."""
    return wide(text).replace("の", "")


def _weighed(row: Row, pattern: Pattern) -> tuple[int, list[str]]:
    """How well a pattern fits, and by what. A word inside a longer one that fits too does not count again."""
    name, code, said, why = _joined(row["name"]), code_of(row["kind"]), wide(row["kind"]), list[str]()
    sum_ = max((w for key, w in pattern.kinds.items() if key == code or (not key[0].isdigit() and wide(key) in said)), default=0)
    if sum_:
        why.append(f"手続類型「{clean(row['kind'])[:SHOWN]}」(+{sum_})")
    taken: list[str] = []
    for word, weight in sorted(pattern.words.items(), key=lambda w: (-len(w[0]), -w[1])):
        if _joined(word) in name and not any(_joined(word) in longer for longer in taken):
            taken.append(_joined(word))
            why.append(f"名前の「{word}」(+{weight})")
            sum_ += weight
    return sum_, why


def choose(row: Row, patterns: Sequence[Pattern]) -> tuple[Pattern, str]:
    """The pattern that fits best, and why, in words."""
    row = row_of(row)
    weighed = [(*_weighed(row, p), p) for p in patterns]
    best, why, pattern = max(weighed, key=lambda w: (w[0], w[2].default))
    if best == 0:
        pattern = next((p for p in patterns if p.default), patterns[0])
        return pattern, "手続類型にも名前にも、ほかの型の言葉がないため"
    second = max((w for w in weighed if w[2] is not pattern), key=lambda w: w[0], default=None)
    rest = f"。次は「{second[2].name}」({second[0]})" if second and second[0] else ""
    return pattern, f"{'、'.join(why)}で、合わせて{best}{rest}"


def _filled(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {k: _filled(v, name) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, name) for v in value]
    return value.replace(NAMED, name)


def section_of(said: str, sections: Mapping[str, str]) -> str:
    """The section of the city with this id or name; 「福祉部 市民課」 ends with one. Empty where there is none."""
    bare = wide(said)
    exact = next((key for key, name in sections.items() if bare and bare in (key, wide(name))), "")
    ends = [key for key, name in sections.items() if name and bare.endswith(wide(name))]
    return exact or (ends[0] if len(ends) == 1 else "")


def _level(row: Row, words: Words, usual: str) -> tuple[str, str]:
    said = wide(row["identity"])
    if not said:
        return usual, f"本人確認: 棚卸に書かれていないため、型の「{usual}」にした"
    code = re.match(r"[1-6](?!\d)", said)
    found = next(((level, doubt) for word, level, doubt in words.identity if (word == code[0] if code else wide(word) in said)), None)
    if found is None:
        return usual, f"本人確認: 棚卸は「{clean(row['identity'])}」。型の「{usual}」にした"
    return found[0], f"本人確認: {found[1]}" if found[1] else ""


def _bring(usual: list[str], level: str) -> list[str]:
    """What the pattern names, and the card where, and only where, it is asked for."""
    others = [thing for thing in usual if thing != CARD]
    return others if level == "なし" else [CARD, *others]


def _events(row: Row, words: Words, place: Place) -> tuple[list[str], str]:
    said = wide(row["event"])
    found = [e for word, ids in words.events if wide(word) in said for e in ids]
    found += [key for key, name in place.events.items() if any(wide(part) in said for part in name.split("・"))]
    own = list(dict.fromkeys(e for e in found if e in place.events))
    none = said and said not in ("その他", "なし") and not own
    return own, f"分野: 棚卸のイベント「{clean(row['event'])}」に当たる市の分野がない" if none else ""


def _attachments(text: str) -> dict[str, Any]:
    doubt = "必ず要るか、省けるか(棚卸の「添付させる書類」から)"
    return {f"a_{short(name, 8)}": {"名": name, "必須": "あとで可"} | ({"個人番号": "はい"} if Attachment("", name).bears_number else {})
            | {"要確認": doubt} for name in pieces(text)}


def _handover(slug: str, steps: Iterable[Mapping[str, Any]], review: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns: dict[str, str] = {"受付番号": "受付番号", "受付日": "受付日"}
    for step in steps:
        for key, q in step["項目"].items():
            if q["型"] not in ("宣言",):
                columns[_column(str(q["問"]), key, columns)] = key
    for key, q in review.get("決定項目", {}).items():
        columns[_column(str(q["問"]), key, columns)] = f"決定.{key}"
    return [{"先": slug, "要確認": "業務システムの取込みの列名・文字コード", "列": columns | {"処分": "処分", "処分日": "処分日"}}]


def _column(label: str, key: str, taken: Mapping[str, str]) -> str:
    name = label.removeprefix("あなたの")[:60].strip()
    return name if name and name not in (*taken, "処分", "処分日") else f"{name[:50]}_{key}"


def _review(pattern: Mapping[str, Any], row: Row) -> dict[str, Any]:
    review = dict(pattern)
    days, kind = days_of(row["days"])
    usual = f"{review['標準日数']}"
    if days:
        review |= {"標準日数": f"{days}日", "日の数え方": kind}
        exact = re.fullmatch(r"\d+(日|開庁日)?(以内)?", wide(row["days"]))
        doubt = "" if exact else f"標準日数は棚卸の処理期間「{clean(row['days'])}」から"
    elif row["days"]:
        doubt = f"棚卸の処理期間は「{clean(row['days'])}」。日数が読めないため、型の{usual}にした"
    else:
        doubt = f"棚卸に処理期間がないため、標準日数は型の{usual}にした"
    both = "。".join(filter(None, (doubt, str(review.pop("要確認", "")))))
    return review | ({"要確認": both} if both else {})


def fixed_by(row: Row, words: Words) -> str:
    """Why the law leaves this row no place online by a pattern alone (a visit, a paper that cannot be sent); empty where it does."""
    name, law = _joined(row["name"]), wide(row["law"])
    ends = name.endswith(("届", "届出", "届書"))
    return next((f.why for f in words.fixed if not any(w in name for w in f.without)
                 and (name.startswith(f.words) or (f.law and f.law == law and ends))), "")


def _blocks(row: Row, section: str, fee: Fee, fixed: str) -> list[str]:
    """Why this draft must not be published yet."""
    out = []
    if fixed:
        out.append(f"{fixed}。型だけでは公開しません。何をどう受けるかを決めて、定義を手で仕上げてください")
    if not row["name"]:
        out.append("手続名がありません")
    if not section:
        said = f"担当課「{clean(row['section'])}」が市の設定にありません" if row["section"] else "担当課がありません"
        out.append(f"{said}。city.yaml の「課」に足すか、下書きの「担当」を直してください")
    if fee.unclear:
        out.append(f"手数料がありますが、額が分かりません(棚卸は「{clean(row['fee'])}」)")
    if code_of(row["kind"]) == KEPT:
        out.append("手続類型が「4 作成・保存等」で、住民が出す手続きではありません")
    return out


def draft(raw: Row, pattern: Pattern, why: str, words: Words, place: Place) -> Draft:
    """The draft of one row."""
    row = row_of(raw)
    slug, whole = slug_of(row), clean(row["name"]) or "名前のない手続"
    name = whole if len(whole) <= NAME else whole[: NAME - 1] + "…"
    body = _filled(pattern.body, name)
    section, fee = section_of(row["section"], place.sections), fee_of(row["fee"])
    level, level_doubt = _level(row, words, body["本人確認"])
    booked = _filled(pattern.booked, name) if section in place.bookable else {}
    unasked = booked.pop("外す", [])
    body |= booked | {"画面": [step for step in body["画面"] if step["番号"] not in unasked]}
    steps, review = pages(body["画面"], asked(row["information"], words)), _review(body["審査"], row)
    charge, uncollected = charge_of(fee, row["fee"], steps)
    if level == "なし" and any(q["型"] == "個人番号" for s in steps for q in s["項目"].values()):
        level, level_doubt = "署名用", "本人確認: 個人番号を聞くため「署名用」にした。番号を聞かないなら、項目を消して戻す"
    (events, event_doubt), fixed = _events(row, words, place), fixed_by(row, words)
    code, papers = code_of(row["kind"]), _attachments(row["attachments"])
    doubts = [
        *body.get("要確認", []), WISHED if unasked else "", "よみ: 名称のまま。ひらがなに直す", fee.doubt,
        uncollected and f"{uncollected}。0円にしてある",
        level_doubt, event_doubt,
        "" if section else f"担当: 棚卸の担当課「{clean(row['section'])}」が市の設定にないため、仮の課",
        f"名称: 棚卸の手続名が{len(whole)}字あるため縮めた。全文は「計画の名称」" if name != whole else "",
        f"手続類型が「{code} {OTHERS[code]}」。住民が出す手続きか" if code in OTHERS else "",
        "" if row["attachments"] else "添付: 棚卸に書かれていない",
        f"公開: 棚卸では、{clean(row['barred'])}オンラインで受け付けてよいか" if row["barred"] else "",
        fixed and f"公開: {fixed}。オンラインで何を受けるか",
    ]
    if "来庁" not in body:
        face = "対面" in row["barred"]
        body |= {"来庁": VISIT if face else OPEN}
        doubts.append("来庁: 棚卸に対面の記載があるため、来ていただくとした。何のためか、いつかを書く" if face
                      else "来庁: 棚卸に書かれていない。要らなければ消し、要るなら何のためか、いつかを書く")
    made = body | {
        "手続": slug, "版": place.day, "名称": name, "よみ": name, "根拠": [law_of(row)],
        "担当": section or next(iter(place.sections), "kakunin"), "分野": events, "手数料": charge, "本人確認": level,
        "持ち物": _bring(body.get("持ち物", []), level), "画面": steps, "審査": review, "連携": _handover(slug, steps, review),
        "要確認": list(filter(None, doubts)),
    } | ({"計画の名称": whole} if name != whole else {}) | ({"添付": papers} if papers else {})
    text = written({key: made[key] for key in TOP if key in made and made[key] != []}, comments=pattern.comments, opening=[
        f"棚卸の行 {clean(row['key']) or '(手続IDなし)'} から、型「{pattern.name}」({pattern.id})で作った下書き。選んだ理由: {why}",
        "「要確認」を一つずつ確かめ、決まったら消してください。棚卸にないことは、型が置いたものです。",
    ])
    return Draft(slug, text, _doubts(made), (*_blocks(row, section, fee, fixed), *filter(None, (uncollected,))))


def _doubts(made: Any) -> tuple[str, ...]:
    """Every 要確認 of the draft, in order."""
    if isinstance(made, dict):
        own = made.get("要確認", [])
        here = [own] if isinstance(own, str) else list(own)
        return (*(d for k, v in made.items() if k != "要確認" for d in _doubts(v)), *here)
    return tuple(d for v in made for d in _doubts(v)) if isinstance(made, list) else ()
