"""People and places: 氏名 カナ 住所 口座."""

from __future__ import annotations

import re
from typing import Any

import jaconv

from ..model import Question
from .base import HYPHENS, WIDE_ASCII, Fault, FieldType, Get, Part, digits, narrow, register, squeeze
from .texts import CLEAN_PATTERN, CONTROL_CLASS, clean_text_fault

_LARGE = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")

# digits, signs that no name has, and pictographs; not the planes of rare kanji
NOT_IN_NAMES = r"0-9\uff10-\uff19<>\uff1c\uff1e@\uff20#\uff03\x00-\x1f\u2600-\u27bf\U0001f000-\U0001faff"
_KANA = re.compile(r"[ァ-ヺーヽヾ・ .A-Za-z]+")
_HOLDER = re.compile(r"[ァ-ヶー0-9A-Z .()・,「」/\-]+")


def katakana(text: str) -> str:
    """Hiragana and half-width kana to full-width katakana; spaces tidied."""
    return squeeze(jaconv.hira2kata(jaconv.h2z(text, kana=True, ascii=False, digit=False)))


@register
class Name(FieldType):
    """氏名: {sei, mei}; 名 may be empty for those who have one name. ``note`` tells the clerk about 代替文字."""

    name = "氏名"
    widget = "name"
    parts: tuple[Part, ...] = (Part("sei", "姓", auto="family-name"), Part("mei", "名", auto="given-name"),
             Part("note", "正しい字の説明", optional=True))
    limit = 60

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        value = {key: squeeze(get(key)) for key in ("sei", "mei", "note")}
        if not value["sei"] and not value["mei"]:
            return None, []
        return {key: text for key, text in value.items() if text or key != "note"}, []

    def _bad(self, text: str, q: Question, part: str) -> list[Fault]:
        wrong = clean_text_fault(text)
        if wrong or re.search(f"[{NOT_IN_NAMES}]", text):
            return self.fault(q, f"{q.label}に使えない文字(数字・記号・絵文字など)があります。取り除いて入力してください", part)
        return []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            return self.fault(q, self.missing(q), "sei")
        if set(value) - {p.key for p in self.parts}:
            return self.fault(q, self.missing(q), "sei")
        if not value.get("sei"):
            return self.fault(q, f"{q.label}の「{self.parts[0].label}」を入力してください", "sei")
        for part in ("sei", "mei"):
            if len(value.get(part, "")) > self.limit:
                return self.fault(q, f"{q.label}は{self.limit}文字以内で入力してください", part)
            if value.get(part) and (bad := self._bad(value[part], q, part)):
                return bad
        if len(value.get("note", "")) > 100 or clean_text_fault(value.get("note", "")):
            return self.fault(q, "正しい字の説明は100文字以内で入力してください", "note")
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        part = {"type": "string", "maxLength": self.limit, "pattern": f"^[^{NOT_IN_NAMES}{CONTROL_CLASS}]*$"}
        return {"type": "object", "properties": {"sei": part | {"minLength": 1}, "mei": part, "note": {
            "type": "string", "maxLength": 100, "pattern": CLEAN_PATTERN}}, "required": ["sei"], "additionalProperties": False}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        return dict(value)

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        if part in ("姓", "名"):
            return str(value.get({"姓": "sei", "名": "mei"}[part], ""))
        return "\u3000".join(value[p] for p in ("sei", "mei") if value.get(p))


@register
class Kana(Name):
    """カナ: full-width katakana; hiragana and half-width kana are turned into it. Latin letters are kept as they are."""

    name = "カナ"
    parts = (Part("sei", "セイ"), Part("mei", "メイ"))

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        value = {key: katakana(get(key)) for key in ("sei", "mei")}
        return (value, []) if any(value.values()) else (None, [])

    def _bad(self, text: str, q: Question, part: str) -> list[Fault]:
        if not _KANA.fullmatch(text):
            return self.fault(q, f"{q.label}はひらがなかカタカナで入力してください", part)
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        part = {"type": "string", "maxLength": self.limit, "pattern": r"^[ァ-ヺーヽヾ・ .A-Za-z]*$"}
        return {"type": "object", "properties": {"sei": part | {"minLength": 1}, "mei": part}, "required": ["sei"],
                "additionalProperties": False}


