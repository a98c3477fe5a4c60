"""What a room has to offer, by its dotted name: the room is loaded when somebody first wants it. So a command does not wait for
rooms that it never enters, and a web worker that serves residents does not carry those of the staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Later:
    """``Later("casework.public.open_case")``: called, it loads ``madoguchi.casework.public`` and calls what is named there."""

    name: str

    def value(self) -> Any:
        """What is named. Raises ImportError when there is nothing of that name (tests/meta/test_wiring.py looks at all)."""
        return import_string(f"madoguchi.{self.name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what is named."""
        return self.value()(*args, **kwargs)
