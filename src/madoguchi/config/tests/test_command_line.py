"""The command line says in Japanese what it can, and what was wrong with what was typed."""

from __future__ import annotations

import argparse
import re

import pytest
from django.core.management import BaseCommand, CommandError, get_commands, load_command_class

from madoguchi.config import command_line
from madoguchi.kernel.errors import NotFound, StartRefused

OWN = {name: app for name, app in get_commands().items() if isinstance(app, str) and app.startswith("madoguchi.")}
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line turns round for its own process stays as it was for the other tests."""
    monkeypatch.setattr(argparse, "_", argparse._)
    monkeypatch.setattr(argparse, "ngettext", argparse.ngettext)
    monkeypatch.setattr(BaseCommand, "suppressed_base_arguments", BaseCommand.suppressed_base_arguments)


def actions(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.Action]]:
    """Every argument of a parser and of those inside it."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in {id(p): p for p in action.choices.values()}.values():
                found += actions(inner)
        elif not isinstance(action, argparse._HelpAction) and action.help != argparse.SUPPRESS and action.dest != "skip_checks":
            found.append((f"{parser.prog} {'/'.join(action.option_strings) or action.dest}", action))
    return found


def test_every_argument_says_what_it_is():
    command_line.speak_japanese()
    silent = [name for command, app in OWN.items() for name, action in actions(load_command_class(app, command).create_parser("madoguchi", command))
              if not JAPANESE.search(action.help or "")]
    assert not silent


def test_help_names_every_command_once(capsys):
    assert command_line.run([]) == 0
    page = capsys.readouterr().out
    listed = re.findall(r"^  ([a-z_]+) +(\S.*)$", page, re.M)
    assert sorted(name for name, _ in listed) == sorted(command_line.own_commands())
    assert all(JAPANESE.search(said) for _, said in listed)


@pytest.mark.parametrize(("typed", "said"), [
    (["backup"], "次のものを書いてください: 行き先"),
    (["backup", "a", "--wat"], "この指定はありません: --wat"),
    (["audit", "verfy"], "選べません"),
    (["retention", "--limit", "x"], "'x' は使えません"),
    (["retention", "--limit"], "後ろに値を一つ書いてください"),
    (["tokens", "make", "a"], "--section"),
])
def test_what_was_typed_wrong_is_told(typed, said, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.run(typed)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in told and "使い方: " in told and f"madoguchi {typed[0]}" in told
    assert not re.search(r"usage|error|argument|invalid", told)


def test_an_unknown_command_is_told_with_what_was_meant():
    with pytest.raises(StartRefused, match=r"bakup という命令はありません。backup のことですか。"):
        command_line.run(["bakup"])
    with pytest.raises(StartRefused, match=r"xyzzy という命令はありません。命令の一覧は"):
        command_line.run(["xyzzy"])


@pytest.mark.parametrize(("refusal", "status", "said"), [
    (CommandError("受け付けられません。", returncode=3), 3, "受け付けられません。\n"), (NotFound("ありません。"), 1, "ありません。\n"),
])
def test_a_refusal_is_its_sentence_alone(refusal, status, said, capsys, monkeypatch):
    def refuse(self, *args, **options):
        raise refusal

    monkeypatch.setattr(load_command_class(OWN["audit"], "audit").__class__, "handle", refuse)
    assert command_line.run(["audit", "verify"]) == status
    assert capsys.readouterr().err == said
