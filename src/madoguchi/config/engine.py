"""The one template engine of all pages: Jinja2 (docs/adr/0005), with the words and drawings that templates may use."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest
from django.template import defaultfilters
from django.template.backends.jinja2 import Jinja2
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.utils import timezone
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]  # the compiled one where there is one

from madoguchi.identity.public import MARK, mark_of
from madoguchi.kernel import kinds
from madoguchi.kernel.said import LETTERS, MARKS, bare, with_marks
from madoguchi.offices.public import city
from madoguchi.procedures.public import fee_words
from madoguchi.procedures.rules import say
from madoguchi.procedures.rules.faces.webform import FieldView
from madoguchi.web import languages, said_days

from .compiled import compiled
from .later import Later

WEB = Path(__file__).parents[1] / "web"
BLANKS = 4096  # remembered drawings of empty questions, about 1 kB each: more than all procedures have
HOLE = "\0"
BETWEEN = re.compile(f"([{MARKS}])")


class Templates(Jinja2):
    """Templates lie in each room's folder `templates`."""

    app_dirname = "templates"


@functools.cache
def _icons() -> dict[str, str]:
    return dict(json.loads((WEB / "icons.json").read_text(encoding="utf-8")))


@functools.cache
def icon(name: str, cls: str = "", lent: str = "") -> Markup:
    """An inlined icon, hidden from readers (constant drawings: lucide, ISC; each one path, made by svgo). ``lent``: the id under which
    the rows of a list draw it again."""
    css, path = f"icon {cls}".strip(), _icons()[name]
    path = path.replace("<path", f'<path id="{lent}"', 1) if lent else path
    return Markup(f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true">{path}</svg>')  # noqa: S704 - our own words


class Token:
    """The hidden fields of every form: its token, and the mark that says whose words it will hold (identity.kept). A page has
    several forms and masking the token anew for each costs more than drawing a field: all of one page carry the same."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @functools.cached_property
    def csrf(self) -> str:
        """The token alone, for forms in which nobody types."""
        return str(csrf_input(self.request))

    @functools.cached_property
    def _fields(self) -> str:
        mark = mark_of(self.request)
        return f'{self.csrf}<input type="hidden" name="{MARK}" value="{mark}">' if mark else self.csrf

    def __html__(self) -> str:
        return self._fields


def token(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``csrf_input``."""
    return {"csrf_input": Token(request)}


def date(value: Any, form: str) -> str:
    """A day or instant (in Japan) by Django's format letters."""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    return str(defaultfilters.date(local, form))


def sentence(text: str, /, **arguments: Any) -> Markup:
    """Jinja2's new-style gettext, and then what can be read only with the arguments in place (%(count)s日). A name in Japanese is marked as
    such in another language, like the rest of the page."""
    words = str(languages.gettext(text)) % {name: marked(value) for name, value in arguments.items()}
    return languages.finished(Markup(words))  # noqa: S704 - our own sentence, its arguments escaped


def marked(value: Any) -> str:
    """As `drawn`; of what somebody typed (a name, a title) the Japanese is marked in a page of another language. Not for attributes."""
    return Markup(with_marks(_escape_inner(value))) if type(value) is str else drawn(value)  # noqa: S704 - escaped, and our own marks


def _looked_up(text: str, lineno: int) -> nodes.Filter:
    return nodes.Filter(nodes.Const(text, lineno=lineno), "words", [], [], None, None, lineno=lineno)


class _WordsLookedUp(NodeTransformer):
    """``_("…")`` without arguments becomes a look-up in a table: jinja2's way to it is six calls, and a page has fifty.
    So do the marks （：、 that a template sets between words: every language has its own."""

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.TemplateData | list[nodes.Expr]:
        """Marks among tags. Beside Japanese letters they belong to a page that is Japanese only."""
        parts = BETWEEN.split(node.data)
        if len(parts) == 1 or LETTERS.search(node.data):
            return node
        return [_looked_up(p, node.lineno) if p in MARKS else nodes.TemplateData(p, lineno=node.lineno) for p in parts if p]

    def visit_Filter(self, node: nodes.Filter) -> nodes.Filter:
        """``|join("、")``."""
        self.generic_visit(node)
        first = node.args[0] if node.name == "join" and node.args else None
        if isinstance(first, nodes.Const) and first.value in (*MARKS,):
            node.args[0] = _looked_up(first.value, node.lineno)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """The filter ``words``, which jinja2 calls directly."""
        self.generic_visit(node)
        plain = isinstance(node.node, nodes.Name) and node.node.name in ("_", "gettext") and len(node.args) == 1
        if plain and isinstance(node.args[0], nodes.Const) and not (node.kwargs or node.dyn_args or node.dyn_kwargs):
            return _looked_up(node.args[0].value, node.lineno)
        return node


def drawn(value: Any) -> str:
    """A value as it stands in the page: ``markupsafe.escape`` without wrapping what is put into a longer text at once."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return _escape_inner(value)
    return value.__html__() if hasattr(value, "__html__") else _escape_inner(str(value))


class _Code(CodeGenerator):
    """``{{ … }}`` draws by `drawn`: jinja2's way makes an object of each of the two hundred values of a page."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.drawn(")


class Environment(jinja2.Environment):
    """Jinja2 with our words."""

    code_generator_class, drawn = _Code, staticmethod(drawn)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_WordsLookedUp().visit(source), *args, **options)


