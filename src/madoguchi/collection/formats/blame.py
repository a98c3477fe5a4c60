"""Why a file is refused: records one by one, the first thing that is wrong, said so that a clerk can act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from .charset import shown, text_of
from .errors import FileRefused
from .layout import Field, Record

if TYPE_CHECKING:
    from .sheet import Sheet

AGAIN = "送り元から受け取り直してください。"


def record(sheet: Sheet, n: int, expected: Record, text: str) -> None:
    """Raise FileRefused when the record ``n`` (0-based), with its line end, is not what is expected there."""
    start = n * sheet.stride
    _length(sheet, n, expected, text)
    if not text.startswith(expected.mark):
        _order(sheet, n, expected, text)
    body = text[:sheet.profile.length]
    allowed = sheet.profile.allowed.decode("latin-1")
    for field in expected.fields:
        value = body[field.start:field.end]
        stranger = next((i for i, c in enumerate(value) if c not in allowed), None)
        if stranger is not None:
            raw = sheet.data[start + field.start + stranger]
            raise FileRefused(f"この様式で使えない文字(16進 {raw:02X})があります。文字コードの設定ちがいか、文字化けです。{AGAIN}",
                              record=n + 1, byte=start + field.start + stranger, field=field.name)
        _value(field, value, n, start)


def _value(field: Field, value: str, n: int, start: int) -> None:
    def refuse(why: str, at: int = 0) -> NoReturn:
        raise FileRefused(why, record=n + 1, byte=start + field.start + at, field=field.name)

    if field.blank and not value.strip():
        return
    if field.fixed and value != field.fixed:
        refuse(f"「{shown(value)}」ではなく「{field.fixed.strip()}」のはずです。取込みの様式を確かめてください。")
    if field.codes and value not in field.codes:
        refuse(f"結果コード「{shown(value)}」を知りません(知っているのは{'・'.join(field.codes)})。送り元に意味を確かめ、様式に加えてください。")
    if field.allowed and value not in field.allowed:
        refuse(f"「{shown(value)}」は使えません({'・'.join(field.allowed)}のどれかのはず)。送り元に意味を確かめるか、{AGAIN}")
    if field.kind == "N" and not value.isdecimal():
        at = next(i for i, c in enumerate(value) if not c.isdecimal())
        refuse(f"数字のはずのところに「{shown(value[at])}」があります。けたがずれたか、文字化けです。{AGAIN}", at)


def _length(sheet: Sheet, n: int, expected: Record, text: str) -> None:
    length, end, start = sheet.profile.length, sheet.end, n * sheet.stride
    last = start + len(text) == sheet.size
    if end:
        found = text.find(end)
        if 0 <= found < length or (found < 0 and not last and len(text) >= length) or found > length:
            more = found if found >= 0 else _next_end(sheet, start)
            raise FileRefused(f"長さが{more}バイトです({length}バイトのはず)。{AGAIN}", record=n + 1, byte=start + min(more, length))
        if found < 0 and len(text) > length:
            raise FileRefused(f"改行のはずのところに別の文字があります。{AGAIN}", record=n + 1, byte=start + length)
    if len(text) < length:
        if not text:
            raise FileRefused(f"「{expected.name}」の記録がないまま、ファイルが終わっています。途中で切れています。{AGAIN}",
                              record=n + 1, byte=start)
        raise FileRefused(f"長さが{len(text)}バイトしかありません({length}バイトのはず)。ファイルが途中で切れています。{AGAIN}",
                          record=n + 1, byte=start + len(text) - 1)


def _next_end(sheet: Sheet, start: int) -> int:
    later = sheet.data[start:start + 4 * sheet.stride]
    found = text_of(later, sheet.profile.code).find(sheet.end)
    return found if found >= 0 else len(later)


def _order(sheet: Sheet, n: int, expected: Record, text: str) -> NoReturn:
    found = next((r for r in sheet.profile.records if text.startswith(r.mark)), None)
    first, name = expected.fields[0].name, expected.name
    if expected is sheet.profile.data:
        name += f"」か「{sheet.profile.tails[0].name}"
    if found:
        why = (f"「{name}」のはずのところに「{found.name}」の記録があります。記録の順序がちがうか、失われた記録があります。{AGAIN}")
    else:
        why = (f"「{name}」のはずの記録が「{shown(text[:len(expected.mark)])}」で始まっています。"
               f"様式がちがうか、けたがずれています。取込みの様式を確かめるか、{AGAIN}")
    raise FileRefused(why, record=n + 1, byte=n * sheet.stride, field=first)


def walk(sheet: Sheet, first: int) -> NoReturn:
    """Go on one by one from the data record ``first``, before which all is well, to what is wrong; never comes back."""
    profile, n = sheet.profile, first
    while text := sheet.text(n, n + 1):
        if text.startswith(profile.tails[0].mark):
            break  # the data end here
        record(sheet, n, profile.data, text)
        n += 1
    for tail in profile.tails:
        record(sheet, n, tail, sheet.text(n, n + 1))
        n += 1
    if sheet.size > n * sheet.stride:
        _more(sheet, n)
    raise FileRefused(f"記録の並びが様式と合いません。{AGAIN}", record=first + 1, byte=first * sheet.stride)


def _more(sheet: Sheet, n: int) -> NoReturn:
    text, start = sheet.text(n, n + 1), n * sheet.stride
    again = next((r.name for r in sheet.profile.heads if text.startswith(r.mark)), "")
    if again:
        why = f"もう一つの「{again}」があります。一つのファイルに一つの束だけを入れてください。"
    else:
        why = (f"終わりの記録の後に余分な{sheet.size - start:,}バイトがあります(16進 {sheet.data[start]:02X} で始まる)。"
               "何が付いているかを送り元に確かめ、付いていないファイルを受け取り直してください。")
    raise FileRefused(why, record=n + 1, byte=start)
