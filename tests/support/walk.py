"""Walking through a form by HTTP, as a browser without JavaScript does: every POST is answered by 303 to the next page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client

from madoguchi.intake.models import Draft
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate


def text(response: HttpResponse) -> str:
    """The page as text."""
    return response.content.decode()


def hidden(response: HttpResponse, name: str) -> str:
    """The value of a hidden field on a page."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', text(response))
    assert found, f"no hidden field {name}"
    return found[1]


class Walk:
    """One person's way through one form."""

    def __init__(self, client: Client, slug: str, answers: Mapping[str, Any]) -> None:
        self.client, self.slug, self.answers = client, slug, answers
        self.d = procedures.current(slug).definition
        started = client.post(f"/p/{slug}/start/")
        assert started.status_code == 303, started.status_code
        self.here = started["Location"]
        assert self.here.startswith("/a/"), self.here
        self.draft_id = self.here.split("/")[2]
        self.seen: list[str] = []

    @property
    def draft(self) -> Draft:
        """The draft as stored."""
        return Draft.objects.get(id=self.draft_id)

    @property
    def step_id(self) -> str:
        """The page we are on."""
        return self.here.rstrip("/").rpartition("/")[2]

    def url(self, page: str) -> str:
        """The address of a page of this draft."""
        return f"/a/{self.draft_id}/{page}/"

    def fields(self, step_id: str) -> dict[str, Any]:
        """What a browser posts for a page, with our answers."""
        step = self.d.step(step_id)
        assert step is not None, step_id
        return generate.post_data(self.d, step, self.answers)

    def post(self, step_id: str, *, action: str = "next", mark: str = "", **changes: Any) -> HttpResponse:
        """Post a page; ``changes`` replace single fields (``__`` for the dot)."""
        given = {name.replace("__", "."): value for name, value in changes.items()}
        return self.client.post(self.url(step_id), self.fields(step_id) | {"_action": action, "_mark": mark} | given)

    def go(self, *, stop: str = "") -> HttpResponse | None:
        """Answer page after page until ``stop`` (a page not answered any more) or the check page."""
        for _ in range(40):
            if self.step_id in (stop, "check"):
                return None
            page = self.client.get(self.here)
            assert page.status_code == 200, (self.here, page.status_code)
            self.seen.append(self.step_id)
            if self.step_id == "documents":
                answer = self.client.post(self.here, {"_action": "next"})
            else:
                answer = self.post(self.step_id, mark=hidden(page, "_mark"))
            assert answer.status_code == 303, (self.here, text(answer)[:3000])
            self.here = answer["Location"]
        raise AssertionError("the form has no end")

    def submit(self, **fields: Any) -> HttpResponse:
        """Send it."""
        return self.client.post(self.url("check"), {"ok": "yes"} | fields)
