"""When a question of the same page has to be answered, in words for people whose browser cannot hide it."""

from __future__ import annotations

from madoguchi.kernel.said import Said, listed, say

from ..conditions import Compare, Condition, compares
from ..model import Question, Step

ATOMS = {
    "=": say("「{label}」が「{answer}」"), "≠": say("「{label}」が「{answer}」以外"), "を含む": say("「{label}」の一つが「{answer}」"),
    "<": say("「{label}」が{answer}未満"), ">": say("「{label}」が{answer}より上"), "≤": say("「{label}」が{answer}以下"),
    "≥": say("「{label}」が{answer}以上"),
}
ONE_OF = say("「{label}」が「{answer}」のどれか")
JOINED = {"かつ": say("{first}で、{second}"), "または": say("{first}か、{second}")}


def words(step: Step, condition: Condition) -> str:
    """「〇〇」が「はい」のときだけ入力してください. What hangs on other pages was answered there, and is left out."""
    here = {q.id: q for q in step.questions}
    found = list({c.name: None for c in compares(condition) if c.name in here})
    if isinstance(condition, Compare) and condition.op == "=":
        q = here[found[0]]
        return say("「{label}」が「{answer}」のときだけ入力してください", label=q.label, answer=q.choice_label(condition.value))
    if isinstance(condition, Compare) and condition.op == "≠":
        q = here[found[0]]
        return say("「{label}」が「{answer}」以外のときだけ入力してください", label=q.label, answer=q.choice_label(condition.value))
    return say("{condition}のときだけ入力してください", condition=_phrase(here, condition) or "")


def _phrase(here: dict[str, Question], tree: Condition) -> Said | None:
    if isinstance(tree, Compare):
        q = here.get(tree.name)
        return say(ATOMS[tree.op].template, label=q.label, answer=q.choice_label(tree.value)) if q else None
    same = {(c.name, c.op) for c in tree.parts if isinstance(c, Compare)}
    if tree.op == "または" and len(same) == 1 and all(isinstance(c, Compare) and c.op == "=" and c.name in here for c in tree.parts):
        q = here[next(iter(same))[0]]
        return say(ONE_OF.template, label=q.label, answer=listed(q.choice_label(c.value) for c in compares(tree)))
    phrase: Said | None = None
    for part in filter(None, (_phrase(here, part) for part in tree.parts)):
        phrase = say(JOINED[tree.op].template, first=phrase, second=part) if phrase else part
    return phrase
