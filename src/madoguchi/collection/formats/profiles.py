"""Layout files → ``Profile``. Strict: what is unknown, missing or does not add up names file and line."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from madoguchi.procedures.rules.yaml_strict import Problem, Table, load

from .charset import CODES, ENDS, SYMBOLS
from .errors import ProfileUnknown, ProfileWrong
from .layout import (
    AMOUNT,
    CHANNELS,
    COUNT,
    DAY,
    FORMATS,
    REFERENCE,
    RESULT,
    ROLES,
    STAGES,
    SUM,
    Field,
    Profile,
    Record,
    Result,
    placed,
)

FOLDER = Path(__file__).with_name("profiles")
USUAL = {"zengin": "zengin-debit", "transfer": "zengin-transfer", "cvs": "cvs-mihon", "payeasy": "payeasy-mihon", "elqr": "elqr-mihon",
         "ocr": "ocr-mihon"}
NEEDED = ("様式", "題名", "版", "確認済み", "出典", "文字コード", "記号", "改行", "桁数", "並び")
MAY = ("経路", "段階", "ヲ")
FIELD_NEEDED, FIELD_MAY = {"名", "型", "桁"}, ("値", "役", "空白", "超過", "計", "対象", "結果", "どれか", "注")
YES = {"はい": True, "いいえ": False}


class _Reader:
    """One file being read; problems are collected."""

    def __init__(self, file: str) -> None:
        self.file, self.problems = file, list[Problem]()

    def wrong(self, line: int, ja: str) -> None:
        self.problems.append(Problem(self.file, line, ja))

    def one_of(self, table: Table, key: str, allowed: Any, default: str = "") -> str:
        value = str(table.get(key, default))
        if key in table and value not in allowed:
            self.wrong(table.line_of(key), f"{key}「{value}」は使えません。{'・'.join(allowed)}のどれかにしてください")
        return value

    def results(self, table: Table, length: int) -> dict[str, Result]:
        raw, found = table.get("結果", {}), {}
        for code, meaning in raw.items() if isinstance(raw, Table) else ():
            if not isinstance(meaning, list) or len(meaning) != 2 or meaning[0] not in STAGES or len(code) != length:
                self.wrong(raw.line_of(code), f"結果は「{'0' * length}: [段階, ことば]」の形で、段階は{'・'.join(STAGES)}のどれかにしてください")
            else:
                found[str(code)] = Result(STAGES[meaning[0]], str(meaning[1]))
        return found

    def field(self, raw: Any, code: str) -> Field | None:
        if not isinstance(raw, Table) or not FIELD_NEEDED <= set(raw) <= {*FIELD_NEEDED, *FIELD_MAY}:
            self.wrong(getattr(raw, "line", 1), f"項目には名・型・桁を書いてください。ほかに書けるのは{'・'.join(FIELD_MAY)}です")
            return None
        if not raw["桁"].isdecimal() or not 0 < int(raw["桁"]) < 1000:
            self.wrong(raw.line_of("桁"), "桁は1から999までの整数で書いてください")
            return None
        length, kind, role = int(raw["桁"]), self.one_of(raw, "型", ("N", "C")), self.one_of(raw, "役", ROLES)
        if role and (kind != "N" or length not in ROLES[role]):
            self.wrong(raw.line_of("役"), f"役「{role}」の項目は、型をN、桁を{'・'.join(map(str, ROLES[role]))}のどれかにしてください")
        value = CODES[code] if raw.get("値") == "文字コード" else str(raw.get("値", ""))
        if len(value) > length or (kind == "N" and not (value or "0").isdecimal()):
            self.wrong(raw.line_of("値"), "値は、桁に収まる長さで、型がNなら数字で書いてください")
        stages = raw.get("対象", [])
        if not isinstance(stages, list) or not set(stages) <= set(STAGES):
            self.wrong(raw.line_of("対象"), f"対象は[{', '.join(STAGES)}]から選んで[ ]で書いてください")
            stages = []
        codes = self.results(raw, length)
        if (role == RESULT) != bool(codes):
            self.wrong(raw.line, "役が「結果」の項目には、結果の表を書いてください。ほかの項目には書けません")
        allowed = raw.get("どれか", [])
        if not isinstance(allowed, list) or not all(len(one) == length and (kind == "C" or one.isdecimal()) for one in allowed):
            self.wrong(raw.line_of("どれか"), f"どれかは、{length}けたの値を[ ]で書いてください")
            allowed = []
        return Field(str(raw["名"]), kind, length, 0, value, role, self.one_of(raw, "空白", ("可",)) == "可",
                     self.one_of(raw, "超過", ("切る", "断る")) == "切る", self.one_of(raw, "計", (COUNT, SUM)),
                     tuple(STAGES[s] for s in stages), codes, tuple(allowed))

    def record(self, raw: Any, length: int, code: str) -> Record | None:
        if not isinstance(raw, Table) or not {"記録", "項目"} <= set(raw) <= {"記録", "項目", "くり返し"} or not isinstance(raw["項目"], list):
            self.wrong(getattr(raw, "line", 1), "並びには、記録(名前)と項目(一覧)を書いてください。明細には「くり返し: はい」も書きます")
            return None
        found = [f for f in (self.field(one, code) for one in raw["項目"]) if f]
        if sum(f.length for f in found) != length and len(found) == len(raw["項目"]):
            self.wrong(raw.line, f"「{raw['記録']}」の桁を足すと{sum(f.length for f in found)}です。{length}になるように直してください")
        names = [f.name for f in found]
        for name in sorted({n for n in names if names.count(n) > 1}):
            self.wrong(raw.line, f"「{raw['記録']}」に「{name}」が二度あります。別の名にしてください")
        if not found or not found[0].value:
            self.wrong(raw.line, f"「{raw['記録']}」の最初の項目には、記録の種類を表す「値」を書いてください")
            return None
        return Record(str(raw["記録"]), placed(found), self.one_of(raw, "くり返し", YES) == "はい")

    def sense(self, profile: Profile, line: int) -> None:
        data = profile.data
        days = [r for r in (*profile.heads, data) if r.find(DAY)]
        for need in (AMOUNT, *((REFERENCE, RESULT) if profile.format == "zengin" else (REFERENCE,) if profile.format != "transfer" else ())):
            if not data.find(need):
                self.wrong(line, f"「{data.name}」に、役が「{need}」の項目がありません。加えてください")
        if len(days) != 1:
            self.wrong(line, "役が「納付日」の項目は、見出しか明細のどちらかに一つだけ書いてください")
        if len({r.mark for r in profile.records}) < len(profile.records):
            self.wrong(line, "記録の種類を表す値が同じ記録があります。別の値にしてください")
        if not any(f.total == COUNT and not f.of for r in profile.tails for f in r.fields):
            self.wrong(line, "件数の合計(計: 件数)がどこにもありません。失われた記録に気づけないため、合計の記録に加えてください")

    def profile(self, name: str, raw: Table) -> Profile | None:
        for key in NEEDED:
            if key not in raw:
                self.wrong(1, f"「{key}」がありません。加えてください")
        for key in set(raw) - {*NEEDED, *MAY}:
            self.wrong(raw.line_of(key), f"「{key}」は使えない見出しです。消してください")
        if self.problems:
            return None
        form, code = self.one_of(raw, "様式", FORMATS), self.one_of(raw, "文字コード", tuple(CODES))
        ends, records = raw["改行"], raw["並び"]
        if not isinstance(ends, list) or not ends or not set(ends) <= set(ENDS):
            self.wrong(raw.line_of("改行"), f"改行は[{', '.join(ENDS)}]から選んで[ ]で書いてください")
        if set(raw["記号"]) - set(SYMBOLS):
            self.wrong(raw.line_of("記号"), f"記号は {SYMBOLS} から選んでください")
        if not raw["桁数"].isdecimal():
            self.wrong(raw.line_of("桁数"), "桁数は整数で書いてください")
        verified, wo = self.one_of(raw, "確認済み", YES), self.one_of(raw, "ヲ", ("断る", "オにする"))
        channel, stage = self.one_of(raw, "経路", CHANNELS, form), self.one_of(raw, "段階", STAGES, "確報")
        if self.problems:
            return None
        found = [r for r in (self.record(one, int(raw["桁数"]), code) for one in records) if r]
        if sum(r.many for r in found) != 1 or len({r.name for r in found}) < len(found):
            self.wrong(raw.line_of("並び"), "「くり返し: はい」の記録を一つだけ書き、記録の名前は別々にしてください")
        if self.problems:
            return None
        made = Profile(name, form, raw["題名"], raw["版"], YES[verified], raw["出典"], channel, code, raw["記号"], wo == "オにする",
                       tuple(ENDS[e] for e in ends), int(raw["桁数"]), STAGES[stage], tuple(found))
        self.sense(made, raw.line_of("並び"))
        return made


def profile_read(text: str, name: str, based_on: str | None = None) -> Profile:
    """A layout from the text of its file. ``based_on``: the text of the layout that the file's 元 names. Raises ProfileWrong."""
    reader = _Reader(f"{name}.yaml")
    raw, problems = load(text, reader.file)
    if based_on is not None:
        base, more = load(based_on, reader.file)
        lines = base.lines | raw.lines
        raw, problems = Table(base | raw), problems + more
        raw.lines = lines
        raw.pop("元", None)
    made = None if problems else reader.profile(name, raw)
    problems = problems + reader.problems
    if problems or made is None:
        raise ProfileWrong("様式の定義が正しくありません。" + " / ".join(map(str, problems)))
    return made


