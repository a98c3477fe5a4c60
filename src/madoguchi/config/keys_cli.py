"""`madoguchi keys make PATH`: the key ring of a city hall, before there is anything to start."""

from __future__ import annotations

import sys
from pathlib import Path

from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.keys import ring_make


def main(argv: list[str]) -> int:
    """Entry for `madoguchi keys`."""
    if len(argv) != 2 or argv[0] != "make":
        print("使い方: madoguchi keys make 鍵束のファイル(例: /etc/madoguchi/ring.json)", file=sys.stderr)
        return 2
    path = Path(argv[1]).resolve()
    if path.exists():
        raise StartRefused(f"{path} はもうあります。作り直すと、前の鍵で封じたものが二度と読めなくなるため、何もしませんでした。")
    try:
        ring_make(path)
    except OSError as error:
        raise StartRefused(f"{path} に書けません({type(error).__name__})。フォルダの権限を確認してください。") from None
    print(f"鍵束を作りました: {path}\nMADOGUCHI_KEYS={path} を設定し、控えをデータベースの控えとは別の所に置いてください。")
    return 0
