"""Door: the worker prints notices and checks the books, the operator sees how they stand."""

from . import debits, givebacks
from .events import NOTICES_WANTED
from .nightly import books_check, books_checked
from .runs import file_print
from .witness import witness


def trial_taxes(*, actor: str) -> None:
    """Fill an empty 収納 with invented demands, once. No page needs it: it is loaded when asked for."""
    from .trial import trial_taxes as fill

    fill(actor=actor)


SEALED = givebacks.SEALED + debits.SEALED

__all__ = ["NOTICES_WANTED", "SEALED", "books_check", "books_checked", "file_print", "trial_taxes", "witness"]
