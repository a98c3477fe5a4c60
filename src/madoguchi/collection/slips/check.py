"""A slip as a till sees it: every symbol of a photo, scan or PDF is decoded and every field explained in Japanese.

Nothing here trusts how the page was made: it looks at pixels, demands the symbology identifier (``]C1`` GS1-128, ``]Q1`` QR),
and compares the symbols of one slip with each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import numbers
from .layouts import layouts
from .numbers import Part
from .symbols import gs1_width

DPI = 400
MOST_PAGES = 50
MOST_PIXELS = 60_000_000
TOLERANCE = 0.05
EL, CVS, OTHER = "eL-QR", "コンビニ収納用バーコード", "その他の記号"
AGAIN = "300dpi以上で読み取り直すか、真上から明るい所で撮り直してください"


class Unreadable(ValueError):
    """The file cannot be looked at; ``ja`` says what to do."""

    def __init__(self, ja: str) -> None:
        self.ja = ja
        super().__init__(ja)


@dataclass(frozen=True, slots=True)
class Finding:
    """One field of one symbol (``symbol_number`` counts them over the file from 1), or something about the page itself (0)."""

    page: int
    symbol_number: int
    symbol: str
    label: str
    place: str
    digits: str
    meaning: str
    problem: str | None = None

    @property
    def ja(self) -> str:
        """One line for a terminal."""
        where = f"{self.page}頁 {self.symbol_number}番目 {self.symbol}" if self.symbol_number else f"{self.page}頁"
        said = f"{self.label}（{self.place}）" if self.place else self.label
        value = f"{self.digits}　{self.meaning}" if self.meaning and self.meaning != self.digits else self.digits
        return f"{where}　{said}　{value}" + (f"　×{self.problem}" if self.problem else "")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One decoded symbol."""

    page: int
    kind: str
    identifier: str
    text: str
    grade: str  # of a QR: version and level of correction, 6-M
    width: float | None  # mm, where the scale is known


def explain(path: Path | str, only: int = 0) -> list[Finding]:
    """Everything that the symbols of a file say, and what is wrong; ``only``: of one page of a PDF, from 1. Raises Unreadable."""
    found: list[Finding] = []
    symbols: list[Symbol] = []
    pages = 0
    for page, (image, scale) in enumerate(images(Path(path), only), only or 1):
        pages = page
        symbols += decode(image, page, scale)
    if not symbols:
        return [Finding(1, 0, "", "記号", "", "", "", f"{pages}頁の中に読み取れるQRコード・バーコードがありません。{AGAIN}")]
    for number, symbol in enumerate(symbols, 1):
        found += _explained(symbol, number)
    return found + _compared(symbols) + list(_lonely(symbols))


def wrong(findings: list[Finding]) -> list[Finding]:
    """Those with a problem."""
    return [finding for finding in findings if finding.problem]


def images(path: Path, only: int = 0) -> Iterator[tuple[Any, float | None]]:
    """The pages as grey images, with pixels per millimetre where the file says how large the page is."""
    try:
        head = path.open("rb").read(5)
    except OSError:
        raise Unreadable(f"「{path.name}」を開けません。ファイルの場所と権限を確認してください") from None
    if head == b"%PDF-":
        yield from _pdf_pages(path, only)
        return
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS or getattr(image, "n_frames", 1) > MOST_PAGES:
                raise Unreadable(f"「{path.name}」は大きすぎます。A4を600dpiまで、{MOST_PAGES}頁までにしてください")
            for frame in ImageSequence.Iterator(image):  # scanners write many pages into one TIFF
                yield ImageOps.exif_transpose(frame).convert("L"), None
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Unreadable(f"「{path.name}」は画像・PDFとして開けません。JPEG・PNG・TIFF・PDFのどれかにしてください") from None


