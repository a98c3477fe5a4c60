"""A file that a command cannot read or write is told in Japanese, with its name: the words of the operating system are English."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command

from madoguchi.config import command_line, keys_cli
from madoguchi.identity.personnel import PersonnelWrong
from madoguchi.kernel.errors import DomainError, StartRefused
from madoguchi.register.errors import SheetWrong

READS = [
    ("staff", "import", "{}"), ("register", "import", "{}"), ("cards", "stock", "import", "{}"), ("inventory", "import", "{}"),
    ("exchange", "import", "{}"), ("drafts", "make", "--from", "{}"), ("collection", "demands", "import", "{}", "--charge", "keiji"),
]


def told(words):
    with pytest.raises((CommandError, DomainError, PersonnelWrong, SheetWrong)) as refused:
        call_command(*words)
    lines = getattr(refused.value, "lines", None) or getattr(refused.value, "faults", None) or []
    return " ".join([str(refused.value), *map(str, lines)])


@pytest.mark.django_db
@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_a_folder_and_a_name_that_is_not_there_are_told_in_japanese(words, tmp_path, capsys):
    for place, why in ((tmp_path, "フォルダです"), (tmp_path / "none.csv", "その名のファイル")):
        said = told([word.format(place) for word in words]) + "".join(capsys.readouterr())
        assert str(place) in said and why in said, said
        assert not re.search(r"directory|No such", said), said


@pytest.mark.django_db
def test_a_folder_that_is_a_file_is_told_in_japanese(tmp_path):
    (tmp_path / "x").write_text("")
    said = told(["cards", "letters", "make", "--out", str(tmp_path / "x")])
    assert "同じ名のファイルが、もうあります" in said and "File exists" not in said
    assert "フォルダです" in told(["register", "generate", "--people", "10", "--out", str(tmp_path)])


def test_a_copy_of_the_ring_that_is_none_or_cannot_be_read_or_written_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("MADOGUCHI_PASSPHRASE", "a long passphrase")
    (tmp_path / "a.tar").write_bytes(bytes(range(256)))
    for place, why in ((tmp_path / "a.tar", "控えの形ではありません"), (tmp_path, "フォルダです"), (tmp_path / "none", "その名のファイル")):
        with pytest.raises(StartRefused, match=why):
            keys_cli.main(["import", str(place), str(tmp_path / "ring.json")])
    with pytest.raises(CommandError, match="none/ring.box に書けません.*その名の"):
        call_command("keys", "export", str(tmp_path / "none" / "ring.box"))


def test_a_command_that_lacks_its_act_names_those_that_it_has(capsys):
    for name, acts in (("mandates", "end"), ("tokens", "make|list|revoke"), ("drafts", "make"), ("exchange", "export|import")):
        with pytest.raises(SystemExit):
            command_line.run([name])
        assert f"次のものを書いてください: {acts}\n" in capsys.readouterr().err
