"""Running things at the same moment, each thread with its own database connection."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def together(*work: Callable[[], Any], seconds: float = 60) -> list[Any]:
    """Start all at once; results (or the exceptions raised) in the order given. The caller's clock goes with them."""
    start = threading.Barrier(len(work))
    out: list[Any] = [TimeoutError("did not end")] * len(work)

    def run(index: int, job: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            out[index] = job()
        except BaseException as error:
            out[index] = error
        finally:
            connection.close()

    threads = []
    for index, job in enumerate(work):
        context = contextvars.copy_context()
        threads.append(threading.Thread(target=context.run, args=(run, index, job), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return out
