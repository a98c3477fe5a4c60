"""The city's seal on electronic papers, where it has one."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from django.conf import settings

from .ports import Sealer


def sealer() -> Sealer | None:
    """The adapter; None where the city has no certificate (then nobody is offered an electronic paper)."""
    module, _, name = settings.SEALER.rpartition(".")
    return cast(Sealer, getattr(import_module(module), name)()) if module else None
