"""Another municipality adopts the product: a 町 with other sections, closing days and fees, of twelve procedures (tests/support/town); the
same as a 村 and as a 区 of 東京都; and every common definition as each of them says it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from madoguchi.kernel import kinds
from madoguchi.procedures.pack import TRANSLATIONS_ROOT, side_file

ROOT = Path(__file__).resolve().parents[1]
TOWN = ROOT / "tests" / "support" / "town"
OTHERS = {  # what the pack of the 町 says → as a 村, as a 区 of 東京都
    "村": {"霧ヶ原町": "霧ヶ原村", "きりがはらまち": "きりがはらむら", "Kirigahara Town": "Kirigahara Village", "町長": "村長"},
    "区": {"霧ヶ原町": "霧ヶ原区", "きりがはらまち": "きりがはらく", "Kirigahara Town": "Kirigahara Ward", "町長": "区長", "上霧郡": "",
          "長野県": "東京都", "県知事": "都知事", "長野地方": "東京"},
}
NOT_OURS = re.compile(r"七尾|ななお|能登(?![记录])|のと《|石川県|金沢|Nanao|\bNoto\b|Ishikawa|0767")
CITY = re.compile(r"(?<![一-鿿々ヶ○])市(?![町区場川]|[外内]局番)|本市|市役所|しやくしょ|(?<!\{)(?<!%\()(?<!@)\b[Cc]ity\b(?!, town|\.yaml|_|\}|: )|"
                  r"[Tt]hành phố|[Tt]òa thị|[Tt]hị trưởng")
KEN = re.compile(r"(?<![一-鿿々ヶ○〇川])(?<!ほかの)(?<!ほかの )[県县](?!立)")


def texts():
    """(where, language, text) of every common definition and finder, of their translations and of the catalogues."""
    for folder in ("", "finders"):
        for file in sorted((ROOT / "procedures" / folder).glob("*.yaml")):
            yield from ((f"{file.name}:{n}", "ja", re.sub(r"(?:^| )#.*|要確認: .*|^  - .*", "", line))
                        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1))
    for folder in sorted(TRANSLATIONS_ROOT.iterdir()):
        yield from ((f"{folder.name}/{file.name}", folder.name, e.text) for file in sorted(folder.glob("*.yaml")) for e in side_file(file)
                    if "七尾" not in e.source)
    for file in sorted((ROOT / "src" / "madoguchi" / "locale").glob("*/LC_MESSAGES/django.po")):
        language = file.parts[-3]
        yield from ((f"{language}/django.po", language, str(m.string)) for m in read_po(file.open("rb")) if m.id and m.string)


@pytest.fixture(scope="module")
def common():
    return list(texts())


def test_no_common_text_names_the_city_that_it_was_written_for(common):
    assert [f"{where} {text}" for where, _, text in common if NOT_OURS.search(text)] == []


@pytest.mark.parametrize("kind", ["町", "村", "区都", "市府"])
def test_no_common_text_speaks_of_a_city_or_a_ken_that_it_is_not(common, kind):
    left = []
    for where, language, text in common:
        told = kinds.turned(text, kind) if language == "ja" else kinds.spoken(text, language, kind)
        wrong = (kind[0] != "市" and CITY.search(told) and language != "pt") or (kind[1:] and KEN.search(told))
        left += [f"{where} {told}"] if wrong else []
    assert left == []


def run(*args, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MADOGUCHI_", "DATABASE_", "PORT", "DJANGO_"))}
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=300, check=False, cwd=ROOT,
                          env=clean | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "MADOGUCHI_CITY": str(TOWN)} | env)


def test_its_pack_has_no_fault_and_only_its_procedures_are_looked_at():
    done = run("-m", "madoguchi", "procedures", "check")
    assert (done.returncode, done.stdout) == (0, "12件を検査しました。誤りはありません\n")


@pytest.fixture(scope="module", params=["町", "村", "区"])
def drawn(request, tmp_path_factory):
    folder, here = tmp_path_factory.mktemp("pack"), "霧ヶ原" + request.param
    text = (TOWN / "city.yaml").read_text(encoding="utf-8")
    for word, other in OTHERS.get(request.param, {}).items():
        assert word in text, word
        text = text.replace(word, other)
    (folder / "city.yaml").write_text(text, encoding="utf-8")
    checked = run("-m", "madoguchi", "procedures", "check", MADOGUCHI_CITY=str(folder))
    assert checked.returncode == 0, checked.stdout
    done = run("tests/support/town_pages.py", MADOGUCHI_DATA=str(tmp_path_factory.mktemp("data")), MADOGUCHI_ENV="test",
               DJANGO_SETTINGS_MODULE="madoguchi.config.settings", MADOGUCHI_CITY=str(folder))
    done.here = here
    return done


def test_no_page_and_no_paper_speaks_of_a_city(drawn):
    assert drawn.returncode == 0, drawn.stderr[-2000:]
    told = [line for line in drawn.stdout.splitlines() if line.strip() and not line.startswith((f"{drawn.here}: ", "offered "))]
    assert told == [], "\n".join(told[:40])


def test_it_offers_the_procedures_that_it_named(drawn):
    assert "offered 12" in drawn.stdout, drawn.stderr[-2000:]


def test_paper_is_addressed_to_its_mayor(drawn):
    assert drawn.returncode == 0 and "is addressed to nobody" not in drawn.stderr
