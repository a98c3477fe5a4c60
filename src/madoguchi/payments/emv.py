"""A QR code that a shop shows (EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode 1.1; JPQR is that with
tag 26): tags of two digits, lengths of two digits, and a CRC at the end. Pure: no rows, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

YEN, COUNTRY = "392", "JP"
MOST = 99  # characters of one value


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, begins with 0xFFFF)."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _bit in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def tag(number: str, value: str) -> str:
    """One field. Raises ValueError for what no field may hold."""
    if not 1 <= len(value) <= MOST:
        raise ValueError(f"JPQRの「{number}」は1〜{MOST}文字で書いてください")
    return f"{number}{len(value):02d}{value}"


@dataclass(frozen=True, slots=True)
class Merchant:
    """What the acquirer gives the city: merchant accounts (tags 02–51), MCC, name and city as Latin letters, and the name in
    Japanese. Its numbers are never made up here; a wrong shape is refused."""

    accounts: Mapping[str, Mapping[str, str] | str]
    category: str
    name: str
    city: str
    name_ja: str = ""

    def __post_init__(self) -> None:
        if not self.accounts or not all(len(t) == 2 and t.isascii() and t.isdigit() and 2 <= int(t) <= 51 for t in self.accounts):
            raise ValueError("JPQRの「加盟店」は、02〜51のタグごとに書いてください")
        if not (len(self.category) == 4 and self.category.isascii() and self.category.isdigit()):
            raise ValueError("JPQRの「業種」は数字4桁(MCC)で書いてください")
        for what, text, most in (("店名", self.name, 25), ("市", self.city, 15)):
            if not (text.isascii() and text.isprintable() and 1 <= len(text) <= most):
                raise ValueError(f"JPQRの「{what}」は英数字{most}字までで書いてください")
        if len(self.name_ja) > 25:
            raise ValueError("JPQRの「店名かな漢字」は25字までで書いてください")
        payload(self, 1)


def payload(merchant: Merchant, amount: int, label: str = "") -> str:
    """What the code says: this sum of yen to this merchant, payable once (12). ``label`` is our number of the payment (62/05)."""
    if not 1 <= amount <= 9_999_999_999_999:
        raise ValueError("JPQRの金額は1円以上です")
    accounts = "".join(tag(number, held if isinstance(held, str) else "".join(tag(n, v) for n, v in held.items()))
                       for number, held in sorted(merchant.accounts.items()))
    own = tag("64", tag("00", "JA") + tag("01", merchant.name_ja)) if merchant.name_ja else ""
    body = (tag("00", "01") + tag("01", "12") + accounts + tag("52", merchant.category) + tag("53", YEN) + tag("54", str(amount))
            + tag("58", COUNTRY) + tag("59", merchant.name) + tag("60", merchant.city)
            + (tag("62", tag("05", label[:25])) if label else "") + own + "6304")
    return f"{body}{crc16(body.encode()):04X}"


def qr_image(text: str) -> str:
    """The code as the address of an image (SVG inside the page)."""
    import base64

    import zxingcpp

    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(scale=4, add_quiet_zones=True)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
