"""Keys outside the database, values sealed under them, and the values that only tokens stand for."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import stat

import pytest
from cryptography.exceptions import InvalidTag
from tests.support.threads import together

from madoguchi.kernel import keys, sealed
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import SealedValue


@pytest.fixture
def ring(settings, tmp_path):
    """A key ring of this test's own."""
    settings.MADOGUCHI_KEYS = tmp_path / "keys" / "ring.json"
    keys.ring_make(settings.MADOGUCHI_KEYS)
    return settings.MADOGUCHI_KEYS


def add_key(path, name):
    body = json.loads(path.read_text())
    body["keys"][name] = base64.b64encode(os.urandom(32)).decode()
    body["current"] = name
    path.write_text(json.dumps(body))
    keys.ring(fresh=True)


def test_what_is_sealed_opens_again_and_shows_nothing(ring):
    shut = keys.seal("mail", b"hanako@example.jp", bound_to="row-1")
    assert b"hanako" not in shut
    assert keys.unseal("mail", shut, bound_to="row-1") == b"hanako@example.jp"
    assert keys.seal("mail", b"hanako@example.jp", bound_to="row-1") != shut


@pytest.mark.parametrize(("purpose", "bound_to"), [("mail", "row-2"), ("mail", ""), ("parcel", "row-1")])
def test_it_opens_only_for_its_purpose_and_its_row(ring, purpose, bound_to):
    shut = keys.seal("mail", b"x", bound_to="row-1")
    with pytest.raises(InvalidTag):
        keys.unseal(purpose, shut, bound_to=bound_to)


def test_a_changed_byte_does_not_open(ring):
    shut = bytearray(keys.seal("mail", b"hanako"))
    shut[-1] ^= 1
    with pytest.raises(InvalidTag):
        keys.unseal("mail", bytes(shut))


def test_another_ring_does_not_open(ring, settings, tmp_path):
    shut = keys.seal("mail", b"hanako")
    settings.MADOGUCHI_KEYS = tmp_path / "other.json"
    keys.ring_make(settings.MADOGUCHI_KEYS)
    with pytest.raises(InvalidTag):
        keys.unseal("mail", shut)


def test_after_rotation_the_old_still_opens_and_the_new_key_seals(ring):
    old = keys.seal("mail", b"before")
    add_key(ring, "k2")
    new = keys.seal("mail", b"after")
    assert (old.split(b".")[0], new.split(b".")[0]) == (b"k1", b"k2")
    assert keys.unseal("mail", old) == b"before"
    assert keys.unseal("mail", new) == b"after"


def test_purposes_have_keys_of_their_own(ring):
    assert keys.subkey("a") != keys.subkey("b")
    assert len(keys.subkey("a")) == 32


def test_a_missing_ring_is_not_invented(settings, tmp_path):
    settings.MADOGUCHI_KEYS = tmp_path / "nowhere.json"
    with pytest.raises(keys.KeysMissing):
        keys.seal("mail", b"x")
    assert not settings.MADOGUCHI_KEYS.exists()


def test_the_ring_is_readable_by_its_owner_only(ring):
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600


def test_making_a_ring_keeps_the_one_that_is_there(ring):
    before = ring.read_text()
    keys.ring_make(ring)
    assert ring.read_text() == before
    assert [p.name for p in ring.parent.iterdir()] == ["ring.json"], "no half-made ring is left behind"


def test_processes_and_threads_that_make_the_ring_at_once_agree_on_one(tmp_path):
    path = tmp_path / "race" / "ring.json"
    fork = multiprocessing.get_context("fork")
    makers = [fork.Process(target=keys.ring_make, args=(path,)) for _ in range(6)]
    for maker in makers:
        maker.start()
    assert together(*[lambda: keys.ring_make(path)] * 4) == [None] * 4
    for maker in makers:
        maker.join(20)
    assert [maker.exitcode for maker in makers] == [0] * 6
    assert json.loads(path.read_text())["current"] == "k1"
    assert [p.name for p in path.parent.iterdir()] == ["ring.json"]


# --- values behind tokens


def test_a_sealed_value_is_a_token_outside_and_a_cipher_inside(db, ring):
    token = sealed.put("my-number", "123456789018")
    row = SealedValue.objects.get(token=token)
    assert sealed.is_token(token)
    assert "1234" not in token
    assert b"123456789018" not in bytes(row.sealed) + row.search.encode()
    assert sealed.get(token) == "123456789018"


def test_a_cipher_moved_to_another_token_does_not_open(db, ring):
    one, two = sealed.put("my-number", "123456789018"), sealed.put("my-number", "111111111118")
    SealedValue.objects.filter(token=two).update(sealed=SealedValue.objects.get(token=one).sealed)
    with pytest.raises(InvalidTag):
        sealed.get(two)


def test_an_exact_number_is_found_without_decrypting_and_kinds_stay_apart(db, ring):
    token = sealed.put("my-number", "123456789018")
    assert sealed.find("my-number", "123456789018") == [token]
    assert sealed.find("account", "123456789018") == []
    assert sealed.find("my-number", "123456789019") == []


def test_a_wiped_value_is_gone_for_good(db, ring):
    token = sealed.put("my-number", "123456789018")
    SealedValue.objects.filter(token=token).delete()
    with pytest.raises(NotFound):
        sealed.get(token)


@pytest.mark.parametrize("value", ["", "sv_", "123456789018", "sv_" + "0" * 23, "sv_" + "0" * 25, None, 5, ["sv_" + "0" * 24]])
def test_other_things_are_no_tokens(value):
    assert not sealed.is_token(value)
