"""A file of notices in memory, by any process: it knows neither rows nor settings."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, MutableSequence

from . import draw
from .parts import Notice

TOLD = 200  # after so many notices it is told how far a file is
_board: MutableSequence[int] = []  # of this process: notices and pages of each file of the run, shared with who asked for them


def printed(notices: Iterable[Notice], title: str, author: str, tell: Callable[[int, int], object] | None = None) -> tuple[bytes, draw.Written]:
    """The file, and what it holds. ``tell`` hears after every 200 notices how many notices and pages there are."""
    out, done, pages = io.BytesIO(), 0, 0

    def each(one: draw.Printed) -> None:
        nonlocal done, pages
        done, pages = done + 1, pages + one.pages
        if tell and done % TOLD == 0:
            tell(done, pages)

    written = draw.write(out, notices, title=title, author=author, each=each)
    return out.getvalue(), written


def board_take(board: MutableSequence[int]) -> None:
    """A process that prints for another one notes on its board how far it is."""
    global _board
    _board = board


def printed_on_board(place: int, notices: Iterable[Notice], title: str, author: str) -> tuple[bytes, draw.Written]:
    """A file of a run, with how far it is at its place of the board: stores into shared memory, no message that anybody must fetch."""

    def tell(done: int, pages: int) -> None:
        _board[2 * place:2 * place + 2] = [done, pages]

    return printed(notices, title, author, tell)
