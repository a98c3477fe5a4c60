"""手続きナビ: a few questions about a life event lead to what must be done, as data (procedures/finders, docs/definitions.md).

A finder's questions are those of a definition (画面, 項目, 条件), so that reading, asking and checking them is one machinery."""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import build, conditions, overlay, yaml_strict
from .checks import Facts
from .deadline import last_day
from .model import Deadline, Definition, Question, Review, Step
from .possible import can_hold
from .read import OVER, in_its_file, merge
from .reader import Reader
from .yaml_strict import Problem, Table

TOGETHER = "まとめて書く"
TOP = ("ナビ", "版", "名称", "図", "分野", "概要", "画面", TOGETHER, "やること", "要確認")
TASK = ("名", "別名", "条件", "理由", "説明", "手続", "予約", "課", "場所", "方法", "根拠", "期限", "持ち物", "引継", "後", "要確認")
WAYS = ("窓口", "オンライン", "郵送", "電話", "オンラインか窓口", "窓口か郵送", "オンラインか窓口か郵送", "オンラインか郵送", "オンラインか電話")
ONLINE = {"窓口": "オンラインか窓口", "窓口か郵送": "オンラインか窓口か郵送", "郵送": "オンラインか郵送", "電話": "オンラインか電話"}
OFFLINE = {"オンライン": "窓口"} | {online: way for way, online in ONLINE.items()}
ASKED = ("選択", "はい・いいえ", "日付", "整数")  # few and quick: nothing here may say who somebody is
SHARED = ("氏名", "カナ", "生年月日", "住所", "日付", "電話", "被保険者番号")  # nothing that is kept sealed


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: a procedure of the catalogue (``slug``) or anything else that the event brings. ``booking``: the service of the
    city's booking.yaml where a time at its counter is booked; a city that has none offers none. ``aliases``: what a procedure for it may be
    called; of a task without ``slug`` they are compared with what the city publishes (rules.leads)."""

    id: str
    name: str
    why: str
    note: str
    condition: conditions.Condition | None
    condition_text: str
    slug: str
    booking: str
    section: str
    place: str
    way: str
    laws: tuple[str, ...]
    deadline: Deadline
    bring: tuple[str, ...]
    takes: tuple[tuple[str, str], ...]  # question of the procedure, question of まとめて書く that answers it
    after: tuple[str, ...]
    doubt: str
    line: int
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finder:
    """A finder: its questions as pages, and its tasks in the order of the file."""

    id: str
    edition: str
    name: str
    icon: str
    events: tuple[str, ...]
    summary: str
    steps: tuple[Step, ...]
    tasks: tuple[Task, ...]
    shared: tuple[Step, ...] = ()  # what several of its procedures ask alike beside the one who applies
    doubts: tuple[tuple[int, str], ...] = ()

    def asking(self) -> Definition:
        """The questions as a definition, for reading and judging answers."""
        return Definition(
            id=self.id, edition=self.edition, kind="届出", name=self.name, reading="", section="", laws=(), form="", audience="", minutes=3,
            fee=0, level="なし", steps=self.steps, review=Review(0, "日", (), (), (), (), "", ""), documents=(), handovers=(),
        )


@dataclass(frozen=True, slots=True)
class Due:
    """A task for one person: with the last day where the answers give one."""

    task: Task
    last: dt.date | None


def read_finder(
    text: str, file: str, *, override: tuple[str, str] | None = None, sections: Mapping[str, Any], events: Mapping[str, Any],
    slugs: frozenset[str],
) -> tuple[Finder | None, list[Problem]]:
    """Read one finder with a city's override. None when a problem was found; what is wrong in one place hides nothing elsewhere."""
    table, problems = yaml_strict.load(text, file)
    extra, more = yaml_strict.load(*override, first=OVER) if override else (None, [])
    if (problems and not table) or (more and not extra):  # no YAML at all
        return None, sorted([*problems, *more])
    unknown = overlay.problems(table, extra, file) if extra is not None else []
    base, table = table, table if extra is None else merge(table, overlay.plain(extra))
    read = Reader(file)
    found = _finder(read, table)
    d = dataclasses.replace(found.asking(), unread=frozenset(read.unread))
    lacking = overlay.lacking(extra, unknown)
    wrong = [p for p in read.problems if p.line not in lacking]
    wrong += _wrong(found, d, file, table, sections, events, slugs)
    if not read.problems:
        wrong += [*_unused(found, d, file), *_shared_wrong(found, file)]  # what cannot be read may be what uses it
    problems += [*more, *unknown, *(overlay.referred(wrong, base, extra) if extra is not None else wrong)]
    if override:
        problems = [in_its_file(p, override[1]) for p in problems]
    return (None if problems else found), sorted(set(problems))