@register
class Address(FieldType):
    """住所: {zip, city, town, lot, building}."""

    name = "住所"
    widget = "address"
    parts = (
        Part("zip", "郵便番号", "numeric", "postal-code", "w8"),
        Part("city", "都道府県・市区町村", auto="address-level2"),
        Part("town", "町名・字", auto="address-level3"), Part("lot", "番地"),
        Part("building", "建物名・部屋番号", optional=True),
    )
    needed = (("zip", "郵便番号"), ("city", "都道府県・市区町村"), ("lot", "番地"))

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        value = {p.key: squeeze(get(p.key)) for p in self.parts}
        value["zip"] = digits(value["zip"])
        return (value, []) if any(value.values()) else (None, [])

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            return self.fault(q, self.missing(q), "zip")
        if set(value) - {p.key for p in self.parts}:
            return self.fault(q, self.missing(q), "zip")
        out: list[Fault] = []
        for key, words in self.needed:
            if not value.get(key):
                out += self.fault(q, f"{q.label}の「{words}」を入力してください", key)
        if value.get("zip") and not re.fullmatch(r"[0-9]{7}", value["zip"]):
            out += self.fault(q, f"{q.label}の「郵便番号」は7けたの数字で入力してください", "zip")
        for part in self.parts:
            text = value.get(part.key, "")
            if len(text) > 100 or clean_text_fault(text):
                out += self.fault(q, f"{q.label}の「{part.label}」は100文字以内の文字で入力してください", part.key)
        return out

    def schema(self, q: Question) -> dict[str, Any]:
        text = {"type": "string", "maxLength": 100, "pattern": CLEAN_PATTERN}
        full = text | {"minLength": 1}
        return {"type": "object", "properties": {"zip": {"type": "string", "pattern": "^[0-9]{7}$"}, "city": full,
                "town": text, "lot": full, "building": text}, "required": ["zip", "city", "lot"],
                "additionalProperties": False}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        return dict(value)

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        one = {"郵便番号": "zip", "市区町村": "city", "町字": "town", "番地": "lot", "方書": "building"}.get(part)
        if one:
            return str(value.get(one, ""))
        line = "".join(value.get(k, "") for k in ("city", "town", "lot"))
        return line + (f"\u3000{value['building']}" if value.get("building") else "")


