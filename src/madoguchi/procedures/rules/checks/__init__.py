"""Named rules. Importing this package registers all of them."""

import importlib
import pkgutil

from .registry import RULES, Facts, Finding, run

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["RULES", "Facts", "Finding", "run"]
