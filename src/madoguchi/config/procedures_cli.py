"""`madoguchi procedures …`: work on definition files without a database."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from madoguchi.kernel import clock, kinds
from madoguchi.kernel.said import key_of
from madoguchi.offices.city import City, read_city
from madoguchi.offices.contacts import contact_doubts, contact_faults
from madoguchi.offices.errors import CityWrong
from madoguchi.procedures.finder_files import finder_files, known_slugs
from madoguchi.procedures.pack import (
    COMMON,
    ROOT,
    TRANSLATIONS_ROOT,
    city_folder,
    common_text,
    pack_files,
    read_file,
    side_file,
    tables,
    text_of,
)
from madoguchi.procedures.rules import guide as guides
from madoguchi.procedures.rules import remember, translate
from madoguchi.procedures.rules.checks import RULES
from madoguchi.procedures.rules.model import Definition
from madoguchi.procedures.rules.patterns import read_pattern, read_words
from madoguchi.procedures.rules.spoken import read_readings
from madoguchi.procedures.rules.synonyms import read_synonyms
from madoguchi.procedures.rules.yaml_strict import Problem, Table, load
from madoguchi.web.languages import TRANSLATED

from .city_check import city_file_doubts, city_file_problems, city_file_unusable
from .rooms_check import room_problems

SAMPLE = ("172022", "七尾", "石川県", "ナナオ", "ななお")  # cities/nanao: its code and what it calls itself
OTHERS = {"finders": (".yaml",), "patterns": (".yaml",), "translations": (".yaml",), "search": (".yaml", ".tsv")}  # folder → what lies in it


def search_problems(city: City) -> list[Problem]:
    """What is wrong with synonyms and readings, common and of the city."""
    folders = (ROOT / "procedures" / "search", city.folder)
    synonyms, readings = ([f / name for f in folders if (f / name).exists()] for name in ("synonyms.yaml", "readings.tsv"))
    found: list[Problem] = []
    for file in (*synonyms, *readings):
        text, wrong = text_of(file)
        found += wrong or (read_synonyms(text, str(file))[2] if file in synonyms else read_readings(text, str(file))[1])
    return found


def city_problems(city: City, found: Iterable[tuple[str, str]]) -> list[Problem]:
    """What was found in the city's own file (offices.contacts), with the line of its key."""
    file = city.folder / "city.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = {key: n for n, line in reversed(list(enumerate(lines, 1))) if (key := line.strip().partition(":")[0])}
    return [Problem(str(file), at.get(key, 1), ja) for key, ja in found]


def read_finders(city: City) -> Iterator[tuple[Path, guides.Finder | None, list[Problem]]]:
    """Every finder with what is wrong with it."""
    slugs = known_slugs(ROOT, city.folder)
    for path, over in finder_files(ROOT, city.folder).values():
        (text, wrong), (own, more) = common_text(path, city), text_of(over) if over else ("", [])
        if wrong or more:
            yield path, None, [*wrong, *more]
            continue
        yield path, *guides.read_finder(text, str(path), override=(own, str(over)) if over else None, sections=city.sections,
                                        events=city.life_events, slugs=slugs)


def _rest(city: City, definitions: Mapping[str, Definition], *, doubts: bool) -> int:
    """The city's telephones and hours, 前回 across the definitions, synonyms, readings, finders: prints every problem (and doubt), returns
    how many problems."""
    file = city.folder / "city.yaml"
    problems = [*city_file_problems(file), *city_problems(city, contact_faults(city)), *search_problems(city), *words_problems(city),
                *remember.clashes(definitions)]
    for line, text in city_file_doubts(file) if doubts else ():
        print(f"{file}:{line} 要確認 {text}")
    for path, line, text in of_the_sample(city) if doubts else ():
        print(f"{path}:{line} 要確認 {text}")
    over = city.closing_days_passed(clock.today())
    for doubt in city_problems(city, [*contact_doubts(city), *([("日", over)] if over else [])]) if doubts else ():
        print(f"{doubt.file}:{doubt.line} 要確認 {doubt.ja}")
    for path, finder, wrong in read_finders(city):
        problems += [*wrong, *(guides.taken_wrong(finder, str(path), definitions) if finder else ())]
        for line, text in finder.doubts if finder and doubts else ():
            print(f"{path}:{line} 要確認 {text}")
    told = [*map(str, problems), *room_problems(city)]
    print(*told, sep="\n", end="\n" if told else "")
    return len(told)


