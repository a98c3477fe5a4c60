"""Door: the worker prints notices and checks the books, the operator sees how they stand."""

from . import debits, givebacks
from .events import NOTICES_WANTED
from .nightly import books_check, books_checked
from .runs import file_print

SEALED = givebacks.SEALED + debits.SEALED

__all__ = ["NOTICES_WANTED", "SEALED", "books_check", "books_checked", "file_print"]
