"""People and places: 氏名 カナ 住所 口座."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import jaconv

from madoguchi.kernel.said import listed, say

from ..model import Question
from .base import HYPHENS, WIDE_ASCII, Fault, FieldType, Get, Part, digits, narrow, register, squeeze
from .postbank import ORDINARY, POST_BANK, Converted, converted
from .texts import CLEAN_PATTERN, CONTROL_CLASS, clean_text_fault

if TYPE_CHECKING:
    from .banks import Office

_LARGE = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")

# digits, signs that no name has, and pictographs; not the planes of rare kanji
NOT_IN_NAMES = r"0-9\uff10-\uff19<>\uff1c\uff1e@\uff20#\uff03\x00-\x1f\u2600-\u27bf\U0001f000-\U0001faff"
_KANA = re.compile(r"[ァ-ヺーヽヾ・ .A-Za-z]+")
_LONG_VOWEL = re.compile(f"(?<=[ァ-ヺー])[-{''.join(map(chr, HYPHENS))}]")  # many keyboards give a hyphen where ー is meant
_LATIN_HYPHEN = re.compile(f"(?<=[A-Za-z])[-{''.join(map(chr, HYPHENS))}](?=[A-Za-z])")
_APOSTROPHE = re.compile("(?<=[A-Za-z])['\u2018\u2019\u02bc\u0060\u00b4](?=[A-Za-z])")
_MARKS = {0x309B: 0x3099, 0x309C: 0x309A}  # ゛ ゜ typed after the kana they belong to
HOLDER = r"[ァ-ロワンヴー0-9A-Z .()・,「」/\-]+"  # what 全銀 files can write of it: small kana go in as large ones, ・ as .
REWRITTEN = {"ヲ": "オ", "ヮ": "ワ", "ヰ": "イ", "ヱ": "エ", "ヵ": "カ", "ヶ": "ケ"}  # kana that they cannot: banks print these instead
_TOLD = str.maketrans("".join(REWRITTEN), "".join(REWRITTEN.values()))
HOLDER_MOST = 30  # 受取人名 and 預金者名 of the 全銀 records, one byte a character, each 濁点 one of its own


_STROKED = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "ß": "ss", "æ": "ae", "Æ": "AE",
                          "œ": "oe", "Œ": "OE"})  # Latin letters that no accent can be taken off
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]+")  # with marks that stand alone


def romaji(text: str) -> str:
    """Latin letters without their accents: Nguyễn is Nguyen, as passports and banks print it. Kana keep their marks."""
    return _LATIN.sub(lambda m: "".join(c for c in unicodedata.normalize("NFD", m[0].translate(_STROKED)) if not unicodedata.combining(c)), text)


def katakana(text: str) -> str:
    """Hiragana and half-width kana to full-width katakana; spaces tidied."""
    return squeeze(jaconv.hira2kata(jaconv.h2z(text, kana=True, ascii=False, digit=False)).translate(_MARKS))


def _read_kana(text: str) -> str:
    """As a register keeps it. Romaji go as passports print them: without accents and apostrophes, a space where the name has a hyphen."""
    plain = romaji(_LONG_VOWEL.sub("ー", katakana(text).translate(WIDE_ASCII)))
    return squeeze(_APOSTROPHE.sub("", _LATIN_HYPHEN.sub(" ", plain)))


@register
class Name(FieldType):
    """氏名: {sei, mei}; 名 may be empty for those who have one name. ``note`` tells the clerk about 代替文字."""

    name = "氏名"
    widget = "name"
    parts: tuple[Part, ...] = (Part("sei", say("姓"), auto="family-name"), Part("mei", say("名"), auto="given-name"),
             Part("note", say("正しい字の説明"), optional=True))
    limit = 60

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        value = {key: squeeze(get(key)) for key in ("sei", "mei", "note")}
        if not value["sei"] and not value["mei"]:
            return None, []
        return {key: text for key, text in value.items() if text or key != "note"}, []

    def _bad(self, text: str, q: Question, part: str) -> list[Fault]:
        wrong = clean_text_fault(text)
        if wrong or re.search(f"[{NOT_IN_NAMES}]", text):
            return self.fault(q, say("{label}に使えない文字(数字・記号・絵文字など)があります。取り除いて入力してください", label=q.label), part)
        return []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            return self.fault(q, self.missing(q), "sei")
        if set(value) - {p.key for p in self.parts}:
            return self.fault(q, self.missing(q), "sei")
        if not value.get("sei"):
            return self.fault(q, say("{label}の「{label2}」を入力してください", label=q.label, label2=self.parts[0].label), "sei")
        for part in ("sei", "mei"):
            if len(value.get(part, "")) > self.limit:
                return self.fault(q, say("{label}は{limit}文字以内で入力してください", label=q.label, limit=self.limit), part)
            if value.get(part) and (bad := self._bad(value[part], q, part)):
                return bad
        if len(value.get("note", "")) > 100 or clean_text_fault(value.get("note", "")):
            return self.fault(q, say("正しい字の説明は100文字以内で入力してください"), "note")
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
    """カナ: full-width katakana; hiragana and half-width kana are turned into it, a hyphen after kana into ー. Latin letters become
    half-width ones without accents: who has no Japanese keyboard writes romaji."""

    name = "カナ"
    parts = (Part("sei", say("セイ")), Part("mei", say("メイ")))

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        value = {key: _read_kana(get(key)) for key in ("sei", "mei")}
        return (value, []) if any(value.values()) else (None, [])

    def _bad(self, text: str, q: Question, part: str) -> list[Fault]:
        if not _KANA.fullmatch(text):
            return self.fault(q, say("{label}は、ひらがな・カタカナかローマ字(A〜Z)で入力してください", label=q.label), part)
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
        Part("zip", say("郵便番号"), "numeric", "postal-code", "w8"),
        Part("city", say("都道府県・市区町村"), auto="address-level2"),
        Part("town", say("町名・字"), auto="address-level3"), Part("lot", say("番地")),
        Part("building", say("建物名・部屋番号"), optional=True),
    )
    needed = (("zip", say("郵便番号")), ("city", say("都道府県・市区町村")), ("lot", say("番地")))

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
                out += self.fault(q, say("{label}の「{label2}」を入力してください", label=q.label, label2=words), key)
        if value.get("zip") and not re.fullmatch(r"[0-9]{7}", value["zip"]):
            out += self.fault(q, say("{label}の「郵便番号」は7けたの数字で入力してください", label=q.label), "zip")
        for part in self.parts:
            text = value.get(part.key, "")
            if len(text) > 100 or clean_text_fault(text):
                out += self.fault(q, say("{label}の「{label2}」は100文字以内の文字で入力してください", label=q.label, label2=part.label), part.key)
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
        Part("bank", say("金融機関(名前か4けたの番号)")), Part("branch", say("支店(名前か3けたの番号)")), Part("kind", say("種目")),
        Part("number", say("口座番号"), "numeric", width="w8"), Part("holder", say("口座名義人(カナ)")),
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
            return value, self.fault(q, _which(q, LONG["bank"], raw["bank"], [b.name for b in banks]), "bank")
        value |= {"bank": banks[0].code, "bank_name": banks[0].name}
        if value["bank"] == POST_BANK and (found := converted(narrow(raw["branch"]), re.sub(r"\s", "", narrow(raw["number"])))):
            return self._from_passbook(value, found, raw["branch"], banks[0], q)
        branches = find_branch(banks[0], raw["branch"])
        if len(branches) != 1:
            return value, self.fault(q, _which(q, LONG["branch"], raw["branch"], [b.name for b in branches]), "branch")
        return value | {"branch": branches[0].code, "branch_name": branches[0].name}, []

    def _from_passbook(self, value: dict[str, str], found: Converted, typed: str, bank: Office, q: Question) -> tuple[dict[str, str], list[Fault]]:
        """ゆうちょ銀行: the 記号 and 番号 of the passbook, as everybody keeps an account."""
        from .banks import find_branch

        if found.wrong:
            return value, self.fault(q, say(NUMBER_WRONG[found.kinds == ORDINARY], label=q.label), "number")
        branches = find_branch(bank, found.branch or typed)
        if len(branches) != 1:
            words = say("{label}の記号を、通帳で確かめてください。この記号のゆうちょ銀行の店はありません", label=q.label)
            return value, self.fault(q, words, "branch")
        if value["kind"] and found.kinds and value["kind"] not in found.kinds:
            return value, self.fault(q, say(KIND_WRONG[found.kinds == ORDINARY], label=q.label), "kind")
        kind = value["kind"] or (found.kinds[0] if len(found.kinds) == 1 else "")
        return value | {"branch": branches[0].code, "branch_name": branches[0].name, "kind": kind, "number": found.number.zfill(7)}, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, dict) or not all(isinstance(v, str) and len(v) <= 60 for v in value.values()):
            return self.fault(q, *_too_long(q, value) or (self.missing(q), "bank"))
        if set(value) - {"bank_name", "branch_name", *(p.key for p in self.parts)}:
            return self.fault(q, self.missing(q), "bank")
        rules = (("bank", r"[0-9]{4}", say("{label}の金融機関を入力してください")), ("branch", r"[0-9]{3}", say("{label}の支店を入力してください")),
                 ("kind", "|".join(self.kinds), say("{label}の種目を選んでください")),
                 ("number", r"[0-9]{7}",
                  say("{label}の口座番号は7けたまでの数字で入力してください(ゆうちょ銀行は、通帳の記号と番号でも入力できます)")))
        out: list[Fault] = []
        for key, pattern, words in rules:
            if not re.fullmatch(pattern, value.get(key, "")):
                out += self.fault(q, say(words, label=q.label), key)
        return out + self._holder(value.get("holder", ""), q)

    def _holder(self, holder: str, q: Question) -> list[Fault]:
        """What no file for a bank can write stops everybody's in it, so it is told here (要確認: the bank's own rule for ヲ ヰ ヱ ヵ ヶ; files
        of 全銀 have none of them, and no rule says that a bank reads them as others, so the person is told what to write)."""
        if not re.fullmatch(HOLDER, holder.translate(_TOLD)):
            return self.fault(q, say("{label}の口座名義人を、通帳のとおりカナで入力してください", label=q.label), "holder")
        if letters := listed(f"{c}→{REWRITTEN[c]}" for c in dict.fromkeys(holder) if c in REWRITTEN):
            return self.fault(q, say("{label}の口座名義人に、銀行で使えない字があります。{letters}のように書き直してください",
                                     label=q.label, letters=letters), "holder")
        if len(jaconv.z2h(holder, kana=True, ascii=True, digit=True)) > HOLDER_MOST:
            return self.fault(q, say("口座名義人が長すぎます。半角で30文字(濁点も1文字)までで入力してください"), "holder")
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        name = {"type": "string", "maxLength": 60}
        told = "ゆうちょ銀行(9900)は、通帳の記号・番号を店番・口座番号に直して書く(記号1xxyyは店番xx8、番号は末尾の1を除く。記号0xxyyは店番xx9、当座)"
        return {"type": "object", "description": told, "properties": {
            "bank": {"type": "string", "pattern": "^[0-9]{4}$"}, "bank_name": name,
            "branch": {"type": "string", "pattern": "^[0-9]{3}$"}, "branch_name": name, "kind": {"enum": list(self.kinds)},
            "number": {"type": "string", "pattern": "^[0-9]{7}$"},
            "holder": {"type": "string", "maxLength": 48, "pattern": f"^{HOLDER}$"}},
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
        told = {k: value.get(k, "") for k in ("bank_name", "branch_name", "number", "holder")}
        return say("{bank_name} {branch_name} {kind} {number} {holder}", kind=say(value.get("kind", "")), **told)


NUMBER_WRONG = {True: say("{label}の番号は、通帳のとおり最後の1まで入力してください(通帳の記号が1で始まる口座)"),
                False: say("{label}の番号は、通帳のとおり7けたまでの数字で入力してください(通帳の記号が0で始まる口座)")}
KIND_WRONG = {True: say("{label}の種目は「普通」か「貯蓄」を選んでください(通帳の記号が1で始まる口座)"),
              False: say("{label}の種目は「当座」を選んでください(通帳の記号が0で始まる口座)")}
LONG = {"bank": say("金融機関"), "branch": say("支店"), "number": say("口座番号"), "holder": say("口座名義人")}


def _too_long(q: Question, value: Any) -> tuple[str, str] | None:
    """What to say about the part that is too long, and which part."""
    for key, words in LONG.items() if isinstance(value, dict) else ():
        if isinstance(value.get(key), str) and len(value[key]) > 60:
            return say("{label}の{words}が長すぎます。通帳を見て、入力し直してください", label=q.label, words=words), key
    return None


def _which(q: Question, what: str, typed: str, names: list[str]) -> str:
    typed = "".join(c for c in typed if c.isprintable())
    typed = typed if len(typed) <= 20 else f"{typed[:20]}…"
    if not typed:
        return say("{label}の{what}を入力してください", label=q.label, what=what)
    if not names:
        return say("{label}の{what}「{typed}」が見つかりません。名前か番号を確認してください", label=q.label, what=what, typed=typed)
    return say("{label}の{what}を一つに決められません。次の中から名前で入力してください: {names}", label=q.label, what=what,
        names='、'.join(names[:8]))
