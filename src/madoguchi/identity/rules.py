"""What the card says about a person (基本4情報), and how it fits the form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """氏名, 生年月日 (YYYY-MM-DD), 住所, 性別 (1 男 2 女 3 不明) as one string each, as userinfo gives them."""

    name: str
    birthdate: str
    address: str
    gender: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data, to be sealed."""
        return {"name": self.name, "birthdate": self.birthdate, "address": self.address, "gender": self.gender}


@dataclass(frozen=True, slots=True)
class Business:
    """What GビズID says: 法人番号, 法人名, and the person who acts for it with their department."""

    number: str
    name: str
    person: str
    department: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data, to be sealed."""
        return {"number": self.number, "name": self.name, "person": self.person, "department": self.department}


def plain(text: str) -> str:
    """What is written, to be held against what a card says: widths, spaces and kinds of hyphen do not count, characters do."""
    text = re.sub(r"[‐‑‒–—―−-]", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", "", text)


# municipalities with 市, 町, 村 inside their names, where an address must not be cut
_LONGER = ("四日市市|廿日市市|野々市市|八日市場市|十日町市|大町市|町田市|武蔵村山市|東村山市|村山市|村上市|羽村市|大村市|田村市|市川市|"
           "市原市|市貝町|市川町|市川三郷町|余市町|玉村町|村田町|大町町")
_ADDRESS = re.compile(rf"^(?P<city>(?:.{{2,3}}[都道府県])?(?:.{{1,4}}?郡)?(?:{_LONGER})|"
                      r".{2,3}[都道府県].+?[市区町村]|.+?[市区町村])(?P<rest>.*)$")

_LOT = re.compile(  # イ部25番地 (in 七尾 also り部), 1丁目2-3, 甲12, 25番地
    r"[ぁ-ゖァ-ヺ一二三四五六七八九十甲乙丙丁戊己庚辛壬癸]部\d.*$|"
    r"[\d一二三四五六七八九十イロハニホヘト甲乙丙丁]+(部|番|丁目|の|[-\uff0d\u2212]|号)?\d.*$|\d.*$")


def prefill(person: Person) -> dict[str, Any]:
    """The attributes as form values, by the names definitions use (本人確認.氏名 …)."""
    out: dict[str, Any] = {}
    parts = re.split(r"[\s\u3000]+", person.name.strip(), maxsplit=1)
    if parts[0]:
        out["氏名"] = {"sei": parts[0], "mei": parts[1] if len(parts) > 1 else ""}
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", person.birthdate):
        out["生年月日"] = person.birthdate
    match = _ADDRESS.match(person.address)
    if match:
        rest = match["rest"]
        lot = _LOT.search(rest)
        cut = lot.start() if lot else len(rest)
        building = re.split(r"[\s\u3000]", rest[cut:], maxsplit=1)
        out["住所"] = {"zip": "", "city": match["city"], "town": rest[:cut], "lot": building[0],
                     "building": building[1].strip() if len(building) > 1 else ""}
    if person.gender:
        out["性別"] = {"1": "male", "2": "female"}.get(person.gender, "")
    return out
