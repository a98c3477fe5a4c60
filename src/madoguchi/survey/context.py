"""What every staff page knows: where this person works, and whether surveys are part of it. Asked only where a page asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.agency.public import may_confirm
from madoguchi.identity.public import Right, Staff
from madoguchi.offices.public import city

from .access import may_see


def desk(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_survey`` and ``desks``, called by staff pages alone."""
    user = getattr(request, "user", None)
    return {"may_survey": lambda: isinstance(user, Staff) and may_see(user),
            "may_organisations": lambda: isinstance(user, Staff) and any(user.may(Right.MANAGE_ORGANISATIONS, s) for s in city().sections),
            "may_manage": lambda: isinstance(user, Staff) and user.may(Right.MANAGE_STAFF),
            "may_rights": lambda: isinstance(user, Staff) and user.may(Right.SEE_RIGHTS),
            "may_figures": lambda: isinstance(user, Staff) and (user.may(Right.SEE_ALL_FIGURES) or bool(user.sections())),
            "may_agents": lambda: isinstance(user, Staff) and may_confirm(user),
            "desks": lambda: desks_of(user) if isinstance(user, Staff) else []}


def desks_of(user: Staff) -> list[str]:
    """Where this person works, for the bar: sections, or the office over all of them."""
    names = [city().sections[key].name for key in user.sections() if key in city().sections]
    return names or [ja for role, ja in (("admin", "管理者"), ("auditor", "監査")) if user.has_role("*", role)]
