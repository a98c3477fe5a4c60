"""Pure decisions at the counter: codes, when a tablet forgets, what an interview knows, and what a signature on the screen is."""

from __future__ import annotations

import base64
import binascii
import io
import re
import secrets
import unicodedata
from typing import Any

from madoguchi.kernel.canon import canonical, sha256

COOKIE = "mado_c"  # the mark on a shared tablet (tablet.py)
CODE_MINUTES, IDLE_SECONDS = 10, 600
KEEP_DAYS = 90
WAITING, STARTED, ENDED = "waiting", "started", "ended"
OPEN, SHOWN, SIGNED, FILED = "open", "shown", "signed", "filed"  # of an interview, and ENDED
MOST_PROCEDURES, MOST_NAME, MOST_BYTES, MOST_PIXELS = 10, 60, 300_000, 2_000_000
MOST_NAMES = 100  # procedures to choose from without searching: a city may have five hundred
IDENTITY = {  # 要確認: which papers count, and when two are asked for, is each procedure's law and the city's own rule
    "card": "マイナンバーカード", "licence": "運転免許証・運転経歴証明書", "passport": "パスポート(旅券)", 
    "residence": "在留カード・特別永住者証明書",
    "disability": "身体障害者手帳など、官公署が発行した顔写真付きのもの", "two": "顔写真のないもの2点(資格確認書・年金手帳など)",
}
NOT_CHECKED, UNCHECKED = "none", "確かめていない(どの手続きも本人確認が要らない)"
WHY = {"self": "ご本人が窓口に来て、記入のために求めた", "family": "同じ世帯の方・代理の方が窓口に来て、記入のために求めた"}


def code_new() -> str:
    """1234-5678: easy to type on a tablet, good for ten minutes and once."""
    digits = f"{secrets.randbelow(10**8):08d}"
    return f"{digits[:4]}-{digits[4:]}"


def code_in(text: str) -> str:
    """A code as people type it, in its own form; empty when it cannot be one."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal() and c.isascii())
    return f"{digits[:4]}-{digits[4:]}" if len(digits) == 8 else ""


def said_on_screen(drafts: list[tuple[str, int]]) -> str:
    """A short mark of what a tablet shows: which drafts, and how often each was written."""
    return sha256(canonical([list(pair) for pair in drafts]))[:16]


def parted(text: str) -> dict[str, str]:
    """A name of the register in its two parts."""
    parts = re.split(r"[\s\u3000]+", text.strip(), maxsplit=1)
    return {"sei": parts[0], "mei": parts[1] if len(parts) > 1 else ""}


def known_of(name: str, kana: str, born: str, place: dict[str, str]) -> dict[str, Any]:
    """What the register knows, by the kinds of question that several procedures ask alike. A day that is not known is asked."""
    out: dict[str, Any] = {"氏名": parted(name), "カナ": parted(kana), "住所": place}
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", born):
        out["生年月日"] = born
    return {kind: value for kind, value in out.items() if value and (isinstance(value, str) or any(value.values()))}


def drawn(text: str) -> bytes:
    """The PNG that a page drew; empty when it is none, too big, or nothing was drawn on it."""
    from PIL import Image  # only where somebody signs

    head, _, body = text.partition(",")
    if head != "data:image/png;base64" or len(body) > MOST_BYTES * 4 // 3 + 4:
        return b""
    try:
        data = base64.b64decode(body, validate=True)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                return b""
            grey = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("L")
    except (binascii.Error, ValueError, OSError, SyntaxError):
        return b""
    dark = sum(grey.histogram()[:128])
    return data if 20 <= dark < grey.width * grey.height // 2 else b""
