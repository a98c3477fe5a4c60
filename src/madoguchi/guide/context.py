"""What my page knows of the lists: the newest one. Asked only where a page asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.identity.public import owner_of

from .selectors import newest


def mine(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``newest_plan``, called by the page of one's own things alone."""
    return {"newest_plan": lambda: newest(owner=owner_of(request))}