def _finder(read: Reader, top: Table) -> Finder:
    read.known(top, TOP)
    for item in read.items(top, "要確認"):
        read.doubts.append((getattr(item, "line", top.line), str(item)))
    section = read.table(top, "やること", need=True)
    tasks = [_task(read, key, value, section.line_of(key)) for key, value in section.items()]
    return Finder(
        read.text(top, "ナビ", need=True), read.text(top, "版", need=True), read.text(top, "名称", need=True), read.text(top, "図", need=True),
        read.texts(top, "分野"), read.text(top, "概要", need=True), build.steps(read, top), tuple(t for t in tasks if t),
        build.steps(read, top, TOGETHER) if TOGETHER in top else (), tuple(read.doubts))


def _task(read: Reader, key: str, table: Any, line: int) -> Task | None:
    if not isinstance(table, Table):
        read.unread.add("やること")
        read.say(line, f"やること「{key}」は {{名: …}} の形で書いてください")
        return None
    read.known(table, TASK)
    condition, condition_text = read.condition(table)
    name = read.text(table, "名", need=True)
    return Task(
        read.ident(key, line), name, read.text(table, "理由", need=True), read.text(table, "説明"), condition, condition_text,
        read.text(table, "手続"), read.text(table, "予約"), read.text(table, "課"), read.text(table, "場所"),
        read.text(table, "方法", need=True, one_of=WAYS), read.texts(table, "根拠"),
        build.deadline(read, table), read.texts(table, "持ち物"), tuple((k, str(v)) for k, v in (read.table(table, "引継") or {}).items()),
        read.texts(table, "後"),
        read.doubt(table, name), line, read.texts(table, "別名"))


def _wrong(
    f: Finder, d: Definition, file: str, table: Table, sections: Mapping[str, Any], events: Mapping[str, Any], slugs: frozenset[str],
) -> Iterator[Problem]:
    """What reading alone does not see: dangling names, questions that nobody reaches, conditions that never hold. ``d``: the questions
    with what of them could not be read."""
    for event in f.events:
        if event not in events:
            yield Problem(file, table.line_of("分野"), f"分野「{event}」は city.yaml にありません")
    if f.id and f.id != file.rsplit("/", 1)[-1].removesuffix(".yaml"):
        yield Problem(file, table.line_of("ナビ"), f"ナビの番号「{f.id}」をファイルの名前と同じにしてください")
    for step in f.steps:
        yield from _condition(d, step.condition, step.condition_text, file, step.line, None)
        for q in step.questions:
            if q.type not in ASKED and q.id not in d.unread:
                yield Problem(file, q.line, f"「{q.label}」の型「{q.type}」は使えません。{'・'.join(ASKED)} のどれかにしてください")
            yield from _condition(d, q.condition, q.condition_text, file, q.line, step)
    for task in f.tasks:
        yield from _task_wrong(f, d, task, file, sections, slugs)
    yield from _circles(f, file)


def _unused(f: Finder, d: Definition, file: str) -> Iterator[Problem]:
    used = {c.name for tree in _trees(f) for c in conditions.compares(tree)} | {t.deadline.from_item for t in f.tasks}
    for q in d.questions():
        if q.id not in used:
            yield Problem(file, q.line, f"問い「{q.label}」は、どの条件にも期限にも使われていません。使うか、消してください")


