"""A new key while people work: old and new both open, nothing is left under the old one, stored digests go on working."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from tests.support.hall import Hall

from madoguchi.identity.models import KeptInput, Resident
from madoguchi.intake.filing import code_digest
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock, keyring, keys, rotation, sealed, sealing
from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.keysource import FileKeys
from madoguchi.kernel.models import AuditEntry, SealedValue
from madoguchi.procedures.rules import generate

SLUG = "ninshin-todoke"
NUMBER = generate.MY_NUMBERS[2]
SILENT = {"say": lambda words: None}


@pytest.fixture
def ring(settings, tmp_path, monkeypatch):
    settings.MADOGUCHI_KEYS = str(tmp_path / "keys" / "ring.json")
    keys.ring_make(tmp_path / "keys" / "ring.json")
    monkeypatch.setattr(FileKeys, "refresh", 0.01)
    return tmp_path / "keys" / "ring.json"


@pytest.fixture
def full(ring, hall: Hall):
    """One of everything that is sealed: a case with a number and a mail address, waiting messages and mail, a draft, a kept form, a second factor,
    a mandate, a legal representation, somebody of a company, accounts of a refund and of a debit, My Number cards and when they end."""
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"my_number": NUMBER}, mail="hanako@example.jp")
    hall.draft("hanako", SLUG)
    row = KeptInput(who=hall.owner("hanako").key, created_at=clock.now())
    row.sealed = keys.seal("kept", json.dumps(["/a/", {"name.sei": ["見本"]}, False]).encode(), bound_to=str(row.id))
    row.save(force_insert=True)
    hall.company("kyotaku")
    from madoguchi.agency import guardians
    from madoguchi.agency import services as agency
    from madoguchi.agency.tests.test_guardians import FORM, lists
    from madoguchi.casework import services

    agency.mandate_offer(owner=hall.owner("hanako"), name="試用次郎", scope=[SLUG], acts=["see"], ends_on=clock.today() + dt.timedelta(days=60))
    guardians.guardian_declare(owner=hall.owner("taro"), raw=lists(FORM | {"issued.era": "ad", "issued.y": str(clock.today().year),
                                                                           "issued.m": str(clock.today().month), "issued.d": "1"}))
    services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path="my_number", why="宛名番号との照合")
    hall.decide(case, "accept", "yoshida")
    from madoguchi.identity import factors

    factors._keep(hall.staff("yoshida"), "totp", "電話", {"secret": factors.secret_new()})
    from madoguchi.collection.tests import conftest as taxes

    taxes.excess_of_payer()
    taxes.transferred(hall)
    taxes.debited(hall)
    taxes.debit_asked()
    from madoguchi.collection.fee_debits import debit_note
    from madoguchi.collection.models import DirectDebit

    debit_note(payment="20000000-0000-4000-8000-000000000001", row=DirectDebit.objects.get())
    from madoguchi.booking import waiting
    from madoguchi.booking.setup import setup
    from madoguchi.booking.tests import conftest as counters

    counters.filled()
    waiting.waiting_join(service=setup().services["tax"], day=counters.MONDAY, form=counters.FORM, by="test", owner="", language="ja")
    from madoguchi.collection import remind

    remind.mail_set(owner=hall.owner("hanako"), payer="900000002", mail="hanako@example.jp", language="ja")
    from madoguchi.cards import expiries
    from madoguchi.cards.tests import conftest as cards
    from madoguchi.cards.tests.test_expiries import sheet as ends
    from madoguchi.scans import seeing
    from madoguchi.scans.tests import conftest as sheets

    hall.definition(sheets.SLUG)
    seeing.sheet_reveal(actor=hall.staff("tanaka"), page_id=str(sheets.waiting()[1].id), why="入力のため")
    cards.arrived(hall)
    expiries.expiries_import(actor=hall.staff("okada"), data=ends())
    from madoguchi.delivery import services as delivery
    from madoguchi.kernel import outbox
    from madoguchi.notifications.public import mail_promise
    mail_promise(key="waiting", case_ref=case.ref, to="hanako@example.jp", subject="x", body="x")
    [message] = outbox.Message.objects.filter(event="casework.CaseDecided", handler="delivery.parcels")
    delivery.make_parcels(outbox.Envelope(message.key, message.event, message.case_ref, message.payload, b"", 1))
    return case


def rotate(kind="seal", **more):
    rotation.key_begin(kind, actor="test", **SILENT, **more)
    return everything(kind)


def everything(kind):
    return rotation.everything_reseal(kind, actor="test", pause=0, **SILENT)


def opened():
    """Everything sealed in the database, opened."""
    return {(c.table, str(bound)): keys.unseal(c.purpose, value, bound_to=str(bound)) for c in sealing.columns()
            for bound, value in c.model._default_manager.exclude(**{f"{c.name}__isnull": True}).values_list(c.bound_to, c.name)}


def test_the_world_of_this_test_has_every_sealed_column(full):
    assert set(sealing.report("seal")["k1"]) == {c.table for c in sealing.columns()}


def test_everything_moves_and_says_the_same_as_before(full):
    before, digests = opened(), Application.objects.get().digest
    chain = list(AuditEntry.objects.exclude(chain="keys").values_list("chain", "seq", "hash"))
    assert rotate() == 0
    assert opened() == before
    assert {name: sum(found.values()) for name, found in sealing.report("seal").items()} == {"k1": 0, "k2": len(before)}
    assert sealing.left("seal") == 0
    assert Application.objects.get().digest == digests
    assert list(AuditEntry.objects.exclude(chain="keys").values_list("chain", "seq", "hash")) == chain
    assert audit.verify() == []


def test_the_record_says_who_changed_the_key_and_holds_no_key(full, ring):
    rotate()
    said = list(AuditEntry.objects.filter(chain="keys").order_by("seq").values_list("actor", "action", "facts"))
    assert [action for _, action, _ in said] == ["keys.made", "keys.current", "keys.resealed"]
    assert {a for a, *_ in said} == {"test"}
    held = json.loads(ring.read_text())["keys"]
    assert not [v for v in held.values() if v in json.dumps([f for *_, f in said])]


def test_what_hangs_on_the_root_goes_on(full):
    """Access codes of guests and signed cookies: no rotation signs anybody out."""
    before = code_digest("R8-1234-5678-9", "12345678"), keys.subkey("django")
    rotate()
    rotate("search")
    assert (code_digest("R8-1234-5678-9", "12345678"), keys.subkey("django")) == before


def test_the_search_has_a_key_of_its_own(full):
    [token] = sealed.find("my-number", NUMBER)
    before = SealedValue.objects.get(token=token)
    rotate()
    assert SealedValue.objects.get(token=token).search == before.search
    assert rotate("search") == 0
    after = SealedValue.objects.get(token=token)
    assert (after.search_key, keys.ring().seal.current) == ("s2", "k2")
    assert after.search != before.search
    assert sealed.find("my-number", NUMBER) == [token]
    assert sealing.report("search") == {"s1": {}, "s2": {sealing.SEARCH: SealedValue.objects.count()}}


def test_in_the_middle_of_a_rotation_a_number_is_found_under_both_keys(full):
    rotation.key_begin("search", actor="test", **SILENT)
    second = sealed.put("my-number", NUMBER)
    assert {SealedValue.objects.get(token=t).search_key for t in sealed.find("my-number", NUMBER)} == {"s1", "s2"}
    assert second in sealed.find("my-number", NUMBER)


def test_a_key_is_known_before_it_is_used(ring, db):
    """A process that last looked between the two writes opens what others seal afterwards."""
    seen = []
    original = FileKeys.write

    def write(self, text, *, was):
        original(self, text, was=was)
        seen.append(keyring.load(text).seal)

    FileKeys.write = write
    try:
        rotation.key_begin("seal", actor="test", **SILENT)
    finally:
        FileKeys.write = original
    assert [(k.current, k.pending, sorted(k.known)) for k in seen] == [("k1", "k2", ["k1", "k2"]), ("k2", "", ["k1", "k2"])]


def test_a_run_cut_short_goes_on_with_its_key(full):
    rotation.key_begin("seal", actor="test", **SILENT)
    first = next(sealing._batches(sealing.columns()[0]))
    assert first.moved > 0
    assert rotation.key_begin("seal", actor="test", **SILENT) == "k2"
    everything("seal")
    assert sealing.left("seal") == 0
    assert rotation.key_begin("seal", actor="test", **SILENT) == "k3", "once all is moved, the next run is a new rotation"


def test_a_run_cut_short_between_the_two_writes_makes_no_third_key(ring, db):
    ring.write_text(keyring.dump((r := keys.ring(fresh=True)).replaced("seal", r.seal.with_pending("k"))))
    assert rotation.key_begin("seal", actor="test", **SILENT) == "k2"


def test_a_row_that_changed_meanwhile_is_left_alone(full):
    row = Resident.objects.first()
    rotation.key_begin("seal", actor="test", **SILENT)
    theirs = keys.seal("resident", b"{}", bound_to=str(row.id))
    column = next(c for c in sealing.columns() if c.model is Resident)
    batch = [(row.id, row.id, bytes(row.attributes))]
    Resident.objects.filter(id=row.id).update(attributes=theirs)
    assert sealing._move(column, batch).moved == 0
    assert bytes(Resident.objects.get(id=row.id).attributes) == theirs


def test_what_does_not_open_is_counted_and_keeps_its_key(full):
    row = Resident.objects.first()
    whole = bytes(row.attributes)
    torn = whole[:-1] + bytes([whole[-1] ^ 1])
    Resident.objects.filter(id=row.id).update(attributes=torn)
    assert rotate() == 1
    assert bytes(Resident.objects.get(id=row.id).attributes) == torn
    assert sealing.report("seal")["k1"] == {"identity_resident.attributes": 1}


# --- taking a key away


def later(minutes):
    return clock.frozen(clock.now() + dt.timedelta(minutes=minutes))


def test_a_key_goes_only_when_nothing_lies_under_it(full, ring):
    rotation.key_begin("seal", actor="test", **SILENT)
    with later(6), pytest.raises(rotation.KeyInUse) as refused:
        rotation.key_retire("k1", actor="test")
    assert "個人番号 2件" in refused.value.ja
    everything("seal")
    with pytest.raises(rotation.KeyInUse) as refused:
        rotation.key_retire("k1", actor="test")
    assert "5分" in refused.value.ja
    with later(6):
        rotation.key_retire("k1", actor="test")
    assert sorted(keys.ring().seal.known) == ["k2"]
    assert opened()
    with later(6), pytest.raises(rotation.KeyNotThere):
        rotation.key_retire("k1", actor="test")


def test_the_current_key_does_not_go(full):
    for name in ("k1", "s1"):
        with later(6), pytest.raises(rotation.KeyInUse):
            rotation.key_retire(name, actor="test")


def test_a_number_is_never_used_twice(ring, db):
    rotate()
    with later(6):
        rotation.key_retire("k1", actor="test")
    rotate(new=True)
    with later(20):
        rotation.key_retire("k2", actor="test")
    assert rotation.key_begin("seal", actor="test", new=True, **SILENT) == "k4"


def test_a_process_with_the_old_ring_reads_again_when_it_meets_a_new_key(ring, monkeypatch):
    monkeypatch.setattr(FileKeys, "refresh", 3600.0)
    keys.ring(fresh=True)
    held = keys._held[keys.source()]
    newer = keyring.load(ring.read_text())
    newer = newer.replaced("seal", newer.seal.with_pending("k").with_current(clock.now()))
    ring.write_text(keyring.dump(newer))
    shut = keys.seal("mail", b"old")
    assert keys.key_of(shut) == "k1", "it has not looked yet"
    body = _seal_as_another_process(newer, b"new")
    assert keys.unseal("mail", body) == b"new"
    assert keys._held[keys.source()] is not held
    assert keys.unseal("mail", shut) == b"old"


def _seal_as_another_process(ring, data):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = b"0" * 12
    return b"k2." + nonce + AESGCM(keyring.derive(ring.seal.known["k2"], "mail")).encrypt(nonce, data, b"")


def test_a_key_nobody_knows_is_said_and_not_guessed(ring):
    with pytest.raises(keys.KeyUnknown):
        keys.unseal("mail", b"k9." + b"0" * 40)


def test_a_source_that_fails_later_does_not_stop_a_running_city_hall(ring, monkeypatch):
    shut = keys.seal("mail", b"x")
    ring.rename(ring.with_name("away"))
    import time

    time.sleep(0.02)
    assert keys.unseal("mail", shut) == b"x"


# --- rings of before


def old_ring(path):
    material = bytes(range(32))
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(material).decode()}}))
    return material


def test_an_old_ring_goes_on_and_its_first_rotation_keeps_what_hung_on_it(settings, tmp_path, db, monkeypatch):
    path = tmp_path / "old" / "ring.json"
    material = old_ring(path)
    settings.MADOGUCHI_KEYS = str(path)
    monkeypatch.setattr(FileKeys, "refresh", 0.01)
    assert keys.subkey("guest-code") == keyring.derive(material, "guest-code")
    token = sealed.put("my-number", NUMBER)
    assert SealedValue.objects.get().search == sealed.search_digest(keyring.derive(material, "sealed-search"), "my-number", NUMBER)
    rotate()
    with later(6):
        rotation.key_retire("k1", actor="test")
    assert keys.subkey("guest-code") == keyring.derive(material, "guest-code")
    assert sealed.find("my-number", NUMBER) == [token]
    assert sealed.get(token) == NUMBER
    assert base64.b64encode(material).decode() not in path.read_text(), "the retired key is really gone"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"current": "k1", "keys": {}}', '{"current": "k1", "keys": {"k1": "eA=="}}',
                                  '{"current": "x", "keys": {"x": "' + "A" * 43 + '="}}'])
def test_what_is_no_ring_is_refused_without_repeating_it(text):
    with pytest.raises(keyring.RingWrong) as wrong:
        keyring.load(text)
    assert "A" * 10 not in str(wrong.value)


# --- with people at work


@pytest.mark.django_db(transaction=True)
def test_sealing_and_reading_go_on_during_a_rotation(ring):
    stop, faults, made = threading.Event(), [], []

    def work():
        try:
            while not stop.is_set():
                made.append(sealed.put("my-number", NUMBER))
                if sealed.get(made[0]) != NUMBER or made[0] not in sealed.find("my-number", NUMBER):
                    faults.append("wrong")
        except Exception as error:
            faults.append(repr(error))
        finally:
            connection.close()

    first = [sealed.put("my-number", NUMBER) for _ in range(150)]
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    stuck = rotate(), rotate("search")
    stop.set()
    for worker in workers:
        worker.join(30)
    assert (faults, stuck) == ([], (0, 0))
    assert len(made) > 2, "nobody worked meanwhile: the test proves nothing"
    moved = SealedValue.objects.filter(token__in=first)
    assert ({keys.key_of(bytes(row.sealed)) for row in moved}, {row.search_key for row in moved}) == ({"k2"}, {"s2"})
    in_hand = "only what a worker had sealed and not yet written when the run ended may still lie under the old key"
    assert max(sealing.left("seal"), sealing.left("search")) <= len(workers), in_hand
    assert (everything("seal"), everything("search")) == (0, 0), "and the next run takes it along"
    assert (sealing.left("seal"), sealing.left("search")) == (0, 0)
    assert len(sealed.find("my-number", NUMBER)) == SealedValue.objects.count()


@pytest.mark.django_db
def test_another_ring_is_refused_before_anything_is_sealed_under_it(tmp_path, settings):
    settings.MADOGUCHI_KEYS = str(tmp_path / "ours.json")
    keys.ring_make(tmp_path / "ours.json")
    sealed_then = sealing.ring_opens()
    for chain in ("some", "a", "z"):
        with transaction.atomic():
            audit.record("x", "first", chain=chain, of={"a": 1})
    rotation.ring_insist(actor="cli:x", lost=False)
    assert sealing.ring_opens() is True and sealed_then is None
    settings.MADOGUCHI_KEYS = str(tmp_path / "other.json")  # its key is named k1, as ours
    keys.ring_make(tmp_path / "other.json")
    assert sealing.ring_opens() is False
    with pytest.raises(StartRefused, match=r"別の鍵束です.*keys import"):
        call_command("setup")
    rotation.ring_insist(actor="cli:x", lost=True)
    assert AuditEntry.objects.filter(chain=rotation.CHAIN, action="keys.lost", actor="cli:x").exists()
    rotation.ring_insist(actor="cli:x", lost=False)
    settings.MADOGUCHI_KEYS = str(tmp_path / "ours.json")  # found again: what it sealed opens
    rotation.ring_insist(actor="cli:x", lost=False)
