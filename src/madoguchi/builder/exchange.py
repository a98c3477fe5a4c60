"""Definitions as one file that another city can take in: the texts, their translations, and what they rest on."""

from __future__ import annotations

import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel import clock
from madoguchi.kernel.canon import sha256
from madoguchi.offices.public import City
from madoguchi.procedures.rules import splice, translate
from madoguchi.procedures.rules.checks import RULES
from madoguchi.procedures.rules.model import Definition

from .errors import ExchangeWrong
from .rules import MOST_TEXT, slug_fault

FORM, MANIFEST = 1, "madoguchi.json"
MOST_BYTES, MOST_FILES, MOST_WHOLE = 20_000_000, 2_000, 60_000_000
LANGUAGES = ("en", "ja-easy", "ja-ruby", "pt", "vi", "zh-hans")
Words = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Given:
    """One definition of such a file."""

    slug: str
    name: str
    text: str
    words: Words
    needs: dict[str, Any]


def needs_of(d: Definition, city: City) -> dict[str, Any]:
    """What a definition rests on besides itself: section, life events, fees, words of appeal, each with what it is here."""
    fees = [item.fee for item in d.charge.items] if d.charge else []
    appeals = [key for key in dict.fromkeys((d.review.appeal, *(x.appeal for x in d.documents))) if key in city.appeals]
    return {
        "section": {d.section: str(city.sections[d.section].name)} if d.section in city.sections else {},
        "events": {e: str(city.life_events[e].name) for e in d.life_events if e in city.life_events},
        "fees": {f: city.fees[f].name for f in fees if f in city.fees}, "appeals": {a: city.appeals[a] for a in appeals},
        "rules": sorted({call.rule for call in (*d.checks, *(c for _, c in d.derived))})}


def pack_up(city: City, things: Iterable[tuple[Definition, str, Words]]) -> bytes:
    """One file (zip) with these (definition, text, translations by language)."""
    out, listed = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for d, text, known in things:
            kept = translate.wanted(d, known)
            said = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
            for name, body in ((f"procedures/{d.id}.yaml", text), (f"translations/{d.id}.json", said)):
                box.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), body.encode(), zipfile.ZIP_DEFLATED)
            listed.append({"slug": d.id, "name": d.name, "sha256": sha256(text.encode()), "translations": sha256(said.encode()),
                           "needs": needs_of(d, city)})
        manifest = {"madoguchi": FORM, "city": city.name, "code": city.code, "made": clock.today().isoformat(), "procedures": listed}
        box.writestr(zipfile.ZipInfo(MANIFEST, date_time=(1980, 1, 1, 0, 0, 0)), json.dumps(manifest, ensure_ascii=False, indent=1))
    return out.getvalue()


def unpack(data: bytes) -> tuple[str, list[Given]]:
    """(the city that gave it, its definitions). Raises ExchangeWrong with every fault; nothing of a file with a fault is taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            infos = box.infolist()
            if len(infos) > MOST_FILES or sum(i.file_size for i in infos) > MOST_WHOLE or any(i.flag_bits & 1 for i in infos):
                raise ExchangeWrong(["ファイルが大きすぎるか、暗号がかかっています。「手続きの作成」で取り出したファイルを選んでください"])
            files = {i.filename: box.read(i)[: i.file_size] for i in infos if not i.is_dir()}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError):
        raise ExchangeWrong(["ファイルを開けません。こわれているか、このかたちのファイル（.zip）ではありません"]) from None
    try:
        manifest = json.loads(files[MANIFEST])
        listed = [dict(entry) for entry in manifest["procedures"]]
        origin, form = str(manifest["city"])[:100], manifest["madoguchi"]
    except (KeyError, ValueError, TypeError, RecursionError):
        raise ExchangeWrong([f"{MANIFEST} がないか、読めません。作った市に、もう一度取り出してもらってください"]) from None
    if form != FORM:
        raise ExchangeWrong([f"この市役所の版では読めないかたち（{form}）です。新しい版に上げてから取り込んでください"])
    faults: list[str] = []
    found = [given for entry in listed if (given := _given(entry, files, faults))]
    if not listed:
        faults.append("手続きが一つも入っていません")
    if faults:
        raise ExchangeWrong(faults)
    return origin, found


def _given(entry: dict[str, Any], files: dict[str, bytes], faults: list[str]) -> Given | None:
    slug = str(entry.get("slug", ""))
    if slug_fault(slug):
        faults.append(f"手続きの番号「{slug[:40]}」が使えません")
        return None
    texts = [files.get(name, b"") for name in (f"procedures/{slug}.yaml", f"translations/{slug}.json")]
    if [sha256(t) for t in texts] != [entry.get("sha256"), entry.get("translations")]:
        faults.append(f"{slug}: 中身が、作られたあとで変わっています。作った市に、もう一度取り出してもらってください")
        return None
    try:
        text = splice.cleaned(texts[0].decode())
        if len(text) > MOST_TEXT or splice.data(text).get("手続") != slug:
            raise splice.CannotSplice("「手続」の番号が名前と合わないか、大きすぎます")
        words = {lang: {str(k): str(v) for k, v in table.items()} for lang, table in json.loads(texts[1]).items() if lang in LANGUAGES}
        needs = entry.get("needs")
        return Given(slug, str(entry.get("name", slug))[:200], text, words, needs if isinstance(needs, dict) else {})
    except (ValueError, AttributeError, RecursionError) as why:
        faults.append(f"{slug}: 読めません（{why if isinstance(why, splice.CannotSplice) else type(why).__name__}）")
        return None


def lacks(needs: dict[str, Any], city: City) -> list[str]:
    """What this city does not have yet, in words that say what to do."""
    out = []
    for key, has, words in (("fees", city.fees, "手数料の表（city.yaml の「手数料」）に「{key}」（{name}）を足してください"),
                            ("appeals", city.appeals, "教示（city.yaml の「教示」）に「{key}」を足してください。作った市の文：{name}"),
                            ("events", city.life_events, "分野「{key}」（{name}）がこの市にありません。「表紙」の分野を選び直してください")):
        table = needs.get(key)
        out += [words.format(key=k, name=v) for k, v in sorted(table.items() if isinstance(table, dict) else ()) if k not in has]
    rules = needs.get("rules")
    out += [f"検査の規則「{rule}」が、この版の市役所にありません。新しい版に上げるか、「検査」からこの規則を外してください"
            for rule in (rules if isinstance(rules, list) else ()) if rule not in RULES]
    return out
