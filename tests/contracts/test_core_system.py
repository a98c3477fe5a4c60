"""The port to a core system (delivery.ports.CoreSystem): one contract, run against every adapter and a faulty fake."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.adapters.core_folder import FolderCore
from madoguchi.casework.models import Case
from madoguchi.delivery.models import Parcel
from madoguchi.delivery.ports import Accepted, Goods, Refused, Retry
from madoguchi.kernel import clock, outbox
from madoguchi.kernel.models import Message


def goods(data=b"a,b\r\n1,2\r\n", **changes):
    found = Goods("key-1", "jidou-teate", "R8-0000-0000-0-x.csv", data, hashlib.sha256(data).hexdigest())
    return dataclasses.replace(found, **changes)


class FaultyCore:
    """A fake that loses its answer, asks to come later or refuses when told to, and otherwise keeps the contract."""

    answers: list[object] = []
    taken: dict[tuple[str, str], Goods] = {}

    def deliver(self, given):
        verdict = type(self).answers.pop(0) if type(self).answers else None
        if verdict == "lost":  # taken, and the answer gets lost on the way back
            type(self).taken.setdefault((given.target, given.name), given)
            raise ConnectionResetError
        if verdict is not None:
            return verdict
        there = type(self).taken.setdefault((given.target, given.name), given)
        return Accepted() if there.sha256 == given.sha256 else Refused("another file of this name")


@pytest.fixture(params=["folder", "faulty"])
def core(request, places):
    """An adapter and what lies on the other side: {name: bytes}."""
    if request.param == "faulty":
        FaultyCore.answers, FaultyCore.taken = [], {}
        found = FaultyCore()
        found.there = lambda: {name: g.data for (_, name), g in FaultyCore.taken.items()}
        return found
    found = FolderCore()
    found.there = lambda: {p.name: p.read_bytes() for p in (places / "out").rglob("*")
                           if p.is_file() and not p.name.endswith(".manifest.json")}
    return found


class TestContract:
    """What every core system does."""

    def test_what_is_accepted_is_there_whole(self, core):
        assert core.deliver(goods()) == Accepted()
        assert core.there() == {goods().name: goods().data}

    def test_the_same_again_is_accepted_and_changes_nothing(self, core):
        core.deliver(goods())
        before = core.there()
        assert core.deliver(goods()) == Accepted()
        assert core.there() == before

    def test_changed_content_under_the_same_name_is_refused(self, core):
        core.deliver(goods())
        assert isinstance(core.deliver(goods(b"changed")), Refused)
        assert core.there() == {goods().name: goods().data}

    def test_two_parcels_are_two_files(self, core):
        core.deliver(goods())
        core.deliver(goods(b"second", key="key-2", name="second.csv"))
        assert set(core.there()) == {goods().name, "second.csv"}

    def test_an_empty_file_is_a_file(self, core):
        assert core.deliver(goods(b"")) == Accepted()
        assert core.there() == {goods().name: b""}


class TestFolder:
    """The folder: whole files only, with a manifest written last."""

    def out(self, places):
        return places / "out" / "jidou-teate"

    def test_the_manifest_says_that_the_file_is_whole(self, places):
        FolderCore().deliver(goods())
        manifest = json.loads((self.out(places) / f"{goods().name}.manifest.json").read_text())
        assert manifest == {"key": "key-1", "file": goods().name, "sha256": goods().sha256, "bytes": len(goods().data)}
        assert {p.name for p in self.out(places).iterdir()} == {goods().name, f"{goods().name}.manifest.json"}

    @pytest.mark.parametrize("torn", [b"", b"a,b\r\n1", b"other"])
    def test_a_torn_file_without_manifest_is_written_anew(self, places, torn):
        self.out(places).mkdir(parents=True)
        (self.out(places) / goods().name).write_bytes(torn)
        assert FolderCore().deliver(goods()) == Accepted()
        assert (self.out(places) / goods().name).read_bytes() == goods().data

    def test_what_a_crash_left_behind_is_tidied_away(self, places):
        self.out(places).mkdir(parents=True)
        (self.out(places) / f".{goods().name}.4711").write_bytes(b"1234 5678 9018")
        FolderCore().deliver(goods())
        assert {p.name for p in self.out(places).iterdir()} == {goods().name, f"{goods().name}.manifest.json"}

    def test_a_whole_file_without_manifest_gets_its_manifest(self, places):
        self.out(places).mkdir(parents=True)
        path = self.out(places) / goods().name
        path.write_bytes(goods().data)
        before = path.stat().st_ino
        assert FolderCore().deliver(goods()) == Accepted()
        assert path.stat().st_ino == before, "the file itself is not touched again"
        assert (self.out(places) / f"{goods().name}.manifest.json").exists()

    def test_no_folder_is_later(self, settings, places):
        settings.OUT_ROOT = places / "file"
        settings.OUT_ROOT.write_text("in the way")
        assert isinstance(FolderCore().deliver(goods()), Retry)
        settings.OUT_ROOT.unlink()
        assert FolderCore().deliver(goods()) == Accepted()

    @pytest.mark.parametrize("changes", [
        {"target": "../elsewhere"}, {"target": ""}, {"target": "A b"}, {"name": "../x.csv"}, {"name": "/etc/x"}, {"name": ""},
        {"name": "a/b.csv"}, {"target": "jidou-teate\n"}, {"name": "x.csv\n"},
    ])
    def test_names_that_lead_elsewhere_are_refused(self, places, changes):
        assert isinstance(FolderCore().deliver(goods(**changes)), Refused)
        assert [p for p in places.rglob("*") if p.is_file()] == []


class TestUse:
    """What delivery makes of the answers."""

    @pytest.fixture
    def decided(self, hall: Hall, settings):
        FaultyCore.answers, FaultyCore.taken = [], {}
        settings.CORE_SYSTEM = f"{__name__}.FaultyCore"
        case = hall.case("hanako", "jidou-teate-kifu")
        hall.decide(case, "accepted", "tanaka", "kimura", "suzuki")
        return case

    def hours(self, count):
        for hour in range(count):
            with clock.frozen(OPENING.replace(hour=10 + hour)):
                run_worker()

    def test_later_is_delivered_later_and_once(self, decided):
        FaultyCore.answers = [Retry("closed"), Retry("closed")]
        self.hours(4)
        assert len(FaultyCore.taken) == 1
        assert Parcel.objects.get().state == "delivered"

    def test_a_lost_answer_is_asked_for_again_under_the_same_key(self, decided):
        FaultyCore.answers = ["lost"]
        self.hours(3)
        [taken] = FaultyCore.taken.values()
        parcel = Parcel.objects.get()
        assert (parcel.state, parcel.key) == ("delivered", taken.key)

    def test_refused_is_kept_for_a_person_who_tries_again(self, decided, hall):
        FaultyCore.answers = [Refused("column 7 too long")]
        run_worker()
        parcel = Parcel.objects.get()
        assert (parcel.state, parcel.why) == ("refused", "column 7 too long")
        assert parcel.sealed is not None, "the bytes are still needed"
        assert Message.objects.get(handler="delivery.deliver").state == "parked"
        hall.desk("tanaka").post(f"/staff/deliveries/{parcel.id}/retry/")
        run_worker()
        parcel.refresh_from_db()
        assert (parcel.state, parcel.sealed) == ("delivered", None)

    def test_one_stuck_parcel_holds_up_nobody_else(self, decided, hall):
        FaultyCore.answers = [Refused("never")]
        run_worker()
        other = hall.case("taro", "jidou-teate-kifu")
        hall.decide(other, "accepted", "tanaka", "kimura", "suzuki")
        run_worker()
        assert Parcel.objects.get(case_ref=other.ref).state == "delivered"
        assert Case.objects.filter(state="decided").count() == 2

    def test_the_bytes_are_sealed_while_they_wait(self, decided):
        FaultyCore.answers = [Retry("closed")]
        run_worker()
        parcel = Parcel.objects.get()
        assert "見本".encode() not in bytes(parcel.sealed)
        assert Path(parcel.name).name == parcel.name


class TestChanged:
    """A decision that replaces another says so, to a machine that reads the folder."""

    @pytest.fixture
    def twice(self, hall: Hall):
        """(the first parcel, the second) of a case that was decided, taken up again and decided anew."""
        from madoguchi.casework import services

        case = hall.case("hanako", "jidou-teate-kifu")
        hall.decide(case, "accepted", "tanaka", "kimura", "suzuki")
        run_worker()
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り")
        hall.propose(case, "tanaka", "accepted")
        services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="もう一度")
        hall.decide(case, "accepted", "tanaka", "kimura", "suzuki")
        run_worker()
        return list(Parcel.objects.filter(case_ref=case.ref).order_by("name"))

    def manifest(self, places, parcel):
        return json.loads((places / "out" / parcel.target / f"{parcel.name}.manifest.json").read_text())

    def test_the_name_says_which_decision_it_is_and_sorts_so(self, twice):
        first, second = twice
        assert first.name.startswith(f"{first.receipt}-1-") and second.name.startswith(f"{second.receipt}-2-"), "what was sent back does not count"
        assert first.name < second.name

    def test_the_manifest_says_what_it_replaces(self, twice, places):
        from madoguchi.casework.models import Decision

        first, second = twice
        one, _, two = Decision.objects.filter(case_id=first.case_ref).order_by("number")
        told = self.manifest(places, first)
        assert (told["decision"], told["document"], told["replaces"]) == (1, one.document_number, None)
        told = self.manifest(places, second)
        assert (told["decision"], told["document"], told["decided_at"]) == (
            2, two.document_number, two.decided_at.astimezone(clock.JST).isoformat(timespec="seconds"))
        assert told["replaces"] == {"decision": 1, "document": one.document_number, "file": first.name,
                                    "decided_at": one.decided_at.astimezone(clock.JST).isoformat(timespec="seconds")}

    def test_a_parcel_named_by_a_release_before_is_handed_over_under_its_own_name(self, hall: Hall, places):
        case = hall.case("hanako", "jidou-teate-kifu")
        hall.decide(case, "accepted", "tanaka", "kimura", "suzuki")
        while not Parcel.objects.exists():
            assert outbox.run_once()
        parcel = Parcel.objects.get()
        old = f"{case.receipt}-{parcel.key[:8]}-{parcel.target}.csv"
        Parcel.objects.filter(id=parcel.id).update(name=old)
        run_worker()
        assert sorted(p.name for p in (places / "out" / parcel.target).iterdir()) == [old, f"{old}.manifest.json"]

    def test_the_same_key_never_makes_a_second_file_under_the_new_name(self, hall: Hall, places):
        old = dataclasses.replace(goods(), name="R8-0000-0000-0-abcdef01-jidou-teate.csv")
        assert FolderCore().deliver(old) == Accepted()
        new = dataclasses.replace(old, name="R8-0000-0000-0-1-abcdef01-jidou-teate.csv", old_name=old.name, about={"decision": 1})
        assert FolderCore().deliver(new) == Accepted()
        assert len(list((places / "out" / "jidou-teate").iterdir())) == 2
        other = dataclasses.replace(new, key="key-2")
        assert FolderCore().deliver(other) == Accepted()
        assert len(list((places / "out" / "jidou-teate").iterdir())) == 4, "another key is another file"

    def test_a_column_may_say_which_decision_it_is(self, hall: Hall):
        from madoguchi.casework.letters import row_words
        from madoguchi.casework.models import Decision
        from madoguchi.procedures.rules.columns import ROW_WORDS

        case = hall.case("hanako", "jidou-teate-kifu")
        one = hall.decide(case, "accepted", "tanaka", "kimura", "suzuki")
        from madoguchi.casework import services

        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り")
        two = hall.propose(case, "tanaka", "accepted")
        one = Decision.objects.get(id=one.id)
        case.refresh_from_db()
        first, second = row_words(case, one), row_words(case, two)
        assert (first["決定の回"], first["前の文書番号"], first["前の処分日"]) == ("1", "", "")
        day = one.decided_at.astimezone(clock.JST).date().isoformat()
        assert (second["決定の回"], second["前の文書番号"], second["前の処分日"]) == ("2", one.document_number, day)
        assert set(first) == set(ROW_WORDS)
