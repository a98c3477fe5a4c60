"""A question that hangs on others of its page says on which, when the page cannot hide it: か is か, and で is で."""

from __future__ import annotations

import pytest

from madoguchi.procedures.rules.conditions import parse
from madoguchi.procedures.rules.faces import until
from madoguchi.procedures.rules.faces.webform import step_view
from madoguchi.procedures.rules.model import Choice, Question, Step

from . import pack

PLACE = Question("place", "いまいる所", "選択", choices=(Choice("shelter", "避難所"), Choice("other", "そのほか"), Choice("home", "自宅")))
STEP = Step("s", "題", (PLACE, Question("spouse", "配偶者", "はい・いいえ"), Question("n", "人数", "整数"), Question("x", "x", "文字")))


@pytest.mark.parametrize(("condition", "said"), [
    ("spouse = はい", "「配偶者」が「はい」のときだけ入力してください"),
    ("place ≠ home", "「いまいる所」が「自宅」以外のときだけ入力してください"),
    ("place = shelter または place = other", "「いまいる所」が「避難所、そのほか」のどれかのときだけ入力してください"),
    ("spouse = はい かつ place = home", "「配偶者」が「はい」で、「いまいる所」が「自宅」のときだけ入力してください"),
    ("spouse = はい または n > 3", "「配偶者」が「はい」か、「人数」が3より上のときだけ入力してください"),
    ("elsewhere = はい かつ place = home", "「いまいる所」が「自宅」のときだけ入力してください"),
])
def test_conditions_are_joined_as_they_are_meant(condition: str, said: str) -> None:
    assert until.words(STEP, parse(condition)) == said


@pytest.mark.parametrize("name", pack.ids())
def test_every_page_has_its_words(name: str) -> None:
    d = pack.definition(name)
    told = [f.hidden_until for step in d.steps for e in step_view(d, step, {}).entries for f in e.fields if f.hidden_until]
    assert all(words.endswith("ときだけ入力してください") and not words.startswith("のとき") for words in told)
    assert not any("。" in words for words in told), "one sentence, not two that contradict each other"
