"""The audit chain: whoever touches the database behind its back is named with chain and number."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from madoguchi.kernel import audit
from madoguchi.kernel.canon import canonical, keyed_digest
from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.models import AuditEntry, AuditKey, AuditSeal

A, B = "case:aaaa", "case:bbbb"


@pytest.fixture
def chains(db):
    """Two chains of five acts, sealed after three and after five."""
    for n in range(1, 6):
        for chain in (A, B):
            with transaction.atomic():
                audit.record("staff:tanaka", f"act.{n}", chain=chain, facts={"n": n}, of={"answer": n})
        if n in (3, 5):
            audit.seal()
    return anchors()


def anchors():
    return list(AuditSeal.objects.order_by("seq").values_list("seq", "hash"))


def found(anchor=None):
    return [(fault.chain, fault.seq) for fault in audit.verify(anchor)]


def row(chain, seq):
    return AuditEntry.objects.get(chain=chain, seq=seq)


def forge(entry):
    """Give a changed entry a hash that fits its content, as somebody who knows the code would."""
    entry.hash = audit._hash(entry)
    AuditEntry.objects.filter(id=entry.id).update(
        facts=entry.facts, actor=entry.actor, digest=entry.digest, prev=entry.prev, hash=entry.hash)


def test_untouched_chains_are_clean(chains):
    assert audit.verify() == []
    assert audit.verify(chains) == []


def test_entries_hang_together(chains):
    rows = list(AuditEntry.objects.filter(chain=A).order_by("seq"))
    assert [r.seq for r in rows] == [1, 2, 3, 4, 5]
    assert rows[0].prev == audit.GENESIS
    assert [r.prev for r in rows[1:]] == [r.hash for r in rows[:-1]]


@pytest.mark.parametrize(("column", "value"), [
    ("facts", {"n": 99}), ("actor", "staff:sato"), ("action", "act.9"), ("digest", "0" * 64),
    ("at", "2020-01-01T00:00:00+09:00"),
])
def test_any_changed_column_is_named(chains, column, value):
    AuditEntry.objects.filter(chain=A, seq=2).update(**{column: value})
    assert found() == [(A, 2)]


def test_a_swapped_hash_breaks_the_entry_and_the_next(chains):
    AuditEntry.objects.filter(chain=A, seq=2).update(hash=row(B, 2).hash)
    assert set(found()) == {(A, 2), (A, 3)}


def test_a_change_with_a_fitting_hash_breaks_the_next_link(chains):
    entry = row(A, 2)
    entry.facts = {"n": 99}
    forge(entry)
    assert found() == [(A, 3)]


def test_a_chain_rewritten_to_its_end_does_not_fit_the_seals(chains):
    prev = audit.GENESIS
    for entry in AuditEntry.objects.filter(chain=A).order_by("seq"):
        entry.facts, entry.prev = entry.facts | {"forged": True}, prev
        forge(entry)
        prev = entry.hash
    assert found() == [(A, 5)], "every link fits; only the seal knows better"


def test_a_removed_middle_entry_is_named(chains):
    row(A, 3).delete()
    assert (A, 3) in found()
    assert {chain for chain, _ in found()} == {A}


def test_a_removed_first_entry_is_named(chains):
    row(A, 1).delete()
    assert (A, 1) in found()


def test_a_removed_tail_is_missed_by_the_seal(chains):
    row(A, 5).delete()
    assert found() == [(A, 5)]
    row(A, 4).delete()
    assert found() == [(A, 4)]


def test_a_whole_chain_gone_is_missed_by_the_seal(chains):
    AuditEntry.objects.filter(chain=A).delete()
    assert found() == [(A, 1)]


def test_two_entries_changed_in_order_are_named(chains):
    one, two = row(A, 2), row(A, 3)
    AuditEntry.objects.filter(id=one.id).update(seq=99)
    AuditEntry.objects.filter(id=two.id).update(seq=2)
    AuditEntry.objects.filter(id=one.id).update(seq=3)
    named = found()
    assert {(A, 2), (A, 3)} <= set(named)
    assert {chain for chain, _ in named} == {A}


def test_an_entry_moved_to_another_chain_is_named(chains):
    AuditEntry.objects.filter(chain=B).delete()
    AuditEntry.objects.filter(chain=A, seq=5).update(chain=B, seq=1)
    assert (A, 5) in found()
    assert any(chain == B for chain, _ in found())


def test_an_entry_put_in_at_the_end_after_the_seal_cannot_pretend_to_be_older(chains):
    with transaction.atomic():
        audit.record("staff:sato", "act.6", chain=A)
    assert found(chains) == []
    AuditEntry.objects.filter(chain=A, seq=6).update(at="2020-01-01T00:00:00+09:00")
    assert found(chains) == [(A, 6)]


def test_a_changed_seal_is_named(chains):
    seal = AuditSeal.objects.get(seq=2)
    seal.heads = seal.heads | {A: [4, row(A, 4).hash]}
    seal.save()
    assert ("seal", 2) in found()


def test_a_removed_seal_in_the_middle_is_named(chains):
    AuditEntry.objects.update(sealed_in=None)
    AuditSeal.objects.get(seq=1).delete()
    assert ("seal", 2) in found()


def test_truncation_of_entries_and_seals_together_shows_against_the_anchor(chains):
    AuditEntry.objects.filter(seq__gt=3).delete()
    AuditSeal.objects.get(seq=2).delete()
    assert audit.verify() == [], "inside the database nothing is wrong any more"
    assert found(chains) == [("seal", 2)]


def test_a_database_forged_as_a_whole_shows_against_the_anchor(chains):
    """Everything recomputed, seals included: only what lies outside can tell."""
    AuditEntry.objects.update(sealed_in=None)
    AuditSeal.objects.all().delete()
    for chain in (A, B):
        prev = audit.GENESIS
        for entry in AuditEntry.objects.filter(chain=chain).order_by("seq"):
            entry.facts, entry.prev = {"forged": True}, prev
            forge(entry)
            prev = entry.hash
    audit.seal()
    assert audit.verify() == []
    assert set(found(chains)) == {("seal", 1), ("seal", 2)}


def test_nothing_moved_nothing_sealed(chains):
    assert audit.seal() is None
    assert len(anchors()) == 2


def test_a_seal_takes_what_it_can_and_the_next_takes_the_rest(db):
    for n in range(7):
        with transaction.atomic():
            audit.record("test", "act", chain=f"case:{n % 2}")
    while audit.seal(limit=3):
        pass
    assert AuditSeal.objects.count() == 3
    assert audit.verify(anchors()) == []
    row("case:0", 4).delete()
    assert found() == [("case:0", 4)]


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("test", "act", chain=A)
    assert AuditEntry.objects.count() == 0


def test_a_rolled_back_act_leaves_no_entry_and_no_gap(chains):
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record("test", "act", chain=A)
        raise RuntimeError
    with transaction.atomic():
        audit.record("test", "after", chain=A)
    assert row(A, 6).action == "after"
    assert audit.verify() == []


def test_what_was_written_enters_only_as_a_keyed_digest(chains):
    """A bare hash of a twelve-digit number could be guessed; without the chain's key the digest says nothing."""
    with transaction.atomic():
        entry = audit.record("test", "act", chain=A, of={"number": "123456789018"})
    guess = keyed_digest(b"", canonical({"number": "123456789018"}))
    assert entry.digest
    assert entry.digest != guess
    key = audit._key(A, new=False)
    assert entry.digest == keyed_digest(key, canonical({"number": "123456789018"}))
    assert audit._key(B, new=False) != key


