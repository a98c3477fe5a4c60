"""Reading settings from the environment, strictly: a value that cannot be read stops the start and says why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.limits import Rate


class SettingWrong(StartRefused):
    """A setting that cannot be used; the message says what to write."""


def text(name: str, default: str = "") -> str:
    """A text setting; ``NAME_FILE`` may name a file that holds it (for secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingWrong(f"{name}_FILE の {file} を読めません({type(error).__name__})。場所と権限を確認してください") from None
    return os.environ.get(name, default)


def folder(name: str, place: Path) -> Path:
    """A folder that is there from now on and can be written to. ``name`` is the setting that chose it. Raises SettingWrong."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingWrong(f"{name} のフォルダー {place} を作れません({type(error).__name__})。書き込めるフォルダーを指定してください") from None
    if not os.access(place, os.W_OK | os.X_OK):
        raise SettingWrong(f"{name} のフォルダー {place} に書き込めません。持ち主と権限を確かめるか、書き込めるフォルダーを指定してください")
    return place


def flag(name: str, default: bool) -> bool:
    """yes/no."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    if value.lower() not in ("yes", "no", "1", "0", "true", "false"):
        raise SettingWrong(f"{name} は yes か no で指定してください(今は {value})")
    return value.lower() in ("yes", "1", "true")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal():
        raise SettingWrong(f"{name} は数字で指定してください(今は {value})")
    return int(value)


def rate(name: str, default: str) -> Rate:
    """How often something may be tried: 60/600 is 60 times in 600 seconds, 0 is no limit."""
    value = os.environ.get(name) or default
    count, _, seconds = value.partition("/")
    if value == "0":
        return Rate(0, 1)
    if not (count.isdecimal() and seconds.isdecimal() and int(count) and int(seconds)):
        raise SettingWrong(f"{name} は 回数/秒 の形(例 60/600)か、制限しないときは 0 で指定してください(今は {value})")
    return Rate(int(count), int(seconds))


def database(url: str, data: Path) -> dict[str, Any]:
    """A Django database from ``DATABASE_URL``: postgresql://user:pass@host:port/name?options, sqlite:////path, or empty."""
    if not url or url.startswith("sqlite:"):
        name = url.removeprefix("sqlite:///") if url else str(data / "madoguchi.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE", "timeout": 20,
                # every thread has its own cache of pages, and the system keeps them once for all
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-1000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingWrong("DATABASE_URL は postgresql://利用者:合言葉@ホスト/名前 か sqlite:////パス の形で指定してください")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    times = options.pop("prepare_threshold", "5")  # after so many times the server keeps a statement of kernel.fixed; 0: never
    if not times.isdecimal():
        raise SettingWrong(f"DATABASE_URL の prepare_threshold は数字で指定してください(今は {times})")
    return {
        "ENGINE": "madoguchi.config.postgres", "NAME": parts.path.lstrip("/"), "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""), "HOST": parts.hostname or options.pop("host", ""),
        "PORT": parts.port or "", "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "OPTIONS": options, "PREPARE": int(times) or None,
    }
