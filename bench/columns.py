"""Rows past Django: what stands in the columns that a bench does not fill."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model


@functools.cache
def blank(model: type[Model]) -> dict[str, Any]:
    """Column → default of the model, so that a new column does not stop a bench."""
    from django.db.models import JSONField

    held = {f.column: (f, f.get_default()) for f in model._meta.concrete_fields if f.has_default() and not f.primary_key}
    return {column: json.dumps(value) if isinstance(f, JSONField) else value for column, (f, value) in held.items()}
