"""The watch over every page that a test is answered with sees what it is there for."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from tests.support.drawn import faults, hidden, watch

SOUND = ("<main id=main><a href='#main'>x</a><form action='/a/'><input name=q></form>"
         "<form id=f action='/b/'><label for=n>n</label><input id=n name=n><input name=m><button>x</button></form>"
         "<form id=g action='/c/'><input name=a><input name=b></form><button form=g>x</button></main>")


@pytest.mark.parametrize(("html", "words"), [
    (SOUND, ""),
    ("<form action='/a/'><input type=hidden name=t></form>", "nobody can send the form to '/a/'"),
    ("<form action='/a/'><input name=a><input name=b><button type=button>x</button></form>", "nobody can send the form to '/a/'"),
    ("<p id=a></p><p id=a></p>", "id 'a' stands 2 times"),
    ("<label for=gone>x</label>", "for='gone' points to nothing"),
    ("<input id=a aria-describedby='a gone'>", "aria-describedby='gone' points to nothing"),
    ("<a href='#gone'>x</a>", "href='gone' points to nothing"),
    ("<dd>Language(code=&#39;ja&#39;)</dd>", "an object of Python is shown: '<dd>Language(code=&#39;ja&#39;)</dd>'"),
    ("<dd>&lt;madoguchi.cards.models.Card object at 0x7f&gt;</dd>",
     "an object of Python is shown: '<dd>&lt;madoguchi.cards.models.Card object at 0x7f&gt;</dd>'"),
])
def test_what_is_wrong_with_a_page(html: str, words: str) -> None:
    assert faults(html) == ([words] if words else [])


def test_what_the_frame_says_too_is_lost() -> None:
    same = object()
    assert hidden({"language": "日本語", "city": same, "rows": 1}, {"language": "ja", "city": same}) == ["language"]


def test_every_page_is_looked_at(hall) -> None:
    assert Client.request.__name__ == "request" and hasattr(Client.request, "__wrapped__"), "the watch is on in every test"

    def answer(self: Client, **rest: object) -> HttpResponse:
        page = HttpResponse("<form action='/a/'></form>")
        page.request = RequestFactory().get("/there/").environ | {"PATH_INFO": "/there/"}
        return page

    with pytest.raises(AssertionError, match="/there/.*nobody can send"):
        watch(answer)(Client())
