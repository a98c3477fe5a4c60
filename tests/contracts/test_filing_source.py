"""The port from which casework gets a filing (casework.ports.FilingSource): the bundle opens for its own id only."""

from __future__ import annotations

import json
import uuid

import pytest
from cryptography.exceptions import InvalidTag
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.adapters.filing import LocalFilings
from madoguchi.casework.models import Case
from madoguchi.kernel import clock, keys
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import Message

SLUG = "jidou-teate-kifu"


class FaultyFilings:
    """A fake gate between two networks: it is closed, or hands over the bundle of somebody else."""

    faults: list[object] = []

    def fetch(self, application_id):
        fault = type(self).faults.pop(0) if type(self).faults else None
        if isinstance(fault, Exception):
            raise fault
        return LocalFilings().fetch(str(fault or application_id))


@pytest.fixture(params=["local", "faulty"])
def source(request):
    FaultyFilings.faults = []
    return LocalFilings() if request.param == "local" else FaultyFilings()


class TestContract:
    """What every source of filings does."""

    def test_the_bundle_is_the_filing_sealed_for_its_id(self, hall: Hall, source):
        row = hall.file("hanako", SLUG)
        sealed = source.fetch(str(row.id))
        assert isinstance(sealed, bytes)
        assert "見本".encode() not in sealed
        assert row.receipt.encode() not in sealed
        body = json.loads(keys.unseal("bundle", sealed, bound_to=str(row.id)))
        assert (body["application"], body["answers"], body["digest"], body["checksum"]) == (
            str(row.id), row.answers, row.digest, row.checksum)

    def test_it_opens_for_no_other_id_and_no_other_purpose(self, hall: Hall, source):
        sealed = source.fetch(str(hall.file("hanako", SLUG).id))
        with pytest.raises(InvalidTag):
            keys.unseal("bundle", sealed, bound_to=str(hall.file("taro", SLUG).id))
        with pytest.raises(InvalidTag):
            keys.unseal("outbox", sealed, bound_to="")

    def test_nothing_there_is_not_found(self, hall: Hall, source):
        with pytest.raises(NotFound):
            source.fetch(str(uuid.uuid4()))


class TestUse:
    """What casework makes of a gate that fails."""

    @pytest.fixture
    def gate(self, settings):
        FaultyFilings.faults = []
        settings.FILING_SOURCE = f"{__name__}.FaultyFilings"
        return FaultyFilings

    def test_a_closed_gate_opens_the_case_later(self, hall: Hall, gate):
        gate.faults = [ConnectionError(), TimeoutError()]
        row = hall.file("hanako", SLUG)
        for minute in range(3):
            with clock.frozen(OPENING.replace(minute=minute)):
                run_worker()
        assert Case.objects.get().answers == row.answers

    def test_somebody_elses_bundle_opens_no_case(self, hall: Hall, gate):
        other = hall.case("taro", SLUG)
        gate.faults = [other.ref]
        hall.file("hanako", SLUG)
        run_worker()
        assert Case.objects.count() == 1
        assert Message.objects.get(handler="casework.open", state="ready").error_code == "InvalidTag"
