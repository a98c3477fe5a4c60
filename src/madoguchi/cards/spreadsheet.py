"""Rows as a CSV that a spreadsheet reads as UTF-8 and never as a formula. Pure."""

from __future__ import annotations

import csv
import io

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is a formula to a spreadsheet


def csv_bytes(rows: list[list[str]]) -> bytes:
    """The file, with a mark of byte order."""
    out = io.StringIO()
    csv.writer(out).writerows([[f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
