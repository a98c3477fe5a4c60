"""Forms of pages as a browser without JavaScript has them: found, filled in, read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from lxml import html as lxml_html

TYPED = "鯨飲馬食の「見本」\n二行目 <b>&amp;"
VALUES = {"date": "2026-12-10", "number": "3", "email": "hanako@example.jp", "search": "見本"}
QUIET = ("hidden", "submit", "button", "image", "reset", "password")


class Form:
    """One form of a page; ``path`` is where it goes."""

    def __init__(self, element: Any, tree: Any, here: str) -> None:
        self.path = urlsplit(urljoin(here, element.get("action") or here)).path
        mine = element.get("id")
        self.controls = [c for c in tree.iter("input", "select", "textarea") if c.get("name")
                         and (c.get("form") == mine if c.get("form") else element in c.iterancestors())]

    @property
    def files(self) -> list[str]:
        """Where files are chosen."""
        return [c.get("name") for c in self.controls if c.get("type") == "file"]

    def open(self) -> list[Any]:
        """What a person can fill in."""
        return [c for c in self.controls if c.get("type") not in QUIET and c.get("readonly") is None]

    @property
    def hidden(self) -> dict[str, str]:
        """What goes along."""
        return {c.get("name"): c.get("value", "") for c in self.controls if c.get("type") == "hidden"}

    def filled(self) -> dict[str, list[str]]:
        """Everything in it filled in: the last choice of each, words wherever words go."""
        out: dict[str, list[str]] = {k: [v] for k, v in self.hidden.items()}
        for c in self.open():
            name, kind = c.get("name"), c.get("type")
            if c.tag == "select":
                out[name] = [c.xpath(".//option")[-1].get("value", "")]
            elif kind == "checkbox":
                out.setdefault(name, []).append(c.get("value", "on"))
            elif kind == "radio":
                out[name] = [c.get("value", "on")]
            elif kind != "file":
                out.setdefault(name, []).append(VALUES.get(kind, TYPED if c.tag == "textarea" else TYPED.replace("\n", " ")))
        return out

    def shown(self) -> dict[str, list[str]]:
        """What stands in it, as it would be sent."""
        out: dict[str, list[str]] = {}
        for c in self.open():
            name, kind = c.get("name"), c.get("type")
            if c.tag == "select":
                chosen = c.xpath(".//option[@selected]")
                out[name] = [chosen[-1].get("value", "")] if chosen else []
            elif kind in ("checkbox", "radio"):
                out.setdefault(name, []).extend([c.get("value", "on")] if c.get("checked") is not None else [])
            elif kind != "file":
                out.setdefault(name, []).append((c.text or "").removeprefix("\n") if c.tag == "textarea" else c.get("value", ""))
        return out


def forms_of(response: HttpResponse, here: str) -> list[Form]:
    """The forms of a page that are posted."""
    tree = lxml_html.document_fromstring(response.content.decode())
    return [Form(f, tree, here) for f in tree.iter("form") if (f.get("method") or "").lower() == "post"]
