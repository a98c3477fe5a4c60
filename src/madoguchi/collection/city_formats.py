"""Which layouts the files of this city's banks, shops and agencies have: chosen in collection.yaml (様式), shipped or the city's own
(cities/<city>/formats/)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from .charges import DEBIT_FORM, charges

if TYPE_CHECKING:
    from .formats.layout import Profile


def layout(form: str, name: str = "", bank: str = "") -> Profile:
    """The layout by name, else the one that the city has chosen (for a bank of 銀行別), else the usual one. Raises ProfileUnknown,
    ProfileWrong."""
    from .formats.errors import ProfileUnknown
    from .formats.profiles import profile

    if bank and (form != DEBIT_FORM or bank not in charges().banks):
        raise ProfileUnknown(f"金融機関「{bank}」だけのファイルは決まっていません。collection.yaml の「銀行別」を確かめてください。", name=bank)
    chosen = name or (charges().banks[bank].layout if bank else charges().forms.get(form, ("", None))[0])
    own = Path(settings.MADOGUCHI_CITY) / "formats" / f"{chosen}.yaml"
    if not chosen or Path(chosen).name != chosen or not own.is_file():
        return profile(form, chosen)
    found = _own(own)
    if found.format != form:
        raise ProfileUnknown(f"様式「{chosen}」は{form}のものではありません。collection.yaml の「様式」を確かめてください。", name=chosen)
    return found


def line_end(form: str, bank: str = "") -> str | None:
    """The line end that the city has chosen for what it writes (to a bank of 銀行別); None for the usual one of the layout."""
    if bank:
        return charges().banks[bank].end
    return charges().forms.get(form, ("", None))[1]


@functools.lru_cache(maxsize=32)
def _own(path: Path) -> Profile:
    from .formats.profiles import profile_load

    return profile_load(path)
