"""eL-QR and GS1-128 as raw operators of a PDF: one path of rectangles in modules, filled once.

zxing-cpp makes the QR modules (0.37 ms; segno 6.8 ms). It cannot write FNC1, so the bars come from the table of ISO/IEC
15417 here: only code set C is needed. Rectangles of one path leave no seams between them.
"""

from __future__ import annotations

import functools
from typing import Any

import zxingcpp

from .layouts import layouts

START_C, FNC1, STOP = 105, 102, 106
# ISO/IEC 15417 table 1: widths of bar, space, bar, space, bar, space of the values 0…105, and the stop pattern
_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132"
    "221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313"
    "231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141"
    "1141313111414111312114122112142112322331112")
PATTERNS = (*(_WIDTHS[at:at + 6] for at in range(0, 636, 6)), _WIDTHS[636:])


def gs1_values(digits: str) -> list[int]:
    """The values of the symbol: Start C, FNC1, pairs of digits, check, stop."""
    if len(digits) % 2 or not digits.isascii() or not digits.isdigit():
        raise ValueError("an even number of digits")
    values = [START_C, FNC1, *(int(digits[at:at + 2]) for at in range(0, len(digits), 2))]
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    return [*values, check, STOP]


def gs1_width(digits: str) -> int:
    """Modules from the first bar to the last."""
    return 11 * (len(digits) // 2 + 3) + 13


@functools.lru_cache(maxsize=8192)
def _bars(place: int, value: int) -> str:
    """The rectangles of one character, in modules, one high."""
    out, at = [], 11 * place
    for number, wide in enumerate(map(int, PATTERNS[value])):
        if not number % 2:
            out.append(f"{at} 0 {wide} 1 re\n")
        at += wide
    return "".join(out)


def gs1_path(digits: str) -> str:
    """The path of a GS1-128 in modules; the caller scales x by the module and y by the height."""
    return "".join(_bars(place, value) for place, value in enumerate(gs1_values(digits)))


@functools.lru_cache(maxsize=65536)
def _row(y: int, column: int, bits: bytes) -> str:
    """The rectangles of eight modules of a row (0 is dark)."""
    out, start = [], None
    for number, value in enumerate([*bits, 255]):
        if value == 0 and start is None:
            start = number
        elif value and start is not None:
            out.append(f"{column + start} {y} {number - start} 1 re\n")
            start = None
    return "".join(out)


def qr_modules(digits: str) -> tuple[bytes, int]:
    """The modules of an eL-QR, one byte each (0 is dark), and how many to a side. Refuses another version than 6-M."""
    barcode = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn: Any = barcode.to_image(scale=1, add_quiet_zones=False)  # a buffer in two dimensions, unknown to its stub
    image = memoryview(drawn)
    shape: Any = image.shape
    side = int(shape[0])
    wanted = layouts()["el_qr"].modules
    if wanted and side != wanted:
        raise ValueError(f"{side} modules instead of {wanted}")
    return image.tobytes(), side


def qr_path(digits: str) -> tuple[str, int]:
    """The path of an eL-QR in modules, the top row at y = side - 1, and the side."""
    data, side = qr_modules(digits)
    return "".join([
        _row(side - 1 - row, column, data[row * side + column:row * side + min(column + 8, side)])
        for row in range(side) for column in range(0, side, 8)]), side
