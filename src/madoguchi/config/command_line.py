"""What the command line says when nothing, or something wrong, was typed: in Japanese, with what to do next.

`madoguchi help` names the commands of the city hall; those of Django stand behind `help --commands`. Wrong options are told by argparse
in our words, and what a command refuses is its sentence alone, without the name of a class before it."""

from __future__ import annotations

import argparse
import difflib
import sys

from django.core.management import BaseCommand, ManagementUtility, get_commands, load_command_class
from django.core.management.base import CommandError

from madoguchi.kernel.errors import DomainError, StartRefused

ARGPARSE = {
    "usage: ": "使い方: ", "positional arguments": "書くもの", "options": "指定できること",
    "show this help message and exit": "この説明を表示します",
    "%(prog)s: error: %(message)s\n": "%(message)s\n詳しくは: %(prog)s --help\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "次のものを書いてください: %s",
    "one of the arguments %s is required": "次のどれか一つを書いてください: %s",
    "unrecognized arguments: %s": "この指定はありません: %s",
    "expected one argument": "後ろに値を一つ書いてください",
    "expected at most one argument": "値は一つまでです",
    "expected at least one argument": "後ろに値を一つ以上書いてください",
    "expected %s argument": "後ろに値を %s 個書いてください", "expected %s arguments": "後ろに値を %s 個書いてください",
    "not allowed with argument %s": "%s と一緒には使えません",
    "ignored explicit argument %r": "値 %r は付けられません",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s は %(matches)s のどれか分かりません。終わりまで書いてください",
    "invalid %(type)s value: %(value)r": "%(value)r は使えません(%(type)s で書いてください)",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r は選べません(選べるもの: %(choices)s)",
    "invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)":
        "%(value)r は選べません。%(suggestion)r のことですか(選べるもの: %(choices)s)",
}
DJANGO_OPTIONS = {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color", "--skip-checks"}
ALONE = {  # these need no database, and so are no commands of Django
    "procedures": "手続きの定義を確かめます(check)、言葉の揃い方を見ます(coverage)",
    "languages": "翻訳とふりがなの目録を作り直し、足りないものを数えます(extract, readings)",
}
GROUPS = (
    ("開く", ("setup", "serve", "web", "worker", "doorpages")),
    ("確かめる・残す", ("audit", "signatures", "papers", "backup", "restore", "numbers", "retention")),
    ("鍵と人", ("keys", "oidc_key", "staff", "tokens", "mandates", "register")),
    ("手続き", ("procedures", "languages", "inventory", "drafts", "exchange")),
    ("窓口とお金", ("booking", "cards", "collection")),
    ("試す", ("demo",)),
)


def own_commands() -> dict[str, str]:
    """Every command of the city hall and what it does, in a line."""
    return ALONE | {name: load_command_class(app, name).help for name, app in get_commands().items()
                    if isinstance(app, str) and app.startswith("madoguchi.")}


class CommandLine(ManagementUtility):
    """Django's, with our words."""

    def main_help_text(self, commands_only: bool = False) -> str:
        """All commands of the city hall; the bare names of all others for --commands."""
        if commands_only:
            return super().main_help_text(commands_only=True)
        said = own_commands()
        lines = ["使い方: madoguchi 命令 [指定…]    それぞれの説明: madoguchi 命令 --help"]
        for title, names in GROUPS:
            lines += ["", title, *(f"  {name:<11}{said[name]}" for name in names)]
        return "\n".join([*lines, "", "ほかの命令(Django のもの、開発に使う)の名前: madoguchi help --commands"])

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """The command. Raises StartRefused for a name that is none."""
        names = sorted({*get_commands(), *ALONE})
        if subcommand in names:
            return super().fetch_command(subcommand)
        near = difflib.get_close_matches(subcommand, names, n=2)
        meant = f"{'、'.join(near)} のことですか。" if near else ""
        raise StartRefused(f"{subcommand} という命令はありません。{meant}命令の一覧は madoguchi help で見られます。")


def speak_japanese() -> None:
    """argparse looks its words up by ``_``; its own way, a language named in the environment, would turn every program that is called."""
    argparse._ = lambda text: ARGPARSE.get(text, text)  # type: ignore[attr-defined]
    argparse.ngettext = lambda one, many, count: ARGPARSE.get(one if count == 1 else many, one if count == 1 else many)  # type: ignore[attr-defined]
    BaseCommand.suppressed_base_arguments = DJANGO_OPTIONS


def run(argv: list[str]) -> int:
    """One command of Django's kind. Returns the exit status. Raises StartRefused."""
    speak_japanese()
    words = argv or ["help"]
    plain = words[0] in ("help", "version") or words[0].startswith("-")  # these are no commands that could refuse anything
    try:
        CommandLine(["madoguchi", *words] if plain else ["madoguchi", words[0], "--traceback", *words[1:]]).execute()
    except CommandError as refused:
        print(refused, file=sys.stderr)
        return refused.returncode
    except DomainError as refused:
        print(refused.ja, file=sys.stderr)
        return 1
    return 0
