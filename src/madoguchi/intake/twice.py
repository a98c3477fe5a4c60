"""Two who answer one correction: which of them pressed twice, and which has sent something else that is not taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from madoguchi.kernel import keys
from madoguchi.kernel.canon import canonical, keyed_digest
from madoguchi.procedures.rules.validate import Raw

from .models import Application

KEY, ASKED = "answered", "_asked"  # in the view: the mark of the answer that was taken; on the page: which question it was drawn for


def mark_of(raw: Raw) -> str:
    """Of what was typed, so that it is known again. Keyed, for a 個人番号 may be in it."""
    typed = {name: list(values) for name, values in raw.items() if not name.startswith(("_", "csrf")) and not name.endswith(("._was", ".count"))}
    return keyed_digest(keys.subkey("answer-mark"), canonical(typed))[:32]


def pressed_again(application: Application, raw: Raw, files: Collection[str]) -> bool:
    """Is this the very answer that has arrived? ``files``: the names of those that came along. One that a release before took has no mark."""
    if application.status != "answered":
        return False
    kept = {f["name"] for entries in application.files.values() for f in entries}
    return application.view.get(KEY) in (None, mark_of(raw)) and set(files) <= kept


def is_of_another(application: Application, raw: Mapping[str, list[str]]) -> bool:
    """Was the page drawn for an earlier question than the one that is open now?"""
    return raw.get(ASKED, [""])[-1] not in ("", application.view.get("correction", {}).get("id", ""))
