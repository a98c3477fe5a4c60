"""A city hall in a process of its own that forks a child for every act, so that a child can be killed like a machine that
loses its power, without importing Django again each time. Reads one JSON order a line, answers one JSON line.

Orders: {"acts": [[name, arguments]…], "fail": failpoint or "", "once": file,
"first_attempts": the failpoint strikes messages at their first attempt only, "listen": bool, "lock_wait": seconds}
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import json
import os
import pkgutil
import random
import signal
import sys
import time
import traceback
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from tests.crash import acts  # noqa: E402
from tests.crash.journeys import CLAIM, DEBIT, DISASTER, PAID, QUICK, SEALED  # noqa: E402
from tests.support import papers  # noqa: E402

from madoguchi import adapters  # noqa: E402
from madoguchi.identity.public import TRIAL_STAFF  # noqa: E402
from madoguchi.kernel import failpoints  # noqa: E402
from madoguchi.kernel.models import Message  # noqa: E402
from madoguchi.offices.public import disasters_seed  # noqa: E402
from madoguchi.procedures import public as procedures  # noqa: E402
from madoguchi.procedures.rules.faces import pdf  # noqa: E402

settings.SIGNER, settings.SIGNERS = "test", {"test": "tests.support.signer.TestSigner"}
LATER = ("aiohttp", "stripe", "requests", "encodings.cp932", "encodings.idna", "PIL.Image", "PIL.ImageOps", "PIL.TiffImagePlugin",
         "prometheus_client", "tests.support.signer", "madoguchi.survey.handlers", "madoguchi.kernel.rotation", "pyhanko.sign.signers",
         "pyhanko_certvalidator.path", *(module.name for module in pkgutil.walk_packages(adapters.__path__, "madoguchi.adapters.")))
STARTED = dt.datetime.now(acts.clock.JST)


def child(order: dict[str, Any], out: int) -> None:
    """Do the acts and write what came of them. Never returns."""
    code = 0
    try:
        os.environ["MADOGUCHI_FAIL"], os.environ["MADOGUCHI_FAIL_ONCE"] = order.get("fail", ""), order.get("once", "")
        importlib.reload(failpoints)
        if order.get("first_attempts"):
            first_attempts_only()
        heard: dict[str, list[str]] = {}
        if wait := order.get("lock_wait"):
            shorten_lock_wait(wait)
        said: dict[str, Any] = dict(order.get("known", {}))
        for name, arguments in order["acts"]:
            if order.get("listen"):
                hits = heard.setdefault(name, [])
                failpoints.hit = hits.append
            said |= acts.ACTS[name](**(said | arguments))
            os.write(out, json.dumps({"said": said, "heard": heard}).encode() + b"\n")
    except BaseException as error:
        code = 7
        report = {"error": type(error).__name__, "words": str(error)[:300], "trace": traceback.format_exc()[-1500:]}
        os.write(out, json.dumps(report).encode() + b"\n")
    finally:
        os._exit(code)


def first_attempts_only() -> None:
    """Let worker.after_effect, if it is armed, pass while the message under way has been tried before."""
    strike = failpoints.hit

    def hit(name: str) -> None:
        leased = Message.objects.filter(state="ready").exclude(lease_token="").order_by("next_at").values_list("attempts", flat=True)
        if name != "worker.after_effect" or leased.last() == 1:
            strike(name)

    failpoints.hit = hit


def shorten_lock_wait(seconds: float) -> None:
    """Wait less long for a locked database than a real city hall would."""
    if connection.vendor == "sqlite":
        settings.DATABASES["default"]["OPTIONS"]["timeout"] = seconds
        connection.settings_dict["OPTIONS"]["timeout"] = seconds
    else:  # as config.patience has it, for connections to come
        connection.settings_dict["LOCK_WAIT"] = f"{int(seconds * 1000)}ms"
        connection.close()


def fork(order: dict[str, Any]) -> tuple[int, int]:
    """Start a child. Returns its id and the end of the pipe to read."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        child(order, theirs)
    os.close(theirs)
    return pid, ours


