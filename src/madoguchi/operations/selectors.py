"""Readers: how the machine stands. Names no person and no answer."""

from __future__ import annotations

import datetime as dt
import errno
import platform
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import connection

from madoguchi.collection.public import books_checked, collects, rates_fault
from madoguchi.delivery.public import Stuck, parcels_open, stuck_list
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, outbox
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.kinds import ours
from madoguchi.kernel.oswords import os_words
from madoguchi.offices.public import city

from . import trust

LATE, QUIET, OLD_SEAL, OLD_BACKUP = 300, 60, 600, dt.timedelta(hours=26)
FULL, SOON, SEAL_SOON = 0.9, dt.timedelta(days=30), dt.timedelta(days=60)
FAILED_SINCE = dt.timedelta(hours=2)  # the slowest of the regular work comes every hour


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the page; ``bad`` says what to do, empty when all is well."""

    name: str
    value: str
    bad: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The page."""

    queue: list[Fact]
    places: list[Fact]
    trust: list[Fact]
    versions: list[Fact]
    stuck: list[Stuck]


def insist(actor: Staff) -> None:
    """Raises Forbidden for everybody but the administrator."""
    if not actor.may(Right.SEE_OPERATIONS):
        raise Forbidden


def overview(*, actor: Staff) -> Overview:
    """How everything stands now. Raises Forbidden."""
    insist(actor)
    return Overview(_queue(), _places(), [*_certificates(), *_seals(), _backup(), *_books(), *_days()], _versions(), stuck_list(actor=actor))


def lasting(seconds: float) -> str:
    """A time in words."""
    for size, word in ((86400, "日"), (3600, "時間"), (60, "分")):
        if seconds >= size:
            return f"{seconds / size:.0f}{word}"
    return f"{max(0, seconds):.0f}秒"


def ago(seconds: float) -> str:
    """An age in words."""
    return f"{lasting(seconds)}前"


def _queue() -> list[Fact]:
    state, beat = outbox.state(), outbox.last_heartbeat("worker")
    quiet = (clock.now() - beat).total_seconds() if beat else None
    parcels = parcels_open()
    return [
        Fact("作業係の鼓動", ago(quiet) if quiet is not None else "まだありません",
             "" if quiet is not None and quiet <= QUIET else "作業係(madoguchi worker)が動いているか確認してください"),
        *_waiting(state),
        Fact("止まっている処理", f"{state.parked}件", "" if not state.parked else "下の一覧で原因を見てください"),
        Fact("渡していない連携", f"{parcels['waiting']}件"),
        *_failed(),
        Fact("断られた連携", f"{parcels['refused']}件", "" if not parcels["refused"] else "「連携」の画面で原因を見てください"),
    ]


def _failed() -> list[Fact]:
    names = outbox.beats(outbox.FAILED, clock.now() - FAILED_SINCE)
    return [Fact("終わらなかった定時の処理", "、".join(names),
                 ours("設定や市の設定ファイルを変えたばかりなら、見直してください。場所は記録(ログ)の sweep failed の行に出ます"))] if names else []


def _waiting(state: outbox.State) -> list[Fact]:
    """What is late because nobody takes it, and what is late because it fails, ask for different things."""
    behind = f"(うち{state.behind_parked}件は、止まっている処理の後ろ)" if state.behind_parked else ""
    late = "作業係を増やすか、記録(ログ)を見てください" if state.lag > state.retry_age else "「やり直している処理」の行を見てください"
    since = f"(いちばん古いもの {ago(state.retry_age)})" if state.retrying else ""
    away = "メールサーバ・連携先・ディスクなど、相手が動いているか確かめてください。戻れば、自動で続きます。原因は記録(ログ)に出ます"
    return [
        Fact("待っている処理", f"{state.waiting}件{behind}"),
        Fact("いちばん古い処理の遅れ", lasting(state.lag), "" if state.lag <= LATE else late),
        Fact("やり直している処理", f"{state.retrying}件{since}", "" if state.retry_age <= LATE else away),
    ]


def _books() -> list[Fact]:
    checked, wrong = books_checked(), rates_fault(clock.today()) if collects() else ""
    out = [Fact("延滞金・還付加算金の割合", wrong, ours("告示と条例を確かめ、市の設定のフォルダの rates.yaml に書いてください"))] if wrong else []
    if checked is None:
        return out
    at, faults = checked
    return [*out, Fact("収納の帳簿の突き合わせ", f"{ago((clock.now() - at).total_seconds())}、違い{faults}件",
                 "" if not faults else "「収納」の突き合わせの画面(監査か税務課の人)で、違いの名前を見てください")]


