"""`madoguchi papers verify FILE …`: is an electronic paper the city's, and unchanged?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.oswords import os_words
from madoguchi.records.public import Seal, number_of, sealer


class Command(BaseCommand):
    help = "市が交付した書類(PDF)かを、控えと署名で確かめます。市の書類でないか、変えられていれば終了コード1"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("act", choices=["verify"], metavar="verify", help="署名と、変えられていないかを確かめる")
        parser.add_argument("files", nargs="+", type=Path, metavar="ファイル", help="確かめる PDF")

    def handle(self, *args: Any, **options: Any) -> None:
        engine = sealer()
        if engine is None:
            raise CommandError("市の電子証明書がありません。MADOGUCHI_SEAL_P12 に PKCS#12 のファイルを指定してください")
        good = True
        for path in options["files"]:
            try:
                data = path.read_bytes()
                seals = engine.read(data)
            except OSError as wrong:
                raise CommandError(f"{path} を開けません。ファイルの場所を確かめてください({os_words(wrong)})") from None
            except DomainError as wrong:
                self.stdout.write(f"{path}: {wrong.ja}")
                good = False
                continue
            number = number_of(hashlib.sha256(data).hexdigest())
            self.stdout.write(f"{path}: {'交付した書類の控えと同じです(' + number + ')' if number else '交付した書類の控えにありません'}")
            for seal in seals:
                self.stdout.write(f"  {words_of(seal)}")
            if not seals:
                self.stdout.write("  電子署名がありません" + ("(署名を付けない書類です。控えと同じなので、市が交付したままです)" if number else ""))
            good = good and (bool(number) or (bool(seals) and all(s.whole and s.intact and s.ours for s in seals)))
        if not good:
            raise SystemExit(1)


def words_of(seal: Seal) -> str:
    """One signature in words."""
    at = f"{seal.at.astimezone(clock.JST):%Y-%m-%d %H:%M}" if seal.at else "時刻なし"
    state = "署名のあとに変えられています" if not seal.intact else "署名のあとに書き足されています" if not seal.whole else "変えられていません"
    return f"{seal.signer} {at} {state}、{'市の証明書です' if seal.ours else '市の証明書ではありません'}"