class _Words(dict[str, Markup]):
    """The words of one language as templates draw them, each made when first asked for."""

    def __missing__(self, text: str) -> Markup:
        self[text] = found = Markup(languages.gettext(text)) % {}  # noqa: S704 - our own text, as jinja2.ext.i18n has it
        return found


_words = {code: _Words() for code in (*languages.LANGUAGES, languages.FURIGANA.code)}


@jinja2.pass_context  # not a constant: a template is compiled once for all languages
def words(_: Any, text: str) -> Markup:
    """A text of the catalogue in the language being drawn."""
    return _words[languages.current().code][text]


def _blank(f: FieldView) -> tuple[Any, ...] | None:
    """What the drawing of an empty question depends on; None where a person has something in it."""
    if f.error or f.echo or f.said or f.sealed or f.read_from_card or f.as_before or any(b.value for b in f.boxes):
        return None
    if f.widget != "account" and any(o.checked for o in f.options):
        return None
    return (f.id, f.name, f.label, f.widget, f.required, f.help, f.example, f.note, f.hidden_until, f.described, f.limit, f.suggestions,
            *((o.value, o.label, o.note, o.id, o.checked) for o in f.options),
            *((b.id, b.name, b.label, b.mode, b.auto, b.width, b.optional) for b in f.boxes))


class OwnWords(jinja2.BaseLoader):
    """Templates as this municipality says them: a 町 has no 市役所 (kernel.kinds)."""

    def __init__(self, inner: jinja2.BaseLoader) -> None:
        self.inner = inner

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The source that the loader behind it found, its words turned."""
        source, name, fresh = self.inner.get_source(environment, template)
        return kinds.ours(source), name, fresh

    def list_templates(self) -> list[str]:
        """Those of the loader behind it."""
        return self.inner.list_templates()


def environment(*, autoescape: bool, **options: Any) -> jinja2.Environment:
    """The environment that Django's Jinja2 backend asks for."""
    options |= {"undefined": jinja2.ChainableUndefined, "loader": OwnWords(options["loader"])}
    env = Environment(**options, autoescape=True, extensions=["jinja2.ext.i18n"],
                      bytecode_cache=compiled(settings.MADOGUCHI_DATA / "templates"))
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(languages.gettext, languages.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["gettext"] = sentence
    frames: dict[tuple[str, str], Markup] = {}

    def frame(name: str) -> Markup:
        """A part that is the same on every page (head, header, footer): drawn once a process and language."""
        key = (languages.current().code, name)
        if key not in frames:
            frames[key] = Markup(env.get_template(f"web/parts/{name}.html").render(city=city()))  # noqa: S704 - drawn by our own template
        return frames[key]

    blanks: dict[tuple[Any, ...], Markup] = {}

    def field(view: FieldView) -> Markup:
        """One question: label, help, error, input. An empty one in Japanese, as most pages show it, is remembered."""
        key = _blank(view) if languages.current() is languages.JAPANESE else None
        if key is None or (found := blanks.get(key)) is None:
            found = Markup(env.get_template("web/field.html").render(f=view))  # noqa: S704 - drawn by our own template
            if key is not None and len(blanks) < BLANKS:
                blanks[key] = found
        return found

    def util_bar(token: Token, size: str, black: bool) -> Markup:
        """The bar of display settings: the same for all who have set the same, but for the token of its forms."""
        key = (languages.current().code, f"{size}{black}")
        if key not in frames:
            context = {"csrf_input": Markup(HOLE), "ui_size": size, "ui_contrast": black} | languages.context()  # noqa: S704 - our own words
            frames[key] = Markup(env.get_template("web/parts/util_bar.html").render(context))  # noqa: S704 - drawn by our own template
        return Markup(str(frames[key]).replace(HOLE, token.csrf))  # noqa: S704 - our own words

    env.globals |= {"icon": icon, "frame": frame, "field": field, "static": static, "util_bar": util_bar}
    env.filters |= {
        "words": words, "marked": lambda value: Markup(marked(value)),  # noqa: S704 - escaped there
        "jdate": said_days.day, "jtime": said_days.moment, "wday": said_days.weekday, "shortday": say.shortday, "yen": said_days.yen,
        "iso": dt.date.fromisoformat, "fee": fee_words, "bare": bare, "megabytes": say.megabytes, "date": date,
        "filesizeformat": said_days.size, "linebreaksbr": said_days.lines,
        "urlencode": defaultfilters.urlencode, "brief": said_days.brief,
    }
    staff = {"casework": ("act_words", "actor_words"), "survey": ("officer", "day_words")}  # rooms that residents' pages do not load
    env.filters |= {name: Later(f"{room}.public.{name}") for room, names in staff.items() for name in names}
    return env
