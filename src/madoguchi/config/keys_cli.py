"""`madoguchi keys make` and `keys import`: before there is a ring, nothing else of the city hall starts."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from madoguchi.kernel import clock, keybox, keyring, keys
from madoguchi.kernel.durable import folder_sync
from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.oswords import os_words

from . import env

USAGE = "使い方: madoguchi keys make [ファイル] | import 控え [ファイル] | list | rotate | reseal | retire 鍵 | next | export ファイル"


def passphrase(*, twice: bool) -> str:
    """Asked for at the terminal; MADOGUCHI_PASSPHRASE (or _FILE) for scripts."""
    given = env.text("MADOGUCHI_PASSPHRASE")
    if given:
        return given
    first = getpass.getpass("合言葉: ")
    if twice and getpass.getpass("もう一度: ") != first:
        raise keybox.BoxWrong("二回の合言葉が違います")
    return first


def _target(argv: list[str]) -> Path:
    place = argv[0] if argv else env.text("MADOGUCHI_KEYS")
    if not place:
        place = str(Path(env.text("MADOGUCHI_DATA") or Path(__file__).resolve().parents[3] / "var") / "keys" / "ring.json")
    return Path(place.removeprefix("file:"))


def make(argv: list[str]) -> int:
    """A first ring, in production too. An existing one is kept. Raises StartRefused."""
    target = _target(argv).resolve()
    _put(target, keyring.dump(keyring.ring_new(clock.now())),
         "作り直すと、前の鍵で封じたものが二度と読めなくなるため、何もしませんでした")
    print(f"鍵束を作りました: {target}\nMADOGUCHI_KEYS={target} を設定し、`madoguchi keys export` で取った控えを、"
          "データベースの控えとは別の所に置いてください。")
    return 0


def _put(target: Path, text: str, why_not: str) -> None:
    try:
        if keys.ring_put(target, text):
            return
    except OSError as error:
        raise StartRefused(f"{target} に書けません({type(error).__name__})。フォルダの権限を確認してください。") from None
    raise StartRefused(f"{target} はもうあります。{why_not}。")


def bring_back(argv: list[str]) -> int:
    """Unlock an exported ring into a file that is not there yet. Raises StartRefused."""
    target = _target(argv[1:]).resolve()
    try:
        text = keybox.unlock(Path(argv[0]).read_text(errors="replace"), passphrase(twice=False))
        keyring.load(text)
    except OSError as error:
        raise StartRefused(f"鍵束の控え {argv[0]} を読めません({os_words(error)})。場所と権限を確認してください。") from None
    except (keybox.BoxWrong, keyring.RingWrong) as error:
        raise StartRefused(f"鍵束の控え {argv[0]} を取り込めません: {error}。") from None
    _put(target, text, "今の鍵束を別の所へ移してから、もう一度実行してください")
    print(f"鍵束を戻しました: {target}")
    return 0


def main(argv: list[str]) -> int:
    """Entry for the two acts that need no database."""
    if argv[:1] == ["make"]:
        return make(argv[1:])
    if argv[:1] == ["import"] and len(argv) > 1:
        return bring_back(argv[1:])
    print(USAGE, file=sys.stderr)
    return 2


def needs_no_hall(argv: list[str]) -> bool:
    """Acts that work without settings."""
    return argv[:1] in (["make"], ["import"]) or not argv


def private_write(path: Path, text: str) -> None:
    """A new file for its owner only. Raises FileExistsError."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    folder_sync(path.parent)
