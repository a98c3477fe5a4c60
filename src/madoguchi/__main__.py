"""`madoguchi …`: the command line."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """The command line. What stops a start is one line that says what to set, never a traceback."""
    from madoguchi.kernel.errors import StartRefused

    try:
        status = _dispatch()
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `… | head` has read enough: no fault, and nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except StartRefused as refused:
        print(f"始められません: {refused}", file=sys.stderr)
        return 2


def _dispatch() -> int:
    """Definition work and the first key ring need no settings, everything else is a Django command."""
    argv = sys.argv[1:]
    if argv[:1] == ["procedures"]:
        from madoguchi.config.procedures_cli import main as procedures

        return procedures(argv[1:])
    if argv[:1] == ["languages"]:
        from madoguchi.config.languages_cli import main as languages

        return languages(argv[1:])
    if argv[:1] == ["keys"]:
        from madoguchi.config import keys_cli

        if keys_cli.needs_no_hall(argv[1:]):
            return keys_cli.main(argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    from django.db import Error

    from madoguchi.config import command_line, unreached
    from madoguchi.kernel.errors import StartRefused

    try:
        return command_line.run(argv)
    except Error as error:
        from django.conf import settings

        why = unreached.reason(error, str(settings.DATABASES["default"]["NAME"]))
        if not why:
            raise
        raise StartRefused(why) from None
    except OSError as error:
        why = unreached.file_reason(error)
        if not why:
            raise
        raise StartRefused(why) from None


if __name__ == "__main__":
    sys.exit(main())