def _shared_wrong(f: Finder, file: str) -> Iterator[Problem]:
    """まとめて書く: what several procedures ask alike, none of it needed, all of it taken by two at least."""
    questions = {q.id: q for step in f.shared for q in step.questions}
    for step in f.shared:
        if step.repeat or step.condition or any(q.condition or q.required for q in step.questions):
            yield Problem(file, step.line, f"{TOGETHER}の「{step.title}」には、条件・繰返・必須を書けません")
    for q in questions.values():
        if q.type not in SHARED:
            yield Problem(file, q.line, f"「{q.label}」の型「{q.type}」は使えません。{'・'.join(SHARED)} のどれかにしてください")
        if sum(q.id in dict(t.takes).values() for t in f.tasks) < 2:
            yield Problem(file, q.line, f"問い「{q.label}」は、二つ以上のやることの「引継」にありません。足すか、消してください")
    for task in f.tasks:
        if task.takes and not task.slug:
            yield Problem(file, task.line, f"「{task.name}」には「手続」がないので、「引継」を書けません")
        for mine in dict(task.takes).values():
            if mine not in questions:
                yield Problem(file, task.line, f"「{task.name}」の「引継」の「{mine}」は、{TOGETHER}にありません")


def taken_wrong(f: Finder, file: str, definitions: Mapping[str, Definition]) -> Iterator[Problem]:
    """引継 to questions that the procedures do not have, or that are of another type."""
    for task in f.tasks:
        d = definitions.get(task.slug)
        good = dict(takes_of(f, task, d)) if d else dict(task.takes)
        for theirs, _ in task.takes:
            if theirs not in good:
                yield Problem(file, task.line, f"「{task.name}」の「引継」の「{theirs}」は、手続「{task.slug}」の同じ型の質問ではありません")


def takes_of(f: Finder, task: Task, d: Definition) -> list[tuple[str, str]]:
    """What a version of the procedure takes: questions outside of groups, of the type that was written."""
    types = {q.id: q.type for step in f.shared for q in step.questions}
    asked = {q.id: q.type for q in d.questions() if not q.group}
    return [(theirs, mine) for theirs, mine in task.takes if theirs in asked and asked[theirs] == types.get(mine)]


def _trees(f: Finder) -> Iterator[conditions.Condition]:
    yield from (s.condition for s in f.steps if s.condition)
    yield from (q.condition for s in f.steps for q in s.questions if q.condition)
    yield from (t.condition for t in f.tasks if t.condition)


def _task_wrong(f: Finder, d: Definition, task: Task, file: str, sections: Mapping[str, Any], slugs: frozenset[str]) -> Iterator[Problem]:
    yield from _condition(d, task.condition, task.condition_text, file, task.line, None)
    if task.slug and task.slug not in slugs:
        yield Problem(file, task.line, f"「{task.name}」の手続「{task.slug}」はありません。番号を直すか、消してください")
    if task.section and task.section not in sections:
        yield Problem(file, task.line, f"「{task.name}」の課「{task.section}」は city.yaml にありません")
    if not (task.slug or task.section or task.place):
        yield Problem(file, task.line, f"「{task.name}」をどこでするかがありません。「手続」「課」「場所」のどれかを書いてください")
    start = task.deadline.from_item
    asked = d.question(start) if start else None
    if start and not _lost(d, start) and (asked is None or asked.type != "日付"):
        yield Problem(file, task.line, f"「{task.name}」の期限の起点「{start}」は、日付の問いではありません")
    if start and not task.deadline.text:
        yield Problem(file, task.line, f"「{task.name}」の期限に「説明」を書いてください(例: 14日以内)")
    for other in task.after:
        if other not in {t.id for t in f.tasks} and "やること" not in d.unread:
            yield Problem(file, task.line, f"「{task.name}」の「後」にある「{other}」は、やることにありません")


