"""The template engine: what it remembers between pages is never a person's."""

from __future__ import annotations

import dataclasses

import pytest
from django.template import engines
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from madoguchi.config import engine
from madoguchi.procedures.rules.faces.webform import field_view
from madoguchi.procedures.rules.fields import Fault
from madoguchi.procedures.rules.model import Choice, Question
from madoguchi.web import languages

NAME = Question("name", "氏名", "氏名")
KIND = Question("kind", "区分", "選択", choices=(Choice("a", "甲"), Choice("b", "乙")))


def draw(source: str, **context: object) -> str:
    """Draw a template given as text."""
    return str(engines.all()[0].env.from_string(source).render(**context))


def test_only_empty_questions_are_remembered():
    empty = field_view(NAME, "", {}, [])
    assert engine._blank(empty) is not None
    assert engine._blank(field_view(NAME, "", {"sei": "七尾"}, [])) is None
    assert engine._blank(field_view(NAME, "", {}, [Fault("name", "氏名を入力してください")])) is None
    assert engine._blank(field_view(NAME, "", {}, [], from_card=True)) is None
    assert engine._blank(field_view(NAME, "", {}, [], sealed=True)) is None
    assert engine._blank(field_view(KIND, "", {"": "b"}, [])) is None


def test_two_questions_that_differ_in_anything_are_two_drawings():
    """Every attribute of the view is in the key, or makes the question not empty."""
    kept_out = {"error", "echo", "said", "sealed", "read_from_card", "as_before", "box", "boxes", "options"}
    view = field_view(KIND, "", {}, [])
    for f in dataclasses.fields(view):
        if f.name not in kept_out:
            other = dataclasses.replace(view)
            now = getattr(view, f.name)
            changed = {bool: not now, int: 1, tuple: ("x",)}.get(type(now), f"{now}x")
            setattr(other, f.name, changed)
            assert engine._blank(other) != engine._blank(view), f.name
    renamed = dataclasses.replace(KIND, choices=(Choice("a", "甲"), Choice("b", "丙")))
    assert engine._blank(field_view(renamed, "", {}, [])) != engine._blank(view)


def test_a_filled_question_after_an_empty_one_shows_its_value():
    field = draw("{{ field(a) }}|{{ field(b) }}|{{ field(a) }}", a=field_view(NAME, "", {}, []), b=field_view(NAME, "", {"sei": "窓口家"}, []))
    first, second, third = field.split("|")
    assert "窓口家" not in first and 'value="窓口家"' in second and third == first


def test_words_without_arguments_are_looked_up_per_language():
    source = '{{ _("※必須") }}{% trans %}※任意{% endtrans %}'
    japanese = draw(source)
    assert japanese == "※必須※任意"
    with languages.drawing(languages.LANGUAGES["en"]):
        english = draw(source)
    assert english != japanese and "※" not in english
    assert draw(source) == japanese


def test_the_settings_bar_carries_the_token_of_its_own_page():
    class Token:
        def __init__(self, text: str) -> None:
            self.csrf = f'<input type="hidden" value="{text}">'

    bars = [draw('{{ util_bar(t, "", false) }}', t=Token(x)) for x in ("token-1", "token-2")]
    assert all(bar.count(f'value="token-{n}"') == 2 and f"token-{3 - n}" not in bar for n, bar in enumerate(bars, 1))
    assert engine.HOLE not in bars[0] + bars[1] and isinstance(engine.words(None, "※必須"), Markup)


class _Drawing(str):
    """A text with a drawing of its own."""

    def __html__(self) -> str:
        return f"<ruby>{self}</ruby>"


@pytest.mark.parametrize("value", ["<b>&'\"", Markup("<b>"), _Drawing("七"), 7, 1.5, None, True, ["<i>"], gettext_lazy("<u>")])
def test_what_is_drawn_is_escaped_as_by_markupsafe(value: object):
    for source in ("{{ v }}", "{% set w %}{{ v }}{% endset %}{{ w }}", "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(v) }}",
                   "{% for x in [v] %}{{ x }}{% endfor %}", "{% block b %}{{ v }}{% endblock %}", "{% filter trim %}{{ v }}{% endfilter %}"):
        assert draw(source, v=value) == str(escape(value)), source
    assert draw("{{ nothing }}{{ nothing.at_all }}") == ""
    assert draw("{{ v ~ '<' }}|{{ v|upper }}", v="<b>") == "&lt;b&gt;&lt;|&lt;B&gt;"
