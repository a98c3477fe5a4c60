"""What is tried too often waits, in words that say until when; a shelter's address does not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory
from tests.support import papers
from tests.support.hall import Hall
from tests.support.walk import Walk, text

from madoguchi.config import env
from madoguchi.kernel import limits
from madoguchi.kernel.limits import Rate
from madoguchi.kernel.models import Bucket
from madoguchi.web.limits import address

OUTSIDE = {"REMOTE_ADDR": "203.0.113.5"}
SLUG = "risai-shoumei"


def narrow(settings, **rates):
    settings.LIMITS = settings.LIMITS | {name.replace("__", "."): Rate(*rate) for name, rate in rates.items()}


def refused(answer) -> str:
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    page = text(answer)
    assert re.search(r"\d\d時\d\d分\(約\d+分後\)から", page)
    return page


@pytest.mark.parametrize("what", ["x", "api.owner"])
def test_a_bucket_fills_again(db, monkeypatch, what):
    now = [100.0]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    rate = Rate(3, 60)
    for _ in range(3):
        assert limits.wait(what, "me", rate) == 0
        limits.spend(what, "me", rate)
    assert limits.wait(what, "me", rate) == 20 and not limits.take(what, "me", rate)
    assert limits.wait(what, "me", rate) == 20, "what was refused cost nothing"
    assert limits.wait(what, "you", rate) == 0
    now[0] += 20
    assert limits.wait(what, "me", rate) == 0 and limits.take(what, "me", rate) and not limits.take(what, "me", rate)
    assert limits.wait(what, "me", Rate(0, 1)) == 0 and limits.take(what, "me", Rate(0, 1))
    now[0] += 1000
    assert [limits.take(what, "me", rate) for _ in range(4)] == [True] * 3 + [False], "no fuller than full"
    now[0] -= 3600
    assert limits.wait(what, "me", rate) == 20, "a clock that is set back shuts nobody out"
    limits.spend(what, "me", rate)
    assert limits.wait(what, "me", rate) == 40


def test_the_memory_for_buckets_is_bounded(db, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 100)
    for number in range(1000):
        limits.spend("api.owner", str(number), Rate(3, 60))
    assert len(limits._buckets) <= 100 and not Bucket.objects.exists()


def test_a_bucket_says_nothing_of_who_came_and_goes_when_it_is_full(db, monkeypatch):
    limits.spend("code.address", "203.0.113.5", Rate(3, 60))
    (row,) = Bucket.objects.values_list("key", flat=True)
    assert re.fullmatch("[0-9a-f]{64}", row) and limits.limits_sweep() == 0
    later = limits.time.time() + limits.LONGEST + 1
    monkeypatch.setattr(limits.time, "time", lambda: later)
    assert limits.limits_sweep() == 1 and not Bucket.objects.exists()


def test_the_longest_rate_is_over_when_its_bucket_goes(settings):
    assert max(rate.seconds for rate in settings.LIMITS.values()) < limits.LONGEST


@pytest.mark.django_db(transaction=True)
def test_several_processes_count_together():
    """Each thread has a connection of its own, as each process has."""
    rate = Rate(20, 100_000_000)

    def tries(number: int) -> int:
        try:
            return sum(limits.take("code.owner", "hanako", rate) for _ in range(15))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        assert sum(people.map(tries, range(4))) == 20
    assert limits.wait("code.owner", "hanako", rate) > 0 and limits._buckets == {}


def test_the_next_process_knows_of_it_too(hall: Hall, settings):
    narrow(settings, sign_in__address=(2, 600))
    for _ in range(2):
        assert hall.browser().post("/staff/sign-in/", {"username": "tanaka", "password": "ちがう"}, **OUTSIDE).status_code == 422
        limits.forget()
    assert hall.browser().post("/staff/sign-in/", {"username": "kimura", "password": "ちがう"}, **OUTSIDE).status_code == 429


def test_wrong_codes_are_counted_and_right_ones_are_not(hall: Hall, settings):
    narrow(settings, code__address=(3, 600))
    filed = hall.file("hanako", SLUG)
    client = hall.browser()
    for _ in range(3):
        assert client.post("/status/", {"receipt": filed.receipt, "code": "1"}, **OUTSIDE).status_code == 422
    refused(client.post("/status/", {"receipt": filed.receipt, "code": "1"}, **OUTSIDE))
    assert client.get("/status/", **OUTSIDE).status_code == 200
    assert client.post("/status/", {"receipt": "R8", "code": "1"}, REMOTE_ADDR="203.0.113.6").status_code == 422


def test_sending_too_often_waits_and_keeps_the_draft(hall: Hall, settings):
    narrow(settings, submit__owner=(1, 600))
    hall.definition(SLUG)
    client = hall.browser("hanako")
    walks = [Walk(client, SLUG, hall.answers(SLUG)) for _ in range(2)]
    for walk in walks:
        walk.go(stop="documents")
    first = walks[0].submit()
    assert first.status_code in (303, 422)
    refused(walks[1].submit())
    assert walks[1].draft.answers
    assert hall.browser("taro").get("/my/").status_code == 200


def test_files_too_fast_wait(hall: Hall, settings):
    narrow(settings, upload__owner=(2, 600))
    hall.definition(SLUG)
    walk = Walk(hall.browser("hanako"), SLUG, hall.answers(SLUG))
    walk.go(stop="documents")
    slot = walk.d.attachments[0].id
    answers = [walk.client.post(walk.url("documents"), {"_action": "add", f"file.{slot}": SimpleUploadedFile("a.jpg", papers.jpeg())})
               for _ in range(3)]
    assert [a.status_code for a in answers[:2]] == [303, 303]
    refused(answers[2])


def test_a_shelter_with_one_address_is_not_held_up(hall: Hall, settings):
    """200 people behind one address, each opening a link and mistyping a code or two in ten minutes... the owner's limits are theirs alone."""
    client = hall.browser()
    for number in range(50):
        assert client.post("/status/", {"receipt": f"R8-{number}", "code": "1"}, **OUTSIDE).status_code == 422
    assert settings.LIMITS["submit.address"].count >= 1000
    assert settings.LIMITS["upload.address"].count >= 3 * 1000