def run(order: dict[str, Any]) -> dict[str, Any]:
    """One child to its end, whichever that is."""
    pid, pipe = fork(order)
    with os.fdopen(pipe, "rb") as source:
        lines = source.read().splitlines()
    _, status = os.waitpid(pid, 0)
    answer: dict[str, Any] = {"said": dict(order.get("known", {})), "error": "", "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status)}
    for line in lines:
        if line.endswith(b"}"):
            answer |= json.loads(line)
    if answer["said"].get("offset"):
        acts.skip(answer["said"].pop("offset") - acts._offset.total_seconds())
    return answer


def chaos(seed: int, kills: int, journal: str) -> dict[str, Any]:
    """Two children, one filing and one working and deciding; again and again one of them is killed at a random moment."""
    rng = random.Random(seed)
    done = 0
    children: dict[str, int] = {}

    def begin(kind: str) -> None:
        acts.skip(1)
        pid = os.fork()
        if pid == 0:
            loop(kind, journal, rng.random() + done)
        children[kind] = pid

    for kind in ("web", "worker"):
        begin(kind)
    while done < kills:
        time.sleep(rng.random() ** 2 * 0.28 + 0.012)
        kind = rng.choice(("web", "worker"))
        os.kill(children[kind], signal.SIGKILL)
        _, status = os.waitpid(children[kind], 0)
        if not os.WIFSIGNALED(status):
            return {"error": f"{kind} ended by itself after {done} kills"}
        done += 1
        begin(kind)
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return {"kills": done, "error": ""}


def loop(kind: str, journal: str, seed: float) -> None:
    """A child of `chaos`: for ever, until it is killed. An accepted application is written down only after the answer."""
    rng = random.Random(seed)
    book = os.open(journal, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            try:
                (file_one if kind == "web" else work_some)(book, rng)
            except acts.casework.NotNow:
                continue
            except Exception as error:
                if type(error).__name__ == "OperationalError":
                    connections.close_all()
                    continue
                os.write(book, f"error {kind} {type(error).__name__} {error}\n".encode())
                os.write(book, traceback.format_exc()[-1500:].encode())
                os._exit(7)
    finally:
        os._exit(8)


def file_one(book: int, rng: random.Random) -> None:
    """Fill in and send one form."""
    draft = acts.start(QUICK)["draft"]
    acts.fill(draft)
    os.write(book, f"filled {draft}\n".encode())
    found = acts.submit(draft)["application"]
    os.write(book, f"accepted {found}\n".encode())
    time.sleep(rng.random() * 0.05)


def work_some(book: int, rng: random.Random) -> None:
    """The worker, and between its messages a desk that brings some case one act further."""
    if not acts.outbox.run_once():
        acts.skip(0.2)
        time.sleep(0.005)
    if rng.random() < 0.1:
        acts.Worker()._seal()
    if rng.random() < 0.25:
        # other tests of this town leave cases of other sections behind: this desk works on what this run files
        case = acts.Case.objects.filter(slug=QUICK, state__in=["received", "reviewing", "approval"]).order_by("?").first()
        if case is None:
            return
        key = str(case.id)
        if case.state != "approval":
            acts.propose(key, outcome="accepted")
        else:
            acts.approve(key, who="kimura", role="chief")
            acts.approve(key, who="suzuki", role="manager")


def open_hall() -> None:
    """Set up what the journeys need, and load into this process what every child would load for itself: definitions,
    answers, fonts, and what is imported only when it is needed. No connection stays open: the forks must not share one."""
    for name in LATER:
        importlib.import_module(name)
    call_command("migrate", verbosity=0)
    disasters_seed(actor="test")
    for username, *_ in TRIAL_STAFF:
        acts.hall().staff(username)
    for slug in (CLAIM, QUICK, DISASTER, PAID, SEALED, DEBIT):
        d, answers = acts.hall().publish(slug), acts.answers_of(slug)
        for step in d.steps:
            raw = acts.lists(acts.generate.post_data(d, step, answers))
            procedures.read_step(d, step, raw, procedures.Facts(answers, acts.clock.today()))
        pdf.paper_form(d, "七尾市")
    assert papers.jpeg()
    acts.hall()._staff.clear()
    connections.close_all()
    gc.freeze()  # or every child would copy the memory of all this when it collects


def main() -> None:
    """Set up, then take orders."""
    acts.turn_clock(STARTED)
    open_hall()
    assert not any(c.connection for c in connections.all(initialized_only=True)), "a connection would be shared by the forks"
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = chaos(**order["chaos"]) if "chaos" in order else run(order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
