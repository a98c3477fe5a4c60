"""Template tags of every page: icons and small words."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString, mark_safe

from madoguchi.kernel.clock import JST

if TYPE_CHECKING:
    import jinja2

    from madoguchi.procedures.rules.faces.webform import FieldView

register = template.Library()
_ICONS: dict[str, str] = json.loads((Path(__file__).parents[1] / "icons.json").read_text())
_DAYS = "月火水木金土日"


@functools.cache
def _svg(name: str, cls: str = "") -> SafeString:
    css = f"icon {cls}".strip()
    return mark_safe(  # noqa: S308 - our own constant drawings (lucide, ISC)
        f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{_ICONS[name]}</svg>'
    )


@register.simple_tag
def icon(name: str, cls: str = "") -> SafeString:
    """An inlined icon, hidden from readers."""
    return _svg(name, cls)


@functools.cache
def _frame(name: str) -> SafeString:
    from django.template.loader import get_template

    from madoguchi.offices.public import city

    return mark_safe(get_template(f"web/parts/{name}.html").render({"city": city()}))  # noqa: S308 - our own template


@register.simple_tag
def frame(name: str) -> SafeString:
    """A part that is the same on every page (head, header, footer): drawn once a process."""
    return _frame(name)


@register.simple_tag
def error_page(title: str, words: str) -> SafeString:
    """A whole error page, for those that Django draws by itself (400) without a request."""
    from django.conf import settings
    from django.template.loader import get_template

    from madoguchi.offices.public import city

    facts = {"city": city(), "title": title, "words": words, "trial": not settings.PRODUCTION}
    page = get_template("web/error.html").render(facts)
    return mark_safe(page)  # noqa: S308 - our own template


@functools.cache
def _field_template() -> jinja2.Template:
    import jinja2

    folder = Path(__file__).parents[1] / "jinja"
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True, auto_reload=False, trim_blocks=True,
                             undefined=jinja2.StrictUndefined)
    env.globals["icon"] = _svg
    return env.get_template("field.html")


@register.simple_tag
def field(view: FieldView) -> SafeString:
    """One question: label, help, error, input."""
    return mark_safe(_field_template().render(f=view))  # noqa: S308 - autoescaped by Jinja2


@register.filter
def jdate(value: dt.date | dt.datetime | None) -> str:
    """令和8年11月20日."""
    from madoguchi.procedures.rules.fields.dates import wareki

    if value is None:
        return ""
    day = value.astimezone(JST).date() if isinstance(value, dt.datetime) else value
    return wareki(day)


@register.filter
def jtime(value: dt.datetime | None) -> str:
    """令和8年11月20日 14時05分, in Japan."""
    if value is None:
        return ""
    local = value.astimezone(JST)
    return f"{jdate(local)} {local.hour}時{local.minute:02d}分"


@register.filter
def shortday(value: dt.date | None) -> str:
    """11/20(金)."""
    return f"{value.month}/{value.day}({_DAYS[value.weekday()]})" if value else ""


@register.filter
def megabytes(size: int) -> int:
    """Whole megabytes, as people count them."""
    return size // 1_000_000


@register.filter
def yen(value: int) -> str:
    """無料 or 1,234円."""
    return f"{value:,}円" if value else "無料"
