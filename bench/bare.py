"""What Django and Jinja2 alone take for as many requests and statements as a whole filing has, against the yardstick, in one run.

    python bench/bare.py [--quick] [--engine sqlite|postgresql]

The same 15 requests as bench/intake.py, and 28 statements, with Django's own middleware against forgery, its session in a signed
cookie, a form of six fields and a page of ten questions without a rule, a translation or a right: what is left below a goal is
what a city hall may cost. ``cpu_ratio`` as in bench/intake.py. This file is both the application (granian imports it) and the bench.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

HERE = Path(__file__).resolve().parent
PAGE = ('<!doctype html><title>{{ title }}</title>{% for q in questions %}<div><label for="{{ q.id }}">{{ q.label }}</label><p>{{ q.help }}</p>'
        '<input id="{{ q.id }}" name="{{ q.id }}"></div>{% endfor %}<form method="post">{{ csrf_input }}</form>')
QUESTIONS = [{"id": f"q{i}", "label": f"質問{i}", "help": "説明の文です。" * 5} for i in range(10)]
ROUNDS, STEPS, STATEMENTS = 12, 5, 28


def application_of(url: str) -> Any:
    """The WSGI application on the table that the yardstick made. ``url``: the yardstick's database."""
    os.environ["YARDSTICK_DB"] = url
    import yardstick  # sets up Django and the database, without middleware
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    settings.SECRET_KEY, settings.ROOT_URLCONF = "bare" * 16, __name__
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.MIDDLEWARE = [f"django.middleware.{name}" for name in ("security.SecurityMiddleware", "csrf.CsrfViewMiddleware",
                                                                    "clickjacking.XFrameOptionsMiddleware")]
    settings.MIDDLEWARE.insert(1, "django.contrib.sessions.middleware.SessionMiddleware")
    assert yardstick.Entry
    return WSGIHandler()


def pages() -> list[Any]:
    """The addresses: a page, a step that is saved, a form that is filed."""
    import jinja2
    from django import forms
    from django.db import connection, transaction
    from django.http import HttpResponse, HttpResponseRedirect
    from django.template.backends.utils import csrf_input
    from django.urls import path

    template = jinja2.Environment(autoescape=True).from_string(PAGE)

    class Form(forms.Form):
        family, given = forms.CharField(max_length=50), forms.CharField(max_length=50)
        born, children = forms.DateField(), forms.IntegerField(min_value=0, max_value=20)
        kind, why = forms.ChoiceField(choices=[("a", "あ"), ("b", "い")]), forms.CharField(max_length=1000, required=False)

    def read(times: int) -> None:
        with connection.cursor() as cursor:
            for _ in range(times):
                cursor.execute("SELECT id, data, created FROM yardstick_entry WHERE id = %s", [1])
                cursor.fetchone()

    def write(times: int, words: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for _ in range(times):
                cursor.execute("UPDATE yardstick_entry SET data = %s WHERE id = %s", [json.dumps({"words": words}), 1])

    def page(request: HttpRequest) -> HttpResponse:
        read(1)
        return HttpResponse(template.render(title="質問", questions=QUESTIONS, csrf_input=csrf_input(request)))

    def saved(reads: int, writes: int) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            form = Form(request.POST)
            assert form.is_valid(), form.errors
            read(reads)
            write(writes, form.cleaned_data["why"])
            return HttpResponseRedirect("/page")

        return view

    return [path("page", page), path("start", saved(0, 1)), path("step", saved(1, 1)), path("file", saved(3, 6))]


def flow(port: int) -> None:
    """Page, start, five steps (page and answer each), check page, filing, confirmation."""
    from intake import Client, encode, hidden

    client = Client(port)
    _, _, found = client.call("GET", "/page")
    answers = {"csrfmiddlewaretoken": hidden(found, "csrfmiddlewaretoken"), "family": "七尾", "given": "花子", "born": "1991-07-05",
               "children": "2", "kind": "a", "why": "出生のため" * 20}
    for where in ("start", *["step"] * STEPS, "file"):
        status, _, _ = client.call("POST", f"/{where}", encode(answers))
        assert status == 302, (where, status)
        client.call("GET", "/page")


def one(engine: str, quick: bool) -> dict[str, object]:
    """One engine's line."""
    from intake import REQUESTS, YARDSTICK, Client, cpu, free_port, granian, spread, wait, yardstick_once
    from tools_postgres import database

    assert YARDSTICK
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(database()).rpartition("/")[0] + "/yardstick" if engine == "postgresql" else f"sqlite:///{folder}/yard.sqlite3"
        env = {"YARDSTICK_DB": url, "PYTHONPATH": os.pathsep.join([str(HERE), str(YARDSTICK.parent)])}
        subprocess.run([sys.executable, "yardstick.py", "init"], env=os.environ | env, cwd=YARDSTICK.parent, check=True)
        yard_port, port = free_port(), free_port()
        yard = granian("yardstick:application", yard_port, 1, env, YARDSTICK.parent)
        bare = granian("bare:application", port, 1, env, HERE)
        try:
            wait(f"http://127.0.0.1:{yard_port}/hello")
            client = Client(yard_port)
            yardstick_once(client)
            wait(f"http://127.0.0.1:{port}/page")
            spread(100, 1, lambda: yardstick_once(client))
            spread(10, 1, lambda: flow(port))
            submits, flows = (480, 48) if quick else (2400, 240)
            yard_cpu = bare_cpu = 0.0
            for _ in range(ROUNDS):  # by turns: what else the machine does meanwhile weighs on both
                before = cpu(yard.pid)
                spread(submits // ROUNDS, 1, lambda: yardstick_once(client))
                yard_cpu += (cpu(yard.pid) - before) / submits
                before = cpu(bare.pid)
                spread(flows // ROUNDS, 1, lambda: flow(port))
                bare_cpu += (cpu(bare.pid) - before) / flows
            return {"bench": "bare", "engine": engine, "cpu_ratio": round(bare_cpu / yard_cpu, 1), "requests": REQUESTS, "statements": STATEMENTS,
                    "cpu_ms_per_flow": round(bare_cpu * 1000, 1), "yardstick_cpu_ms": round(yard_cpu * 1000, 2)}
        finally:
            for process in (yard, bare):
                process.terminate()
                process.wait()


def main() -> None:
    """One JSON line per engine."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", default="")
    options = parser.parse_args()
    for engine in [options.engine] if options.engine else ["sqlite", "postgresql"]:
        print(json.dumps(one(engine, options.quick)), flush=True)


if __name__ == "__main__":
    main()
elif os.environ.get("YARDSTICK_DB"):
    application = application_of(os.environ["YARDSTICK_DB"])
    urlpatterns = pages()
