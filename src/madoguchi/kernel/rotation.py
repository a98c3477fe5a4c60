"""Changing keys while the city hall serves (docs/adr/0009).

A new key is first made known, then used, each time waiting until every process has read the ring again: nobody ever meets a
value or a digest under a key it does not know. Then everything is sealed again, pass by pass, until nothing is left. Every
step may be killed; the next run goes on from there.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction

from . import audit, clock, keyring, keys, sealing
from .errors import DomainError, StartRefused
from .keyring import Kind

CHAIN = "keys"
SETTLE = dt.timedelta(minutes=5)  # no request or message holds on to an old key for longer
PASSES = 50


class KeyInUse(DomainError):
    """The key can not be taken away yet."""

    code = "key_in_use"


class KeyNotThere(DomainError):
    """The ring has no such key."""

    code = "key_not_there"
    ja = "その名の鍵は、鍵束にありません。`madoguchi keys list` で確かめてください。"


def _say(actor: str, action: str, **facts: Any) -> None:
    with transaction.atomic():
        audit.record(actor, action, chain=CHAIN, facts=facts)


def ring_insist(*, actor: str, lost: bool) -> None:
    """The ring opens what lies sealed here. Another ring is refused before anything is sealed under it, because then neither of the two
    opens all. ``lost``: the old one is gone for ever; this is recorded, and from now on this ring is that of the database.
    Raises StartRefused."""
    if audit.chain_keys([CHAIN]).get(CHAIN) or sealing.ring_opens() is not False:  # the first: this ring took over from a lost one
        return
    if not lost:
        raise StartRefused(
            f"今の鍵束({settings.MADOGUCHI_KEYS})では、このデータベースで封をしたものが一つも開きません。別の鍵束です。何も封をしていません。"
            "MADOGUCHI_KEYS の場所を確かめるか、今の鍵束を別の所へ移して `madoguchi keys import 控え` で、このデータベースの鍵束を戻してください。"
            "鍵束も控えもなくし、封をしたもの(個人番号、メールアドレスなど)をあきらめて開くときだけ `madoguchi setup --keys-lost`。")
    with transaction.atomic():
        audit.key_destroy(CHAIN)  # of a ring that was lost before this one
        audit.record(actor, "keys.lost", chain=CHAIN, of={"lost": True})


def key_begin(kind: Kind, *, actor: str, new: bool = False, say: Callable[[str], None]) -> str:
    """Make a new key and let it be the current one; or, where an earlier run was cut short, go on with its key.
    Returns its name. Raises ReadOnly, RingChanged."""
    source = keys.source()
    text = keys.ring_text(source)
    ring = keyring.load(text)
    mine = ring.of(kind)
    if not mine.pending:
        if sealing.left(kind) and not new:
            say(f"前の入替えの続きから進めます(今の鍵 {mine.current})")
            return mine.current
        mine = mine.with_pending(keyring.PREFIX[kind])
        _say(actor, "keys.made", kind=kind, key=mine.pending)
        fresh = keyring.dump(ring.replaced(kind, mine))
        source.write(fresh, was=text)
        text = fresh
    say(f"新しい鍵 {mine.pending} を作りました。動いているすべてのプロセスが知るまで待ちます")
    time.sleep(source.refresh + 0.2)
    ring = keyring.load(text)
    mine = ring.of(kind).with_current(clock.now())
    source.write(keyring.dump(ring.replaced(kind, mine)), was=text)
    _say(actor, "keys.current", kind=kind, key=mine.current)
    keys.ring(fresh=True)
    time.sleep(source.refresh + 0.2)
    say(f"これからは {mine.current} を使います。古い鍵も読めます")
    return mine.current


def everything_reseal(kind: Kind, *, actor: str, pause: float, say: Callable[[str], None]) -> int:
    """Pass after pass, until nothing is left that opens. Returns how many rows would not open."""
    total = 0

    def step(done: sealing.Step) -> None:
        nonlocal total
        total += done.moved
        say(f"  {done.column}: {done.moved}件(通算{total}件)" + (f"、開けないもの{done.stuck}件" if done.stuck else ""))

    for _ in range(PASSES):
        done = sealing.reseal(kind, pause=pause, say=step)
        if done.moved == 0 and sealing.left(kind) <= done.stuck:
            break
    _say(actor, "keys.resealed", kind=kind, key=keys.ring().of(kind).current, rows=total, stuck=done.stuck)
    return done.stuck


def key_retire(name: str, *, actor: str) -> None:
    """Take a key out of the ring for good. Raises KeyNotThere, KeyInUse, ReadOnly, RingChanged."""
    kind: Kind = "search" if name.startswith(keyring.PREFIX["search"]) else "seal"
    source = keys.source()
    text = keys.ring_text(source)
    ring = keyring.load(text)
    mine = ring.of(kind)
    if name not in mine.known:
        raise KeyNotThere
    if name in (mine.current, mine.pending):
        raise KeyInUse(f"{name} は今使っている鍵です。先に `madoguchi keys rotate` を実行してください。")
    since = mine.made.get(mine.current)
    if since and clock.now() - dt.datetime.fromisoformat(since) < SETTLE:
        raise KeyInUse(f"{mine.current} に替えたばかりです。{int(SETTLE.total_seconds() // 60)}分たってから、もう一度実行してください。")
    there = sealing.report(kind)[name]
    if there:
        labels = sealing.labels()
        words = "、".join(f"{labels[table]} {rows}件" for table, rows in there.items())
        raise KeyInUse(f"{name} で封をしたものが残っています({words})。先に `madoguchi keys rotate` を最後まで進めてください。")
    _say(actor, "keys.retired", kind=kind, key=name)
    source.write(keyring.dump(ring.replaced(kind, mine.without(name))), was=text)
    keys.ring(fresh=True)
