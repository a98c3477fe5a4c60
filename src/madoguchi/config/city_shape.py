"""`madoguchi procedures check`: whether every value of city.yaml is of the kind that the program reads, and can be true. Each fault with its
line: what a city writes by hand for the first time is wrong in more than one place."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import madoguchi.web
from madoguchi.kernel.keeping import years_read
from madoguchi.offices.city import MAYORS
from madoguchi.procedures.finder_files import known_slugs
from madoguchi.procedures.pack import ROOT
from madoguchi.procedures.rules.yaml_strict import Items, Table, Text
from madoguchi.register.rules.columns import COLUMNS

Fault = tuple[int, str]
TEXTS = ("市", "よみ", "英語名", "団体コード", "都道府県", "郵便番号", "所在地", "電話", "開庁時間", *MAYORS, "公印", "期限の知らせ")
LISTS = ("手続き", "災害")
# heading → (what its entries must say, what else they may)
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "課": (("名", "電話", "記号"), ("係", "メール", "差出人", "受け持ち", "要確認")), "分野": (("名", "図", "説明"), ("要確認",)),
    "教示": (("本文",), ("要確認",)), "手数料": (("名", "額"), ("実費", "要確認")), "保存期間": (("期間",), ("要確認",)),
}
KINDS = ("申請", "請求", "届出", "申出", "証明")
PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
    "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)
YES_NO = ("はい", "いいえ")


def perhaps(word: str, there: Iterable[str]) -> str:
    """「もしかして…」 where something is nearly so called, else nothing."""
    near = difflib.get_close_matches(word, list(there), 1, 0.7)
    return f"もしかして「{near[0]}」ですか。" if near else ""


def _none(what: str, word: str, there: Iterable[str]) -> str:
    return f"{what}「{word}」はありません。{perhaps(word, there)}使えるのは: {'、'.join(there)}"


def kinds_wrong(top: Table) -> list[Fault]:
    """Values that are text where a table is read, a list where a text is read: with one of them the file cannot be used."""
    return list(_kinds(top))


def values_wrong(top: Table) -> Iterator[Fault]:
    """Values of the right kind that cannot be true."""
    yield from _who(top)
    yield from _sections(_table(top, "課"))
    yield from _offers(top)
    yield from _events(_table(top, "分野"))
    yield from _closed(_table(top, "閉庁日"))
    for disaster in top.get("災害") or ():
        if isinstance(disaster, Table):
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", str(disaster.get("番号", "x"))):
                yield disaster.line_of("番号"), f"災害の番号「{disaster['番号']}」は、半角の小文字・数字・- で書いてください(例: r8-taifu)"
            yield from _yes(disaster, "試用", "災害の試用")
    for kind in _table(top, "保存期間"):
        if kind not in KINDS:
            yield top["保存期間"].line_of(kind), _none("保存期間の種別", kind, KINDS)
    for column in _table(_table(top, "住民情報"), "列"):
        if column not in COLUMNS:
            yield top["住民情報"]["列"].line_of(column), _none("住民情報の列", column, COLUMNS)


def _table(value: Any, key: str) -> Table:
    found = value.get(key) if isinstance(value, Table) else None
    if isinstance(found, Table):
        return found
    empty = Table()
    empty.lines = {}
    return empty


def _kinds(top: Table) -> Iterator[Fault]:
    for key in TEXTS:
        if key in top and not isinstance(top[key], Text):
            yield top.line_of(key), f"「{key}」には一行の文字を書いてください"
    for key in LISTS:
        if top.get(key) and not isinstance(top[key], Items):
            example = "juuminhyou-utsushi, risai-shoumei" if key == "手続き" else "{番号: …}"
            yield top.line_of(key), f"「{key}」は一覧で書いてください(例: {key}: [{example}])"
    for key in ("閉庁日", "住民情報", *TABLES):
        if key in top and not isinstance(top[key], Table) and (top[key] or key in ("保存期間", "住民情報")):
            yield top.line_of(key), f"「{key}」の下は「名: 値」の形で書いてください(cities/nanao/city.yaml を見本に)"
    for key, (needed, more) in TABLES.items():
        for name, entry in _table(top, key).items():
            yield from _entry(key, name, entry, _table(top, key).line_of(name), needed, more)
    for one in top.get("災害") or ():
        if isinstance(top["災害"], Items) and not isinstance(one, Table):
            yield getattr(one, "line", top.line_of("災害")), f"災害「{one}」は {{番号: …, 名: …, 種類: …, 発生日: …}} の形で書いてください"
    closed = _table(top, "閉庁日")
    for key in ("期間", "日"):
        if closed.get(key) and not isinstance(closed[key], Items):
            yield closed.line_of(key), f"閉庁日の「{key}」は一覧で書いてください(例: {key}: [{'12-29〜01-03' if key == '期間' else '2026-12-15'}])"
    people = _table(top, "住民情報")
    if people.get("列") and not isinstance(people["列"], Table):
        yield people.line_of("列"), "住民情報の「列」は {宛名番号: 市の列名} の形で書いてください"


def _entry(heading: str, name: str, entry: Any, line: int, needed: tuple[str, ...], more: tuple[str, ...]) -> Iterator[Fault]:
    if heading == "保存期間" and isinstance(entry, Text):
        entry_years: Any = entry
    elif not isinstance(entry, Table):
        yield line, f"{heading}「{name}」は {{{', '.join(f'{key}: …' for key in needed)}}} の形で書いてください"
        return
    else:
        entry_years = entry.get("期間", "")
        for key in entry:
            known = (*needed, *more)
            if heading != "課" and key not in known:
                yield entry.line_of(key), f"{heading}の「{key}」という見出しは使えません。{perhaps(key, known)}使えるのは: {'、'.join(known)}"
            elif key in known and key not in ("額", "受け持ち") and not isinstance(entry[key], Text):
                yield entry.line_of(key), f"{heading}「{name}」の「{key}」には一行の文字を書いてください"
        for key in needed:
            if not entry.get(key) and heading != "課":
                yield line, f"{heading}「{name}」に「{key}」がありません。書き足してください"
    if heading == "保存期間" and entry_years and (not isinstance(entry_years, Text) or years_read(entry_years) is None):
        yield line, f"保存期間の「{name}」は {{期間: 5年}} か {{期間: 永年}} の形で書いてください(今は「{entry_years}」)"
    if heading == "手数料" and entry.get("額"):
        yield from _fee(name, entry["額"], entry.line_of("額"))
    if heading == "課" and "受け持ち" in entry and not isinstance(entry["受け持ち"], Items):
        yield entry.line_of("受け持ち"), f"課「{name}」の「受け持ち」は一覧で書いてください(例: 受け持ち: [shimin, zeimu])"


def _fee(name: str, steps: Any, line: int) -> Iterator[Fault]:
    for step in steps if isinstance(steps, Items) else [steps]:
        if not isinstance(step, Table) or not {"から", "円"} <= set(step):
            yield line, f"手数料「{name}」の額は [{{から: 2020-04-01, 円: \"300\"}}] の形で書いてください"
            continue
        if not _is_day(step["から"]):
            yield step.line_of("から"), f"手数料「{name}」の「から」の「{step['から']}」は、2026-11-10 のように年月日で書いてください"
        if not re.fullmatch(r"[0-9]{1,7}", str(step["円"])):
            yield step.line_of("円"), f"手数料「{name}」の円は、0以上の整数だけで書いてください(今は「{step['円']}」)"


def _is_day(text: Any) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(text)) and dt.date.fromisoformat(str(text)))
    except ValueError:
        return False


def _who(top: Table) -> Iterator[Fault]:
    name, prefecture, address, code = (str(top.get(key) or "") for key in ("市", "都道府県", "所在地", "団体コード"))
    if name and name[-1] not in "市町村区":
        yield top.line_of("市"), f"「市」の「{name}」は、市・町・村・区で終わる名で書いてください(例: 霧ヶ原町)"
    if name.endswith("区") and (prefecture not in ("", "東京都") or "市" in address.removeprefix(prefecture).partition(name)[0]):
        yield top.line_of("市"), (f"「市」の「{name}」のような政令指定都市の区は、市町村ではありません。市の名で書き、区役所は課にしてください"
                                  "(区で終わる名は、東京都の特別区だけ)")
    if code and not (re.fullmatch(r"[0-9]{6}", code) and code[5] == check_digit(code)):
        right = f"。5けた目までが正しければ、検査数字は{check_digit(code)}です" if re.fullmatch(r"[0-9]{6}", code) else ""
        yield top.line_of("団体コード"), f"団体コード「{code}」は、検査数字までの6けたの数字で、\"172022\" のように書いてください{right}"
    if prefecture and prefecture not in PREFECTURES:
        yield top.line_of("都道府県"), f"都道府県「{prefecture}」はありません。{perhaps(prefecture, PREFECTURES)}"
    elif address and name and not (address.startswith(prefecture) and name in address):
        yield top.line_of("所在地"), f"所在地「{address}」は、都道府県と「{name}」から書いてください"
    if (reading := str(top.get("よみ") or "")) and not re.fullmatch(r"[ぁ-ゖー]+", reading):
        yield top.line_of("よみ"), f"よみ「{reading}」は、ひらがなで書いてください"
    if (english := str(top.get("英語名") or "")) and not re.fullmatch(r"[A-Za-zĀ-ſ][A-Za-zĀ-ſ' .-]*", english):
        yield top.line_of("英語名"), f"英語名「{english}」は、ローマ字で書いてください(例: Kirigahara Town)"
    if len(said := [key for key in MAYORS if top.get(key)]) > 1:
        yield top.line_of(said[1]), f"「{'」と「'.join(said)}」は、どちらか一つにしてください"
    days = str(top.get("期限の知らせ", "3"))
    if not re.fullmatch(r"[1-9]|[12]\d|30", days):
        yield top.line_of("期限の知らせ"), f"期限の知らせは、期限の何開庁日前に知らせるかを1〜30の数で書いてください(今は「{days}」)"


def check_digit(code: str) -> str:
    """The sixth digit of a 全国地方公共団体コード by its first five (総務省: weights 6 to 2, modulus 11)."""
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], range(6, 1, -1), strict=True))
    return str((11 - total % 11) % 10)


def _sections(sections: Table) -> Iterator[Fault]:
    taken: dict[str, str] = {}
    for key, section in sections.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            yield sections.line_of(key), f"課の符号「{key}」は、半角の小文字・数字・_ で書いてください(例: juumin)"
        for theirs in section.get("受け持ち") or () if isinstance(section, Table) else ():
            if theirs in sections:
                yield section.line_of("受け持ち"), (f"課「{key}」の受け持ちの「{theirs}」は、この市の課です。"
                                                 "受け持ちには、この市にない符号だけを書いてください")
            elif theirs in taken:
                both = f"課「{taken[theirs]}」と課「{key}」"
                yield section.line_of("受け持ち"), f"「{theirs}」を、{both}の両方が受け持っています。どちらか一つにしてください"
            taken.setdefault(theirs, key)


def _offers(top: Table) -> Iterator[Fault]:
    slugs, seen = known_slugs(ROOT, ROOT), set[str]()
    for slug in top.get("手続き") or ():
        line = getattr(slug, "line", 0) or top.line_of("手続き")
        if slug not in slugs:
            yield line, f"手続き「{slug}」は共通の定義(procedures/)にありません。{perhaps(str(slug), slugs)}市だけの定義は、書かなくても使います"
        if slug in seen:
            yield line, f"手続き「{slug}」が二度書かれています。どちらかを消してください"
        seen.add(slug)


def _events(events: Table) -> Iterator[Fault]:
    icons = json.loads((Path(str(madoguchi.web.__file__)).with_name("icons.json")).read_text(encoding="utf-8"))
    for key, event in events.items():
        if isinstance(event, Table) and (icon := str(event.get("図") or "")) and icon not in icons:
            yield event.line_of("図"), f"分野「{key}」の図「{icon}」はありません。{perhaps(icon, icons)}名は src/madoguchi/web/icons.json にあります"


def _yes(table: Table, key: str, what: str) -> Iterator[Fault]:
    if key in table and table[key] not in YES_NO:
        yield table.line_of(key), f"{what}は、はい・いいえで書いてください(今は「{table[key]}」)"


def _closed(closed: Table) -> Iterator[Fault]:
    for key in ("土日", "祝日"):
        yield from _yes(closed, key, f"閉庁日の{key}")
    spans = [m for span in closed.get("期間") or () if (m := re.fullmatch(r"(\d\d-\d\d)〜(\d\d-\d\d)", str(span)))]
    for span in spans:
        if wrong := [day for day in span.groups() if not _is_day(f"2024-{day}")]:
            yield closed.line_of("期間"), f"閉庁日の期間「{span[0]}」の「{wrong[0]}」は、ない日です"
    year = [(dt.date(2024, 1, 1) + dt.timedelta(days=n)).strftime("%m-%d") for n in range(366)]
    shut = {day for day in year for a, b in (m.groups() for m in spans) if ((a <= day <= b) if a <= b else (day >= a or day <= b))}
    if len(shut) > 180:
        yield closed.line_of("期間"), f"閉庁日の期間が、一年に{len(shut)}日あります。始めと終わりの日を確かめてください"
