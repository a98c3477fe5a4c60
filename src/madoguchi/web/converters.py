"""URL parts."""

from __future__ import annotations


class UuidText:
    """A UUID in a path, kept as text."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: object) -> str:
        """UUID or text."""
        return str(value)