def _pdf_pages(path: Path, only: int = 0) -> Iterator[tuple[Any, float | None]]:
    """pdfium draws the pages (BSD/Apache; what browsers use)."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        raise Unreadable(f"「{path.name}」はPDFとして開けません。壊れているか、パスワードが付いています") from None
    try:
        if only > len(document):
            raise Unreadable(f"「{path.name}」は{len(document)}頁です。{only}頁目はありません")
        if len(document) > MOST_PAGES and not only:
            raise Unreadable(f"{len(document)}頁あります。一度に確かめるのは{MOST_PAGES}頁までです。--page 2 のように、頁を指定してください")
        for page in [document[only - 1]] if only else document:
            largest = max(page.get_size())
            dpi = min(DPI, 72 * 12000 / largest)  # a page of a metre is not drawn at 400 dpi
            yield page.render(scale=dpi / 72, grayscale=True).to_pil(), dpi / 25.4
    finally:
        document.close()


def decode(image: Any, page: int = 1, scale: float | None = None) -> list[Symbol]:
    """The QR codes and Code 128 of one image, from top to bottom."""
    import zxingcpp

    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
    read = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    read = sorted(read, key=lambda b: (b.position.top_left.y, b.position.top_left.x))
    return [Symbol(page, _kind(b), b.symbology_identifier, b.text, _grade(b), _width(b, scale)) for b in read if b.valid]


def _grade(barcode: Any) -> str:
    extra = barcode.extra or {}
    return f"{extra.get('Version', '?')}-{extra.get('ECLevel', '?')}"


def _width(barcode: Any, scale: float | None) -> float | None:
    left, right = barcode.position.top_left, barcode.position.top_right
    return math.dist((left.x, left.y), (right.x, right.y)) / scale if scale else None


def _kind(barcode: Any) -> str:
    text, qr = barcode.text, barcode.symbology_identifier.startswith("]Q")
    if qr and text.startswith("000201") and text.isascii() and text.isdigit():
        return EL
    if not qr and text.startswith("91"):
        return CVS
    return OTHER


def _explained(symbol: Symbol, number: int) -> list[Finding]:
    """The symbol itself, then its fields."""
    def finding(label: str, digits: str, meaning: str, problem: str | None = None, place: str = "") -> Finding:
        return Finding(symbol.page, number, symbol.kind, label, place, digits, meaning, problem)

    wanted = {EL: "]Q1", CVS: "]C1"}.get(symbol.kind)
    if wanted is None:
        return [finding("種類", symbol.identifier, f"納付書の記号ではありません（{symbol.text[:40]}）")]
    bad = None if symbol.identifier == wanted else (
        f"識別子が{symbol.identifier}です。{wanted}のはずです" + ("（先頭のFNC1がないため、店のレジは読みません）" if wanted == "]C1" else ""))
    out = [finding("種類", symbol.identifier, layouts()["el_qr" if symbol.kind == EL else "cvs"].ja, bad)]
    if symbol.kind == EL:
        grade = layouts()["el_qr"].grade
        low = None if symbol.grade == grade else f"{grade}のはずです（標本からの推定です。共通納税の仕様で確認してください）"
        out.append(finding("型番と誤り訂正", symbol.grade, "", low))
    elif symbol.width is not None:
        out.append(_sized(symbol, number))
    fields = numbers.el_fields(symbol.text) if symbol.kind == EL else numbers.cvs_fields(symbol.text)
    return out + [finding(part.ja, part.digits, part.meaning, part.problem, part.place) for part in fields]


def _sized(symbol: Symbol, number: int) -> Finding:
    """The module of a printed barcode, with some tolerance for how finely the page was drawn."""
    assert symbol.width is not None
    module = symbol.width / gs1_width(symbol.text) if len(symbol.text) == 44 else 0.0
    sizes = layouts()["cvs"].sizes
    least, most = sizes["モジュール最小"], sizes["モジュール最大"]
    fits = least * (1 - TOLERANCE) <= module <= most * (1 + TOLERANCE)
    return Finding(symbol.page, number, symbol.kind, "大きさ", "", f"{symbol.width:.1f}mm", f"細いバー {module:.3f}mm",
                   None if fits else f"細いバーは{least}～{most}mmにしてください（拡大・縮小せずに印刷してください）")


def _values(parts: list[Part]) -> dict[str, str]:
    return {part.name: part.digits for part in parts}


def _compared(symbols: list[Symbol]) -> list[Finding]:
    """eL-QR and barcode of one slip (the same 納付番号) must ask for the same sum and end on the same day."""
    by_number: dict[str, dict[str, str]] = {}
    for symbol in symbols:
        if symbol.kind == EL and numbers.is_digits(symbol.text, layouts()["el_qr"].digits):
            values = _values(numbers.el_fields(symbol.text))
            by_number[values["number"]] = values
    out: list[Finding] = []
    for count, symbol in enumerate(symbols, 1):
        if symbol.kind != CVS or not numbers.is_digits(symbol.text, layouts()["cvs"].digits):
            continue
        values = _values(numbers.cvs_fields(symbol.text))
        el = by_number.get(values["free"][:20])
        if el is None:
            continue
        if int(el["amount"]) != int(values["amount"]):
            out.append(_differs(symbol, count, "金額", f"{int(values['amount']):,}円", f"{int(el['amount']):,}円"))
        if values["valid_until"] not in (numbers.NO_EXPIRY, el["valid_until"][2:]):
            out.append(_differs(symbol, count, "支払期限", values["valid_until"], el["valid_until"]))
    return out


def _lonely(symbols: list[Symbol]) -> Iterator[Finding]:
    """A slip of which one of the two symbols was read only: the picture may be too coarse for the other one, and nothing of it was checked."""
    for page in sorted({symbol.page for symbol in symbols}):
        els, bars = (sum(s.page == page and s.kind == kind for s in symbols) for kind in (EL, CVS))
        if els != bars:
            lacks, other = (CVS, els - bars) if els > bars else (EL, bars - els)
            yield Finding(page, 0, "", "読めなかった記号", "", f"{lacks} {other}個", f"この紙に刷ってあるなら、確かめていません。{AGAIN}"
                          "（刷っていない納付書なら、このままでかまいません）")


def _differs(symbol: Symbol, number: int, label: str, here: str, there: str) -> Finding:
    return Finding(symbol.page, number, symbol.kind, label, "", here, "", f"同じ納付番号のeL-QRは「{there}」で、合いません。作り直してください")
