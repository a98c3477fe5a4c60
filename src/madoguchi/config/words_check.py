"""`madoguchi procedures check` of what few cities write for themselves: readings (readings.yaml) and layouts of the files of banks (formats/)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from madoguchi.collection.formats.errors import ProfileUnknown, ProfileWrong
from madoguchi.collection.formats.profiles import profile, profile_load
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.packfile import PackFile, Wrong

from .furigana import SECTIONS, Unread, aligned, unread

WHOLE = ("画面", "定義")  # sections of readings.yaml in which a whole text stands, with 《》


class ReadingsWrong(DomainError):
    """readings.yaml of the city pack cannot be used."""

    code = "readings_wrong"
    status = 500


def reading_problems(file: Path) -> list[str]:
    """What of a pack's readings.yaml cannot be used, a line each: file:line what, what to do."""
    if not file.exists():
        return []
    try:
        read = PackFile(file, ReadingsWrong)
    except ReadingsWrong as wrong:
        return [str(wrong.ja)]
    return [str(read.fault(wrong).ja) for wrong in _readings(read.root)]


def _readings(root: object) -> Iterator[Wrong]:
    if not isinstance(root, dict):
        yield Wrong((), f"{'・'.join(SECTIONS)} の見出しの下に「言葉: 読み」を並べてください")
        return
    for section, words in root.items():
        if section not in SECTIONS:
            yield Wrong((section,), f"見出しは {'・'.join(SECTIONS)} のどれかにしてください")
        elif not isinstance(words, dict):
            yield Wrong((section,), "下に「言葉: 読み」を並べてください")
        else:
            yield from (wrong for word, reading in words.items() if (wrong := _reading(section, word, reading)))


def _reading(section: str, word: str, reading: object) -> Wrong | None:
    if not isinstance(reading, str):
        return Wrong((section, word), "「言葉: 読み」の形で書いてください")
    if section in WHOLE:
        return Wrong((section, word), "同じ文に、漢字の読みを《》で付けてください(例: 市民課《しみんか》)") if unread(word, reading) else None
    try:
        aligned(word, reading)
    except Unread:
        return Wrong((section, word), f"読みを、かなの部分も含めてひらがなで書いてください(今は「{reading}」)")
    return None


def layout_problems(folder: Path) -> list[str]:
    """What of a pack's own layouts (formats/*.yaml) cannot be used, a line each."""
    found: list[str] = []
    for path in sorted(folder.glob("formats/*.yaml")):
        try:
            profile_load(path)
        except UnicodeDecodeError:
            found.append(f"{path} の文字コードがUTF-8ではありません(Shift_JISなど)。UTF-8で保存し直してください。")
        except ProfileWrong as wrong:
            told = str(wrong.ja).removeprefix("様式の定義が正しくありません。").split(" / ")
            found += [line.replace(path.name, str(path), 1) for line in told]
    return found


def layout_fault(folder: Path, form: str, name: str) -> str:
    """What is wrong with a layout that collection.yaml chooses for the files of a form; empty when nothing is, or its own file tells it."""
    own = folder / "formats" / f"{name}.yaml"
    if not name or Path(name).name != name or not own.is_file():
        try:
            profile(form, name)
        except ProfileUnknown as wrong:
            return str(wrong.ja)
        return ""
    try:
        found = profile_load(own)
    except (ProfileWrong, UnicodeDecodeError):
        return ""
    return "" if found.format == form else f"様式「{name}」は{form}のものではありません(formats/{name}.yaml は{found.format})。ほかの名にしてください"
