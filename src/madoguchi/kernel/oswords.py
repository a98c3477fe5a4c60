"""Why a file could not be read or written, in Japanese: the words of the operating system are English."""

from __future__ import annotations

import errno

WORDS = {
    errno.ENOENT: "その名のファイルかフォルダがありません", errno.EISDIR: "フォルダです。ファイルの名を書いてください",
    errno.ENOTDIR: "途中にある名が、フォルダではなくファイルです", errno.EEXIST: "同じ名のファイルが、もうあります",
    errno.EACCES: "この利用者に権限がありません", errno.EPERM: "この利用者に権限がありません", errno.EROFS: "読むだけのディスクです",
    errno.ENOSPC: "ディスクに空きがありません", errno.EDQUOT: "この利用者が使える量を超えています",
    errno.ENAMETOOLONG: "名が長すぎます", errno.EIO: "ディスクが読み書きできません",
}


def os_words(error: OSError) -> str:
    """The reason of this error, to stand in brackets; the system's own words for one that is rare."""
    return WORDS.get(error.errno or 0, error.strerror or type(error).__name__)
