"""How the log speaks: a line or a JSON object per event, with the number of the request; never what a person wrote.

Paths hold tokens of mailed links and whatever somebody typed into the address bar, so Django's lines about requests name
the route instead. A traceback names types and places; the message of an exception may quote an answer, so it stays out.
"""

from __future__ import annotations

import json
import logging
import traceback
from types import TracebackType
from typing import Any

from madoguchi.kernel import clock, trace

NOISE = ("django.security.TooManyFieldsSent", "django.security.RequestDataTooBig", "django.security.SuspiciousMultipartForm",
         "django.security.TooManyFilesSent", "django.security.DisallowedHost")


class Careful(logging.Filter):
    """Sits on the handler, so that it sees the lines of every logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; changes the record."""
        record.trace = trace.current() or "-"
        if record.name in NOISE:  # the sender's fault, answered by a page: no alarm and no traceback
            record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
            record.msg, record.args = record.name.rpartition(".")[2], ()
        if record.name.startswith("django.") and (request := getattr(record, "request", None)) is not None:
            if isinstance(record.args, tuple) and len(record.args) == 2:  # "%s: %s", reason, path
                record.msg, record.args = "%s: %s", (record.args[0], route(request))
            elif record.name.startswith("django.security"):
                record.msg, record.args = "%s: %s", (record.name.rpartition(".")[2], route(request))
        return True


def route(request: Any) -> str:
    """The pattern that a request's path fits, never the path."""
    match = getattr(request, "resolver_match", None)
    return f"{getattr(request, 'method', '-')} /{match.route}" if match else f"{getattr(request, 'method', '-')} (no route)"


def where(kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None) -> str:
    """A traceback without words of people: types, files, lines, functions; what caused it first."""
    out: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        out[:0] = [type(error).__qualname__, *frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(out)


class Lines(logging.Formatter):
    """For people: one line, the places of an error under it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(trace)s] %(message)s")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """See `where`."""
        return where(*ei)


class Json(logging.Formatter):
    """For machines: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """at, level, logger, request, message, error."""
        body = {"at": clock.now().isoformat(timespec="milliseconds"), "level": record.levelname, "logger": record.name,
                "request": getattr(record, "trace", "-"), "message": record.getMessage()}
        if record.exc_info:
            body["error"] = where(*record.exc_info)
        return json.dumps(body, ensure_ascii=False)