def words_problems(city: City) -> list[Problem]:
    """What is wrong with the city's own tables of translations: entries are 原文 and 訳 under the key of the 原文."""
    found: list[Problem] = []
    for file in sorted((city.folder / "translations").glob("*.yaml")):
        table, wrong = load(text_of(file)[0], str(file))
        found += text_of(file)[1] or wrong
        for key, entry in table.items():
            line = table.line_of(key)
            if not isinstance(entry, Table) or {"原文", "訳"} - set(entry):
                found.append(Problem(str(file), line, f"「{key}」の下に「原文」と「訳」を書いてください"))
            elif (right := key_of(str(entry["原文"]))) != key:
                found.append(Problem(str(file), line, f"「{entry['原文']}」の鍵は {right} です(今は「{key}」)。原文を直したら、鍵も直します"))
    return found


def of_the_sample(city: City) -> Iterator[tuple[Path, int, str]]:
    """What a pack still has of the pack that it was copied from: (file, line, what to look at)."""
    for path in sorted(city.folder.rglob("*.yaml")) if city.code != SAMPLE[0] else ():
        for line, words in enumerate(text_of(path)[0].splitlines(), 1):
            if found := next((name for name in SAMPLE[1:] if name in words), ""):
                yield path, line, f"見本の市の「{found}」が残っています。この市の言葉に直すか、要らなければ消してください"


def files_at(path: Path, city: City) -> list[tuple[Path, Path | None, City]]:
    """What `procedures check` looks at for a file or a folder: (file, override, the city it is read against). A city pack is all of its
    definitions; a file of a pack's ``procedures`` is laid on the common one that it changes. Raises CityWrong."""
    if _pack(path):
        other = read_city(path.resolve())
        return [(file, over, other) for file, over in pack_files(other)]
    found: list[tuple[Path, Path | None, City]] = []
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        own = file.resolve()
        common, packed = ROOT / "procedures" / file.name, own.parent.parent
        if own.parent.name == "procedures" and _pack(packed):
            found.append((common, file, read_city(packed)) if common.exists() else (file, None, read_city(packed)))
            continue
        over = city.folder / "procedures" / file.name
        found.append((file, over if over.exists() else None, city))
    return found


def _look(files: Iterable[tuple[Path, Path | None, City]], *, doubts: bool) -> tuple[int, dict[str, Definition]]:
    """Print what is wrong with each file (and its doubts): how many problems, and the definitions that have none."""
    bad, read = 0, dict[str, Definition]()
    for path, override, city in files:
        definition, problems = read_file(path, override, city)
        bad += len(problems)
        if problems:
            print(*problems, sep="\n")
        if definition:
            read[definition.id] = definition
        if doubts and definition:
            for line, text in definition.doubts:
                print(f"{path}:{line} 要確認 {text}")
    return bad, read


def others_at(place: Path, city: City) -> tuple[int, list[Problem]] | None:
    """A finder, a pattern of drafts, a table of translations or of the search, or a folder of them: (how many files, what is wrong with
    them), each read as what it is. None: not one of these."""
    spot = place.resolve()
    lies = next((x for x in (spot, *spot.parents) if x.name in OTHERS and (x.parent == ROOT / "procedures" or _pack(x.parent))), None)
    if lies is None:
        return None
    here = {p.resolve() for p in ([place] if place.is_file() else place.rglob("*"))}
    if lies.name == "finders":
        city = read_city(lies.parent) if _pack(lies.parent) else city
        laid = finder_files(ROOT, city.folder).values()
        read = [wrong for (_, _, wrong), (file, over) in zip(read_finders(city), laid, strict=True)
                if here & {file.resolve(), over.resolve() if over else None}]
        return len(read), [problem for wrong in read for problem in wrong]
    files = sorted(p for p in here if p.suffix in OTHERS[lies.name])
    return len(files), [problem for file in files for problem in _other_problems(lies.name, file)]


def _pack(folder: Path) -> bool:
    return (folder / "city.yaml").is_file()


def _other_problems(folder: str, file: Path) -> list[Problem]:
    text, wrong = text_of(file)
    if wrong or folder == "translations":
        return wrong or load(text, str(file))[1]
    if folder == "patterns":
        return (read_words if file.stem == COMMON else read_pattern)(text, str(file))[1]
    return read_synonyms(text, str(file))[2] if file.suffix == ".yaml" else read_readings(text, str(file))[1]