def _condition(
    d: Definition, tree: conditions.Condition | None, text: str, file: str, line: int, step: Step | None,
) -> Iterator[Problem]:
    if tree is None:
        return
    good = True
    for c in conditions.compares(tree):
        q = d.question(c.name)
        if _lost(d, c.name):
            continue
        if q is None:
            good = False
            yield Problem(file, line, f"条件「{text}」の「{c.name}」という問いはありません")
        elif (q.type == "選択" and c.value not in {x.id for x in q.choices}) or (q.type == "はい・いいえ" and c.value not in ("はい", "いいえ")):
            good = False
            yield Problem(file, line, f"条件「{text}」の「{c.value}」は「{q.label}」の答えにありません")
    if good and not can_hold(d, tree, step):
        yield Problem(file, line, f"条件「{text}」は、どう答えても成り立ちません。条件か、問いの条件を直してください")


def _lost(d: Definition, name: str) -> bool:
    """May a question be there, or be another one, once the file can be read?"""
    return name in d.unread or ("画面" in d.unread and d.question(name) is None)


def _circles(f: Finder, file: str) -> Iterator[Problem]:
    before = {t.id: set(t.after) for t in f.tasks}
    while free := [key for key, names in before.items() if not names & set(before)]:
        for key in free:
            del before[key]
    for task in f.tasks:
        if task.id in before:
            yield Problem(file, task.line, f"「{task.name}」の「後」が輪になっています。順番を決められるように直してください")


def due(f: Finder, facts: Facts) -> list[Due]:
    """What this person must do, in order: what others wait for first, then by the last day, then as the file has it."""
    mine = [t for t in f.tasks if conditions.holds(t.condition, facts.answers)]
    days = {t.id: _last(t, facts) for t in mine}
    waits = {t.id: {a for a in t.after if a in days} for t in mine}
    at = {t.id: n for n, t in enumerate(mine)}
    first = {key: day or dt.date.max for key, day in days.items()}
    for _ in mine:  # what something urgent waits for is as urgent
        for key, names in waits.items():
            for name in names:
                first[name] = min(first[name], first[key])
    ready = [(first[t.id], at[t.id]) for t in mine if not waits[t.id]]
    heapq.heapify(ready)
    out: list[Due] = []
    while ready:
        _, n = heapq.heappop(ready)
        out.append(Due(mine[n], days[mine[n].id]))
        for key, names in waits.items():
            if mine[n].id in names:
                names.discard(mine[n].id)
                if not names:
                    heapq.heappush(ready, (first[key], at[key]))
    return out


def _last(task: Task, facts: Facts) -> dt.date | None:
    start = facts.date(task.deadline.from_item) if task.deadline.from_item else None
    return last_day(task.deadline, start, facts) if start else None


def turned(f: Finder, turn: Callable[[str], str]) -> Finder:
    """The finder with ``turn`` applied to every text that residents read."""
    def question(q: Question) -> Question:
        choices = tuple(dataclasses.replace(c, label=turn(c.label), note=turn(c.note)) for c in q.choices)
        return dataclasses.replace(q, label=turn(q.label), help=turn(q.help), choices=choices)

    def task(t: Task) -> Task:
        return dataclasses.replace(
            t, name=turn(t.name), why=turn(t.why), note=turn(t.note), place=turn(t.place), way=turn(t.way),
            deadline=dataclasses.replace(t.deadline, text=turn(t.deadline.text)), bring=tuple(turn(b) for b in t.bring))

    def pages(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(dataclasses.replace(s, title=turn(s.title), help=turn(s.help), questions=tuple(map(question, s.questions))) for s in steps)

    return dataclasses.replace(
        f, name=turn(f.name), summary=turn(f.summary), steps=pages(f.steps), shared=pages(f.shared), tasks=tuple(map(task, f.tasks)))


def texts(f: Finder) -> list[str]:
    """Every text that residents read, each once."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        if text:
            found[text] = None
        return text

    turned(f, note)
    for task in f.tasks:  # what it is when the city offers it online, and when it does so no longer
        note(ONLINE.get(task.way, ""))
        note(OFFLINE.get(task.way, ""))
    return list(found)
