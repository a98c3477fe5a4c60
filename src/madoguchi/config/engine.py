"""The one template engine of all pages: Jinja2 (docs/adr/0005), with the words and drawings that templates may use."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

import jinja2
from django.http import HttpRequest
from django.template import defaultfilters
from django.template.backends.jinja2 import Jinja2
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.utils import timezone
from markupsafe import Markup

from madoguchi.casework.public import act_words, actor_words
from madoguchi.kernel.said import bare
from madoguchi.offices.public import city
from madoguchi.procedures.rules import say
from madoguchi.procedures.rules.faces.webform import FieldView
from madoguchi.survey.public import day_words, officer
from madoguchi.web import languages, said_days

WEB = Path(__file__).parents[1] / "web"


class Templates(Jinja2):
    """Templates lie in each room's folder `templates`."""

    app_dirname = "templates"


@functools.cache
def _icons() -> dict[str, str]:
    return dict(json.loads((WEB / "icons.json").read_text(encoding="utf-8")))


@functools.cache
def icon(name: str, cls: str = "") -> Markup:
    """An inlined icon, hidden from readers (our own constant drawings: lucide, ISC)."""
    css = f"icon {cls}".strip()
    return Markup(f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{_icons()[name]}</svg>')  # noqa: S704  # nosec B704


class Token:
    """The hidden field with the form's token. A page has several forms and masking the token anew for each costs more
    than drawing a field, so all forms of one page carry the same mask."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @functools.cached_property
    def _field(self) -> str:
        return str(csrf_input(self.request))

    def __html__(self) -> str:
        return self._field


def token(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``csrf_input``."""
    return {"csrf_input": Token(request)}


def date(value: Any, form: str) -> str:
    """A day or instant (in Japan) by Django's format letters."""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    return str(defaultfilters.date(local, form))


def sentence(text: str, /, **arguments: Any) -> Markup:
    """Jinja2's new-style gettext, and then what can be read only with the arguments in place (%(count)s日)."""
    return languages.finished(Markup(languages.gettext(text)) % arguments)  # noqa: S704  # nosec B704 - our own sentence


def environment(*, autoescape: bool, **options: Any) -> jinja2.Environment:
    """The environment that Django's Jinja2 backend asks for."""
    env = jinja2.Environment(**(options | {"undefined": jinja2.ChainableUndefined}), autoescape=True,
                             extensions=["jinja2.ext.i18n"])
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(languages.gettext, languages.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["gettext"] = sentence
    drawn: dict[tuple[str, str], Markup] = {}

    def frame(name: str) -> Markup:
        """A part that is the same on every page (head, header, footer): drawn once a process and language."""
        key = (languages.current().code, name)
        if key not in drawn:
            drawn[key] = Markup(env.get_template(f"web/parts/{name}.html").render(city=city()))  # noqa: S704  # nosec B704
        return drawn[key]

    def field(view: FieldView) -> Markup:
        """One question: label, help, error, input."""
        return Markup(env.get_template("web/field.html").render(f=view))  # noqa: S704  # nosec B704

    env.globals |= {"icon": icon, "frame": frame, "field": field, "static": static}
    env.filters |= {
        "jdate": said_days.day, "jtime": said_days.moment, "shortday": say.shortday, "yen": said_days.yen,
        "bare": bare, "megabytes": say.megabytes, "date": date,
        "filesizeformat": defaultfilters.filesizeformat, "linebreaksbr": said_days.lines,
        "urlencode": defaultfilters.urlencode, "brief": said_days.brief,
        "act_words": act_words, "actor_words": actor_words, "officer": officer, "day_words": day_words,
    }
    return env
