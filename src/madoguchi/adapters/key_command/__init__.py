"""A key ring that a program hands over: a secret store with a command line (systemd-creds, gpg, vault, a KMS client).

``MADOGUCHI_KEYS="command:/etc/madoguchi/keys"`` names the program, with arguments if it needs any. Called with ``read`` it
prints the ring; called with ``write`` it takes the new one on its standard input and keeps it, whole or not at all. What it
prints as an error is not repeated: it may hold the secret.
"""

from __future__ import annotations

import shlex
import subprocess

from madoguchi.kernel.keysource import KeysMissing, ReadOnly, RingChanged

SECONDS = 20


class CommandKeys:
    """See kernel.keysource.KeySource."""

    refresh = 15.0

    def __init__(self, place: str) -> None:
        self.command = shlex.split(place)

    def read(self) -> str:
        """See KeySource."""
        try:
            done = subprocess.run([*self.command, "read"], capture_output=True, text=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise KeysMissing(f"鍵束を出すプログラム {self.command[0]} が動きません({type(error).__name__})。") from None
        if done.returncode != 0 or not done.stdout.strip():
            raise KeysMissing(f"鍵束を出すプログラム {self.command[0]} が鍵束を出しません(終了 {done.returncode})。")
        return done.stdout

    def stamp(self) -> object:
        """See KeySource: only reading can tell."""
        return None

    def write(self, text: str, *, was: str) -> None:
        """See KeySource. Two administrators at the same moment are not kept apart here: the program may do so."""
        if self.read() != was:
            raise RingChanged
        done = subprocess.run([*self.command, "write"], input=text, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode != 0:
            raise ReadOnly(f"{self.command[0]} write が {done.returncode} で終わりました。鍵束は変わっていません。"
                           "`madoguchi keys next` で出る新しい鍵束を置き直し、`madoguchi keys reseal` を実行してください")
