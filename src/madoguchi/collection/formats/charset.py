"""The characters of these files: one byte each. Everything is read as JIS X 0201; what comes in EBCDIC is turned into it first.

The table of IBM code page 290 (Katakana) was read off PyPI ``ebcdic`` 2.0.1 (BSD-2-Clause) and compared with the table in the
manual of Fujitsu NETSTAGE/FIC V1.0 (付録C). It holds only what these files may hold, so a dependency on thirty code pages is not needed;
makers differ in symbols, so those are for the bank to confirm.
"""

from __future__ import annotations

import unicodedata

import jaconv

JIS, EBCDIC = "JIS", "EBCDIC"
CODES = {JIS: "0", EBCDIC: "1"}  # コード区分 of a header
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ "
KANA = "".join(map(chr, range(0xFF71, 0xFF9E))) + "ﾞﾟ"  # B1–DD, DE, DF: without ｦ, small kana and ｰ
ENDS = {"CRLF": "\r\n", "LF": "\n", "なし": ""}
_CP290 = {
    0x0D: "\r", 0x25: "\n", 0x40: " ", 0x42: "｢", 0x43: "｣", 0x4B: ".", 0x4D: "(", 0x4E: "+", 0x50: "&", 0x5B: "\\", 0x5C: "*", 0x5D: ")",
    0x60: "-", 0x61: "/", 0x6B: ",", 0x7A: ":", 0x81: "ｱｲｳｴｵｶｷｸｹｺ", 0x8C: "ｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉ", 0x9D: "ﾊﾋﾌ", 0xA2: "ﾍﾎﾏﾐﾑﾒﾓﾔﾕ", 0xAC: "ﾖﾗﾘﾙ",
    0xBA: "ﾚﾛﾜﾝﾞﾟ", 0xC1: "ABCDEFGHI", 0xD1: "JKLMNOPQR", 0xE2: "STUVWXYZ", 0xF0: "0123456789",
}
SYMBOLS = "().-/｢｣\\,+&*:"  # every symbol that a profile may allow
_SMALL = str.maketrans("ｧｨｩｪｫｬｭｮｯｰ‐‑–—―−‒", "ｱｲｳｴｵﾔﾕﾖﾂ" + "-" * 8)
_LONE = str.maketrans({"゛": "ﾞ", "゜": "ﾟ", "\u3099": "ﾞ", "\u309a": "ﾟ", "¥": "\\"})


def jis(text: str) -> bytes:
    """Half-width text as one byte a character. Raises UnicodeEncodeError with the place of what has no byte."""
    out = text.encode("cp932")
    if len(out) != len(text):
        at = next(i for i, c in enumerate(text) if len(c.encode("cp932")) > 1)
        raise UnicodeEncodeError("jis", text, at, at + 1, "two bytes")
    return out


_FROM, _TO = bytearray(256), bytearray(range(256))  # NUL is allowed nowhere
for _start, _run in _CP290.items():
    for _n, _byte in enumerate(jis(_run)):
        _FROM[_start + _n], _TO[_byte] = _byte, _start + _n
FROM_EBCDIC, TO_EBCDIC = bytes(_FROM), bytes(_TO)


def text_of(raw: bytes, code: str) -> str:
    """Bytes of a file as text of one character a byte, whose number is its JIS X 0201 byte (so that places stay places)."""
    return (raw.translate(FROM_EBCDIC) if code == EBCDIC else raw).decode("latin-1")


def bytes_of(text: str, code: str) -> bytes:
    """Half-width text as bytes of a file."""
    raw = jis(text)
    return raw.translate(TO_EBCDIC) if code == EBCDIC else raw


def shown(text: str) -> str:
    """Text of ``text_of`` as people read it."""
    return text.encode("latin-1").decode("cp932", "replace")


def half(text: str, *, wo: bool = False) -> str:
    """A name as these files write it: half-width, capital, small kana large, ー as -. ``wo``: ヲ becomes ｵ (else it stays, and is
    refused by whoever checks). What has no half-width form stays too."""
    if not strangers(text, SYMBOLS):
        return text
    wide = unicodedata.normalize("NFKC", text.translate(_LONE)).translate(_LONE)  # か゛ becomes が, what stands alone stays alone
    narrow = jaconv.z2h(jaconv.hira2kata(wide), kana=True, ascii=True, digit=True).upper().translate(_SMALL)
    return narrow.replace("ｦ", "ｵ") if wo else narrow


def strangers(text: str, symbols: str) -> str:
    """The characters of half-width text that may not stand there, each once."""
    return "".join(dict.fromkeys(c for c in text if c not in LETTERS and c not in KANA and c not in symbols))