def test_destroying_the_key_of_a_chain_leaves_the_chain_whole(chains):
    AuditKey.objects.filter(chain=A).delete()
    assert audit.verify(chains) == []


def test_the_chains_own_key_is_sealed_at_rest(chains):
    stored = bytes(AuditKey.objects.get(chain=A).sealed)
    assert audit._key(A, new=False) not in stored
    assert connection.vendor


# --- the command


def verified(capsys, *args):
    from django.core.management import call_command

    try:
        call_command("audit", "verify", *args)
    except SystemExit as end:
        return end.code, capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_command_misses_an_anchor_file_that_should_be_there(settings, tmp_path, capsys):
    settings.MADOGUCHI_DATA = tmp_path
    assert verified(capsys)[0] == 0, "nothing was sealed yet: nothing is missing"
    with transaction.atomic():
        audit.record("worker", "case.opened", chain="case:1")
    sealed = audit.seal()
    assert sealed is not None
    code, said = verified(capsys)
    assert code == 1
    assert "控え" in said and "がありません" in said
    anchors = tmp_path / "anchors" / "seals.txt"
    anchors.parent.mkdir()
    anchors.write_text(f"{sealed.seq} {sealed.hash} 2026-11-20T10:00:00+09:00\n")
    assert verified(capsys)[0] == 0
    anchors.write_text(anchors.read_text() + "half a li\n")
    code, said = verified(capsys)
    assert (code, "seals.txt 2: 控えの行が壊れています" in said) == (1, True)
    anchors.write_text(f"{sealed.seq} {sealed.hash} 2026-11-20T10:00:00+09:00\n")
    for n in (2, 3):
        assert "注意" not in verified(capsys)[1], "one seal may be without an anchor: the worker died between the two"
        with transaction.atomic():
            audit.record("worker", "case.opened", chain=f"case:{n}")
        audit.seal()
    code, said = verified(capsys)
    assert (code, f"封印{sealed.seq + 1}から{sealed.seq + 2}までは控えと比べていません" in said) == (0, True)
    with pytest.raises(StartRefused, match="控えのファイルがありません"):
        verified(capsys, "--anchor", str(tmp_path / "nowhere.txt"))
