"""Every page of every procedure in every language: nothing that a resident reads stays Japanese."""

from __future__ import annotations

import random
import re

import pytest
from tests.support.hall import Hall
from tests.support.walk import Walk

from madoguchi.kernel.clock import today
from madoguchi.offices.city import read_city
from madoguchi.offices.public import city
from madoguchi.procedures.pack import body, city_folder, pack_files, read_file
from madoguchi.procedures.rules import generate
from madoguchi.web.languages import TRANSLATED

from .test_pages import seen

SLUGS = [path.stem for path, _ in pack_files(read_city(city_folder()))]
TYPED = re.compile(r"<textarea.*?</textarea>|<dd.*?</dd>", re.S)  # what the applicant wrote stays as it was written


def left_in_japanese(html: str, code: str) -> list[str]:
    """Pieces of a page that are marked as Japanese, or that hold kana in a language without them."""
    marked = re.findall(r'<span lang="ja">(.*?)</span>', html)
    return marked if code == "ja-easy" else marked + re.findall("[^\n]{0,30}[ぁ-ゖァ-ヺ]+[^\n]{0,30}", seen(TYPED.sub("", html)))


@pytest.mark.parametrize("slug", SLUGS)
def test_no_page_of_a_procedure_is_left_in_japanese(hall: Hall, slug: str):
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == slug)
    definition, _ = read_file(path, override, city())
    assert definition is not None
    d = hall.publish(slug, body(path, override, definition))  # the one that residents get, not the copy for other tests
    walk = Walk(hall.browser("hanako"), slug, generate.answers_for(d, random.Random(7), today=today()))
    walk.go()
    assert walk.step_id == "check" and len(walk.seen) >= 2
    wrong = {}
    # that every text has words is held elsewhere; what a page forgets to say in another language, it forgets in all
    for code in {"en", TRANSLATED[SLUGS.index(slug) % len(TRANSLATED)]}:
        walk.client.cookies["ui_lang"] = code
        for path in (f"/p/{slug}/", *(walk.url(name) for name in (*walk.seen, "check"))):
            answer = walk.client.get(path)
            assert answer.status_code == 200, path
            if left := left_in_japanese(answer.content.decode(), code):
                wrong[f"{code} {path.rsplit('/', 2)[1]}"] = left
    assert wrong == {}
