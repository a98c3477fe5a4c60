"""What must hold of every page that any test is answered with, whatever state it came upon."""

from __future__ import annotations

import functools
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

POINTERS = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form")
TYPED = ("input", "select", "textarea")
OBJECT = re.compile(r"\b[A-Z]\w*\(\w+=|&lt;[\w.]+(?: object| at|:) |\bdatetime\.\w+\(|&lt;function |\[&#39;|\{&#39;")  # how Python writes a value


class _Reader(HTMLParser):
    """Ids, what points to them, and per form its buttons and the fields that can be typed in."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.pointers: list[tuple[str, str]] = []
        self.forms: list[dict[str, Any]] = []
        self.inside: dict[str, Any] | None = None
        self.afar: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in pairs}
        if "id" in at:
            self.ids[at["id"]] += 1
        self.pointers += [(name, one) for name in POINTERS for one in at.get(name, "").split()]
        if tag == "a" and at.get("href", "").startswith("#"):
            self.pointers.append(("href", at["href"][1:]))
        if tag == "form":
            self.inside = {"id": at.get("id", ""), "action": at.get("action", ""), "buttons": 0, "fields": 0}
            self.forms.append(self.inside)
        kind = self._kind(tag, at)
        if kind and "form" in at:
            self.afar.append((at["form"], kind))
        elif kind and self.inside is not None:
            self.inside[kind] += 1

    @staticmethod
    def _kind(tag: str, at: dict[str, str]) -> str:
        if tag == "button" and at.get("type", "submit") == "submit":
            return "buttons"
        return "fields" if tag in TYPED and at.get("type") != "hidden" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None


def faults(html: str) -> list[str]:
    """Forms that nobody can send without scripts (no button, and not one lone field for the return key), ids that stand twice, labels,
    descriptions, buttons and links within the page that point to nothing, and values as Python writes them."""
    reader = _Reader()
    reader.feed(html)
    for name, kind in reader.afar:
        for form in reader.forms:
            if form["id"] == name:
                form[kind] += 1
    silent = [f"nobody can send the form to {form['action']!r}" for form in reader.forms if not form["buttons"] and form["fields"] != 1]
    twice = [f"id {name!r} stands {count} times" for name, count in reader.ids.items() if count > 1]
    lost = [f"{name}={one!r} points to nothing" for name, one in reader.pointers if one not in reader.ids]
    return silent + twice + lost + [f"an object of Python is shown: {html[max(m.start() - 40, 0):m.end() + 60]!r}" for m in OBJECT.finditer(html)]


def hidden(context: dict[str, Any], frame: dict[str, Any]) -> list[str]:
    """Names that a view gives its template and the frame of all pages (the context processors) gives too: the view's value is never seen."""
    return [name for name in frame if name in context and context[name] is not frame[name]]


def strict(render: Any) -> Any:
    """The render method of a template that refuses such names."""
    @functools.wraps(render)
    def rendered(self: Any, context: Any = None, request: Any = None) -> Any:
        if request is not None:
            lost = [name for give in self.backend.template_context_processors for name in hidden(context or {}, give(request))]
            assert not lost, f"{self.template.name}: {lost}"
        return render(self, context, request)
    return rendered


def watch(request: Any) -> Any:
    """The request method of a test client that refuses pages with faults."""
    @functools.wraps(request)
    def watched(self: Any, **rest: Any) -> Any:
        answer = request(self, **rest)
        kind, packed = answer.get("Content-Type", ""), answer.get("Content-Encoding")
        if kind.startswith("text/html") and not answer.streaming and not packed:
            found = faults(re.sub(r"<!--.*?-->", "", answer.content.decode(), flags=re.DOTALL))
            assert not found, f"{answer.request['PATH_INFO']}: {found}"
        return answer
    return watched
