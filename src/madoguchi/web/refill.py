"""Puts values back into a form of a finished page: one way for all forms, whatever drew them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html as lxml_html

Element = Any
UNTOUCHED = frozenset({"hidden", "submit", "button", "image", "reset", "file", "password"})


class Page:
    """A page as a tree. ``here`` is its address."""

    def __init__(self, text: str, here: str) -> None:
        self.tree, self.here = lxml_html.document_fromstring(text), here

    def form(self, path: str, fields: dict[str, list[str]]) -> Element | None:
        """The form that posts to this path; of several, the one whose hidden fields say the same."""
        found = [f for f in self.tree.iter("form") if (f.get("method") or "").lower() == "post"
                 and unquote(urlsplit(urljoin(self.here, f.get("action") or self.here)).path) == path]  # a request's path is decoded

        def alike(form: Element) -> int:
            hidden = [c for c in self.controls(form) if c.get("type") == "hidden"]
            return sum(c.get("value", "") in fields.get(c.get("name", ""), ()) for c in hidden)

        return max(found, key=alike, default=None)

    def controls(self, form: Element) -> list[Element]:
        """Everything with a name that is sent with a form, also what stands elsewhere and names it."""
        inside = [c for c in form.iter("input", "select", "textarea", "button") if c.get("form") in (None, form.get("id"))]
        if form.get("id"):
            inside += [c for c in self.tree.iter("input", "select", "textarea", "button") if c.get("form") == form.get("id") and c not in inside]
        return [c for c in inside if c.get("name")]

    def fill(self, form: Element, fields: dict[str, list[str]]) -> tuple[bool, dict[str, list[str]]]:
        """Fill it in. Returns whether it has anything to fill in, and the values that found no place."""
        left = {k: list(v) for k, v in fields.items() if not k.startswith("_")}
        open_ = False
        for control in self.controls(form):
            name, kind = control.get("name"), (control.get("type") or "").lower()
            if control.tag == "button" or kind in UNTOUCHED or control.get("readonly") is not None:
                left.pop(name, None)
                continue
            open_ = True
            _put(control, kind, fields.get(name, []), left)
        return open_, {k: texts for k, v in left.items() if (texts := [x for x in v if x.strip()])}

    def insert(self, piece: str, form: Element | None) -> None:
        """A piece of page at the beginning of a form, which is then in sight, or of the page's main part."""
        place = form if form is not None else next(self.tree.iter("main"), self.tree.body)
        for n, part in enumerate(lxml_html.fragments_fromstring(piece)):
            place.insert(n, part)
        for around in place.iterancestors("details"):
            around.set("open", "")

    def text(self) -> str:
        """The page again."""
        return str(lxml_html.tostring(self.tree.getroottree(), encoding="unicode", doctype="<!doctype html>"))


def _put(control: Element, kind: str, values: list[str], left: dict[str, list[str]]) -> None:
    waiting = left.get(control.get("name"), [])
    if kind in ("checkbox", "radio"):
        value = control.get("value", "on")
        _flag(control, "checked", value in values)
        _take(waiting, value)
    elif control.tag == "select":
        for option in control.iter("option"):
            value = option.get("value", option.text_content())
            _flag(option, "selected", value in values)
            _take(waiting, value)
    elif waiting:
        if control.tag == "textarea":
            control.text = "\n" + waiting.pop(0)  # a browser leaves out the first line break
        else:
            control.set("value", waiting.pop(0))


def _flag(element: Element, name: str, on: bool) -> None:
    if on:
        element.set(name, "")
    elif name in element.attrib:
        del element.attrib[name]


def _take(waiting: list[str], value: str) -> None:
    if value in waiting:
        waiting.remove(value)