@register
class Account(FieldType):
    """口座: {bank, bank_name, branch, branch_name, kind, number, holder}; holder in bank kana."""

    name = "口座"
    widget = "account"
    parts = (
        Part("bank", "金融機関(名前か4けたの番号)"), Part("branch", "支店(名前か3けたの番号)"), Part("kind", "種目"),
        Part("number", "口座番号", "numeric", width="w8"), Part("holder", "口座名義人(カナ)"),
    )
    kinds = ("普通", "当座", "貯蓄")

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        raw = {p.key: squeeze(get(p.key)) for p in self.parts}
        if not any(raw[k] for k in ("bank", "branch", "number", "holder")):
            return None, []
        from .banks import find_bank, find_branch

        value = {"kind": raw["kind"], "number": re.sub(r"[\s-]", "", narrow(raw["number"])),
                 "holder": jaconv.h2z(katakana(raw["holder"]), kana=True).translate(_LARGE)}
        # banks print a hyphen or a long vowel mark, each as it is; only the width is put right
        value["holder"] = squeeze(value["holder"].translate(WIDE_ASCII).translate(HYPHENS)).upper()
        if value["number"].isdigit():
            value["number"] = value["number"].zfill(7)
        banks = find_bank(raw["bank"])
        if len(banks) != 1:
            return value, self.fault(q, _which(q, "金融機関", raw["bank"], [b.name for b in banks]), "bank")
        value |= {"bank": banks[0].code, "bank_name": banks[0].name}
        branches = find_branch(banks[0], raw["branch"])
        if len(branches) != 1:
            return value, self.fault(q, _which(q, "支店", raw["branch"], [b.name for b in branches]), "branch")
        return value | {"branch": branches[0].code, "branch_name": branches[0].name}, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, dict) or not all(isinstance(v, str) and len(v) <= 60 for v in value.values()):
            return self.fault(q, *_too_long(q, value) or (self.missing(q), "bank"))
        if set(value) - {"bank_name", "branch_name", *(p.key for p in self.parts)}:
            return self.fault(q, self.missing(q), "bank")
        rules = (("bank", r"[0-9]{4}", "金融機関を入力してください"), ("branch", r"[0-9]{3}", "支店を入力してください"),
                 ("kind", "|".join(self.kinds), "種目を選んでください"),
                 ("number", r"[0-9]{7}", "口座番号は7けたまでの数字で入力してください(ゆうちょ銀行は振込用の番号)"))
        out: list[Fault] = []
        for key, pattern, words in rules:
            if not re.fullmatch(pattern, value.get(key, "")):
                out += self.fault(q, f"{q.label}の{words}", key)
        if not _HOLDER.fullmatch(value.get("holder", "")) or len(value["holder"]) > 48:
            out += self.fault(q, f"{q.label}の口座名義人を、通帳のとおりカナで入力してください", "holder")
        return out

    def schema(self, q: Question) -> dict[str, Any]:
        name = {"type": "string", "maxLength": 60}
        return {"type": "object", "properties": {
            "bank": {"type": "string", "pattern": "^[0-9]{4}$"}, "bank_name": name,
            "branch": {"type": "string", "pattern": "^[0-9]{3}$"}, "branch_name": name, "kind": {"enum": list(self.kinds)},
            "number": {"type": "string", "pattern": "^[0-9]{7}$"},
            "holder": {"type": "string", "maxLength": 48, "pattern": r"^[ァ-ヶー0-9A-Z .()・,「」/\-]+$"}},
            "required": ["bank", "branch", "kind", "number", "holder"], "additionalProperties": False}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        return {"bank": value.get("bank_name") or value.get("bank", ""),
                "branch": value.get("branch_name") or value.get("branch", ""),
                **{k: value.get(k, "") for k in ("kind", "number", "holder")}}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        one = {"銀行コード": "bank", "銀行名": "bank_name", "支店コード": "branch", "支店名": "branch_name", "種目": "kind",
               "番号": "number", "名義": "holder"}.get(part)
        if one:
            return str(value.get(one, ""))
        return " ".join(value.get(k, "") for k in ("bank_name", "branch_name", "kind", "number", "holder"))


LONG = {"bank": "金融機関", "branch": "支店", "number": "口座番号", "holder": "口座名義人"}


def _too_long(q: Question, value: Any) -> tuple[str, str] | None:
    """What to say about the part that is too long, and which part."""
    for key, words in LONG.items() if isinstance(value, dict) else ():
        if isinstance(value.get(key), str) and len(value[key]) > 60:
            return f"{q.label}の{words}が長すぎます。通帳を見て、入力し直してください", key
    return None


def _which(q: Question, what: str, typed: str, names: list[str]) -> str:
    typed = "".join(c for c in typed if c.isprintable())
    typed = typed if len(typed) <= 20 else f"{typed[:20]}…"
    if not typed:
        return f"{q.label}の{what}を入力してください"
    if not names:
        return f"{q.label}の{what}「{typed}」が見つかりません。名前か番号を確認してください"
    return f"{q.label}の{what}を一つに決められません。次の中から名前で入力してください: {'、'.join(names[:8])}"