def _days() -> list[Fact]:
    over = city().closing_days_passed(clock.today())
    return [Fact("閉庁日", "過ぎた日だけ", ours(f"{over}(市の設定のフォルダの city.yaml)"))] if over else []


def _places() -> list[Fact]:
    out = []
    for name, place in (("データ", settings.MADOGUCHI_DATA), ("添付", settings.FILES_ROOT), ("連携", settings.OUT_ROOT)):
        try:
            found = shutil.disk_usage(place)
            if not Path(place).is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "", str(place))
        except OSError as error:
            out.append(Fact(f"ディスク({name})", f"{place} を読めません({os_words(error)})", "場所と権限を確認してください"))
            continue
        out.append(Fact(f"ディスク({name})", f"空き {found.free / 1e9:.1f}GB / {found.total / 1e9:.1f}GB",
                        "" if found.used / found.total < FULL else "空きを作ってください。一杯になると申請を受け付けられません"))
    return out


def _certificates() -> list[Fact]:
    out = [_ends(found, "証明書 ", SOON, "証明書を更新してください", "MADOGUCHI_TLS_CERTS の場所と権限を確認してください")
           for found in trust.tls_certificates()]
    if seal := trust.seal_certificate():
        out.append(_ends(seal, ours("市の電子証明書 "), SEAL_SOON, "書類のPDFに署名する証明書です。発行に日数がかかります。早めに申し込んでください",
                         "MADOGUCHI_SEAL_P12 の場所と権限、MADOGUCHI_SEAL_PASSWORD を確認してください。このままではPDFの書類を交付できません"))
    if settings.OIDC["key_file"]:
        key = Path(settings.OIDC["key_file"])
        out.append(Fact("ログインの鍵", f"{ago(clock.now().timestamp() - key.stat().st_mtime)}に作成" if key.exists() else "ありません",
                        "" if key.exists() else "MADOGUCHI_OIDC_KEY の場所を確認してください"))
    return out


def _ends(found: trust.Certificate, kind: str, soon: dt.timedelta, renew: str, unreadable: str) -> Fact:
    """A certificate, with what to do before its end."""
    if found.until is None:
        return Fact(f"{kind}{found.name}", f"読めません({found.wrong})", unreadable)
    over = "期限が切れています。" if found.left <= dt.timedelta() else ""
    return Fact(f"{kind}{found.name}", f"{found.until.astimezone(clock.JST):%Y-%m-%d} まで(あと{max(0, found.left.days)}日)",
                "" if found.left > soon else f"{over}{renew}")


def _seals() -> list[Fact]:
    last, unsealed = audit.last_seal(), audit.unsealed_age()
    return [Fact("記録の封印", f"{last[0]}番、{ago((clock.now() - last[1]).total_seconds())}" if last else "まだありません",
                 "" if unsealed <= OLD_SEAL else "作業係が動いているか確認してください"),
            _anchors(bool(last))]


def _anchors(sealed: bool) -> Fact:
    """The copies of the seals outside. A quiet weekend makes no seals and so no anchors: old is bad only when a seal is missing there."""
    now = trust.anchor()
    value = ago(now.age) if now.age is not None else "読めません" if now.there else "ありません"
    words = ""
    if sealed and not now.there:
        words = "控えのファイルがなくなっています。audit verify を実行してください"
    elif now.ahead:
        words = "控えにある封印が、データベースにありません。audit verify を実行し、監査の担当に知らせてください"
    elif now.there and now.age is None and sealed:
        words = "控えの最後の行が壊れています。audit verify を実行してください"
    elif now.behind > settings.ANCHOR_MINUTES * 60:
        words = f"封印が控えに書かれていません({ago(now.behind)}から)。作業係と、データフォルダの空きと権限を確認してください"
    return Fact("外の控え(anchors)", value, words)


def _backup() -> Fact:
    """The newest whole backup: a folder has its manifest last, a tar its name."""
    root = Path(settings.BACKUPS)
    found = max((p.stat().st_mtime for shape in ("manifest.json", "*/manifest.json", "*.tar", "*/*.tar") for p in root.glob(shape)
                 if not p.parent.name.startswith(".") and not p.name.startswith(".")), default=None)
    if found is None:
        return Fact("バックアップ", "見つかりません", "バックアップを取り、場所を MADOGUCHI_BACKUPS で指定してください")
    age = clock.now().timestamp() - found
    return Fact("バックアップ", ago(age), "" if age <= OLD_BACKUP.total_seconds() else "毎日のバックアップが動いているか確認してください")


def _versions() -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        database = str(cursor.fetchone()[0])
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    return [Fact("madoguchi", settings.VERSION), Fact("Python", platform.python_version()), Fact("Django", metadata.version("django")),
            Fact(names.get(connection.vendor, connection.vendor), database), Fact("granian", metadata.version("granian"))]