def profile_load(path: Path) -> Profile:
    """A layout from its file, with the one it stands on (元) beside it or among the shipped ones. Raises ProfileWrong."""
    text = path.read_text(encoding="utf-8")
    raw, _ = load(text, path.name)
    base = None
    if "元" in raw:
        found = [f / f"{raw['元']}.yaml" for f in (path.parent, FOLDER) if (f / f"{raw['元']}.yaml").exists() and "/" not in raw["元"]]
        if not found:
            raise ProfileWrong(f"{path.name}:{raw.line_of('元')} 元の様式「{raw['元']}」がありません。名前を確かめてください")
        base = found[0].read_text(encoding="utf-8")
    return profile_read(text, path.stem, base)


@functools.cache
def profile(format: str, name: str = "") -> Profile:
    """A shipped layout: the usual one of a format, or by name. Raises ProfileUnknown."""
    path = FOLDER / f"{name or USUAL.get(format, '')}.yaml"
    if path.stem not in names():
        raise ProfileUnknown(f"様式「{name or format}」はありません。{'、'.join(names())}から選んでください。", name=name or format)
    found = profile_load(path)
    if found.format != format:
        raise ProfileUnknown(f"様式「{name}」は{format}のものではありません。--format と --profile の組合せを確かめてください。", name=name)
    return found


def names() -> list[str]:
    """The names of the shipped layouts."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))
