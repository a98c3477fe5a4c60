"""The port to the key ring: what every source must do, and a ring kept by a program that really encrypts it at rest."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from madoguchi.adapters.key_command import CommandKeys
from madoguchi.kernel import clock, keyring
from madoguchi.kernel.keysource import EnvKeys, FileKeys, KeysMissing, ReadOnly, RingChanged

# What docs/administrator.md shows: the ring lies encrypted, the program opens it and writes it aside before it renames.
PROGRAM = """#!/bin/sh
set -eu
folder=$1 act=$2
cipher="openssl enc -aes-256-cbc -pbkdf2 -pass file:$folder/passphrase"
case "$act" in
  read) $cipher -d -in "$folder/ring.enc" ;;
  write) $cipher -out "$folder/ring.new" && mv "$folder/ring.new" "$folder/ring.enc" ;;
esac
"""


def text():
    return keyring.dump(keyring.ring_new(clock.now()))


@pytest.fixture
def program(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "passphrase").write_text("pass-phrase-of-a-test")
    path = tmp_path / "keys.sh"
    path.write_text(PROGRAM)
    path.chmod(0o700)
    return f"{path} {folder}"


class KeySourceContract:
    """Every source."""

    def test_it_gives_the_ring(self, source, first):
        assert source.read() == first

    def test_what_is_written_is_read(self, source, first):
        new = text()
        source.write(new, was=first)
        assert source.read() == new

    def test_a_ring_that_changed_meanwhile_is_not_overwritten(self, source, first):
        theirs = text()
        source.write(theirs, was=first)
        with pytest.raises(RingChanged):
            source.write(text(), was=first)
        assert source.read() == theirs

    def test_writing_can_be_noticed(self, source, first):
        before = source.stamp()
        source.write(text(), was=first)
        assert source.stamp() is None or source.stamp() != before


class TestFile(KeySourceContract):
    @pytest.fixture
    def first(self):
        return text()

    @pytest.fixture
    def source(self, tmp_path, first):
        path = tmp_path / "ring.json"
        path.write_text(first)
        path.chmod(0o640)
        return FileKeys(str(path))

    def test_mode_and_owner_stay_and_nothing_is_left_beside_it(self, source, first):
        (source.path.parent / f".{source.path.name}.torn").write_text("half a ring of one that was killed")
        source.write(text(), was=first)
        assert stat.S_IMODE(source.path.stat().st_mode) == 0o640
        assert [p.name for p in source.path.parent.iterdir()] == ["ring.json"]

    def test_a_missing_file_says_so(self, tmp_path):
        with pytest.raises(KeysMissing):
            FileKeys(str(tmp_path / "no")).read()


class TestCommand(KeySourceContract):
    @pytest.fixture
    def first(self):
        return text()

    @pytest.fixture
    def source(self, program, first):
        import subprocess

        subprocess.run([*program.split(), "write"], input=first, text=True, check=True)
        return CommandKeys(program)

    def test_the_ring_lies_encrypted(self, source, program, first):
        lying = (Path(program.split()[1]) / "ring.enc").read_bytes()
        assert b"keys" not in lying
        assert keyring.load(source.read()) == keyring.load(first)

    @pytest.mark.parametrize("command", ["/no/such/program", "/bin/false", "/bin/true"])
    def test_a_program_that_does_not_answer_is_no_ring(self, command):
        with pytest.raises(KeysMissing):
            CommandKeys(command).read()

    def test_a_program_that_refuses_says_what_to_do(self, source, program, first):
        Path(program.split()[1]).joinpath("ring.new").mkdir()
        with pytest.raises(ReadOnly, match="keys next"):
            source.write(text(), was=first)
        assert source.read() == first


class TestEnvironment:
    """Read only: a process cannot change what others were started with."""

    def test_it_gives_the_ring(self, monkeypatch):
        first = text()
        monkeypatch.setenv("RING_OF_A_TEST", first)
        assert EnvKeys("RING_OF_A_TEST").read() == first

    def test_a_file_may_hold_it(self, monkeypatch, tmp_path):
        first = text()
        (tmp_path / "secret").write_text(first)
        monkeypatch.setenv("RING_OF_A_TEST_FILE", str(tmp_path / "secret"))
        assert EnvKeys("RING_OF_A_TEST").read() == first

    def test_writing_is_refused_and_says_what_to_do(self, monkeypatch):
        monkeypatch.setenv("RING_OF_A_TEST", text())
        with pytest.raises(ReadOnly, match="keys next"):
            EnvKeys("RING_OF_A_TEST").write(text(), was=os.environ["RING_OF_A_TEST"])

    def test_nothing_there_is_no_ring(self):
        with pytest.raises(KeysMissing):
            EnvKeys("RING_THAT_IS_NOT_THERE").read()