def check(paths: list[str], *, doubts: bool) -> int:
    """Check files, folders, whole city packs or (default) the pack in use; print every problem. Returns the exit status."""
    own = city_folder() / "city.yaml"
    try:
        city = read_city(city_folder())
        unusable = city_file_unusable(own)
    except CityWrong:
        unusable = True
        if not own.is_file() or not city_file_problems(own):
            raise
    if unusable:
        print(*city_file_problems(own), sep="\n")
        return 1
    if lost := [f"{p} がありません。ファイルかフォルダーの名前を確かめてください" for p in paths if not Path(p).exists()]:
        print(*lost, sep="\n")
        return 1
    bad = seen = 0
    for place in map(Path, paths or [str(city.folder)]):
        place = place.parent if place.name == "city.yaml" else place  # its words are read with the definitions that they are about
        if other := others_at(place, city):
            print(*other[1], sep="\n", end="\n" if other[1] else "")
            seen, bad = seen + other[0], bad + len(other[1])
            continue
        files = files_at(place, city)
        if not files:
            print(f"{place} に、検査する定義(*.yaml)がありません。フォルダーの名前を確かめてください")
        wrong, read = _look(files, doubts=doubts)
        whole = read_city(place.resolve()) if _pack(place) else None
        bad += (wrong if files else 1) + (_rest(whole, read, doubts=doubts) if whole else 0)
        seen += len(files)
    print(f"{seen}件を検査し、{bad}件の誤りがあります" if bad else f"{seen}件を検査しました。誤りはありません")
    return 1 if bad else 0


def rules() -> int:
    """List the named rules with their arguments and sources."""
    for rule in sorted(RULES.values(), key=lambda r: (r.kind, r.name)):
        words = (inspect.getdoc(rule.run) or "").splitlines()[0]
        print(f"{'検査' if rule.kind == 'check' else '導出'} {rule.name}({', '.join([*rule.items, *rule.optional, *rule.others])})  {words}")
    return 0


def coverage(argv: list[str]) -> int:
    """Per procedure and language, how many of its texts are translated; entries whose source is gone are named."""
    city, wanted = read_city(city_folder()), [a for a in argv if not a.startswith("--")]
    used: set[str] = set()
    for path, override in pack_files(city):
        definition, _ = read_file(path, override, city)
        common, _ = read_file(path, None, city)
        texts = [t for d in (definition, common) if d for t in (*translate.texts(d), *translate.other_words(d))]
        used |= {key_of(t) for t in texts}
        if definition is None or (wanted and path.stem not in wanted):
            continue
        own, found = translate.texts(definition), tables(path.stem)
        words = [f"{lang} {100 * (len(own) - len(translate.missing(definition, table))) // len(own)}%" for lang, table in found.items()]
        print(f"{path.stem}: {len(own)}の文  {'  '.join(words)}")
        if "--missing" in argv:
            for lang, table in found.items():
                for text in translate.missing(definition, table):
                    print(f"  {lang} {key_of(text)} {text}")
    used |= {key_of(t) for _, finder, _ in read_finders(city) if finder for t in guides.texts(finder)}
    for file in sorted(TRANSLATIONS_ROOT.rglob("*.yaml")):
        for entry in side_file(file):
            if entry.key not in used or key_of(entry.source) != entry.key:
                print(f"{file.relative_to(ROOT)}: {entry.key} の原文がなくなったか変わりました: {entry.source}")
    return 0


def city_coverage() -> int:
    """The names of the city's pack that a language has no words for yet, as entries to fill in. Returns the exit status."""
    from .readings_cli import city_texts  # reads the packs of other rooms, which a check needs not

    city = read_city(city_folder())
    texts = list(dict.fromkeys([*city_texts(city), *(str(fee.name) for fee in city.fees.values())]))
    for language in TRANSLATED:
        file = city.folder / "translations" / f"{language}.yaml"
        there = {entry.key for entry in side_file(file)}
        lost = [text for text in texts if key_of(text) not in there]
        print(f"# {file}: {len(texts)}の文のうち{len(lost)}に訳がありません")
        for text in lost:
            print(f'{key_of(text)}:\n  原文: "{text}"\n  訳: ""')
    return 0


def main(argv: list[str]) -> int:
    """Entry for `madoguchi procedures`."""
    with contextlib.suppress(CityWrong):
        kinds.adopt(read_city(city_folder()).kind)
    if argv[:1] == ["check"]:
        return check([a for a in argv[1:] if not a.startswith("--")], doubts="--doubts" in argv)
    if argv[:1] == ["rules"]:
        return rules()
    if argv[:2] == ["coverage", "--city"]:
        return city_coverage()
    if argv[:1] == ["coverage"]:
        return coverage(argv[1:])
    print("使い方: madoguchi procedures check [ファイル…] [--doubts] | rules | coverage [手続…] [--missing] | coverage --city", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