def test_this_machine_is_a_proxy_and_not_a_person(settings):
    make = RequestFactory().get
    assert address(make("/", REMOTE_ADDR="127.0.0.1")) == ""
    assert address(make("/", REMOTE_ADDR="[2001:db8:1:2:3::9]")) == "2001:db8:1:2::/64"
    assert address(make("/", REMOTE_ADDR="::ffff:203.0.113.9")) == "203.0.113.9"
    forged = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 203.0.113.7"}
    assert address(make("/", **forged)) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert address(make("/", **forged)) == "203.0.113.7"
    settings.PROXIES = 2
    assert address(make("/", **forged)) == "1.1.1.1"


def test_a_rate_that_cannot_be_read_stops_the_start(monkeypatch):
    assert env.rate("MADOGUCHI_LIMIT_X", "60/600") == Rate(60, 600)
    monkeypatch.setenv("MADOGUCHI_LIMIT_X", "0")
    assert env.rate("MADOGUCHI_LIMIT_X", "60/600").count == 0
    for wrong in ("60", "a/b", "60/0", "-1/5"):
        monkeypatch.setenv("MADOGUCHI_LIMIT_X", wrong)
        with pytest.raises(env.SettingWrong, match="回数/秒"):
            env.rate("MADOGUCHI_LIMIT_X", "60/600")


def test_what_could_be_guessed_is_counted_by_all_processes_together(settings):
    assert {what.partition(".")[0] for what in settings.LIMITS if limits._local(what)} == {"api", "submit", "upload"}
