"""A new side effect brings its failpoint (STYLE 9): every promise, every file written, every call to the outside."""

from __future__ import annotations

import ast

from tests.crash.points import SOURCE, called, trees

# Writes that need none, with the reason. module:function
ALLOWED = {
    "kernel/metric_files.py:__init__": "the counts of a running process; begun anew when the city hall opens",
    "booking/closures.py:_moved": "rows and promises in one transaction: the outbox has its own pair",
    "booking/occasion_changes.py:_moved": "rows and promises in one transaction: the outbox has its own pair",
    "booking/occasions.py:called_off": "rows and promises in one transaction: the outbox has its own pair",
    "scans/reading.py:_run": "a list for the program that reads, in a temporary folder that goes with it",
    "kernel/keys.py:ring_put": "makes the key ring at installation; written aside and linked into place, tested by a race",
    "kernel/durable.py:folder_sync": "called right after a rename that has its failpoint; changes nothing by itself",
    "config/keys_cli.py:private_write": "writes an export that nothing depends on; a torn one does not open and is made again",
    "config/archive.py:__init__": "opens the unfinished tar, which has no name yet and is removed by the next run",
    "config/archive.py:close": "between backup.before_manifest and backup.before_rename: until then the backup has no name",
    "adapters/oidc/keys.py:key_make": "makes the provider's key at installation; written aside and linked into place",
    "config/management/commands/worker.py:anchor_write": "called by _seal right after worker.before_anchor",
    "config/management/commands/setup.py:handle": "marks that the pack was published; publishing again changes nothing",
    "config/wsgi.py:_count": "counts queries for a measurement, on demand; nothing depends on it",
    "adapters/mail/__init__.py:send": "called between notifications.before_send and after_send; written aside and renamed",
    "casework/progress.py:progress_say": "only publishes: the outbox has its own pair of failpoints",
    "notifications/services.py:mail_promise": "only publishes: the outbox has its own pair of failpoints",
    "intake/applications.py:withdrawal_ask": "one row and a promise in one transaction: the outbox has its own pair",
    "agency/services.py:_tell": "called in the transaction of the row that ends: the outbox has its own pair",
    "identity/people.py:memberships_lapse": "rows and promises in one transaction: the outbox has its own pair; run again every 30 seconds",
    "register/trial.py:sheet_write": "writes the invented town on demand; the same command writes it again",
    "adapters/paper_seal/trial.py:p12_made": "the trial's certificate, written aside and linked; the next process makes it again",
    "adapters/paper_seal/trial.py:certificate_new": "computed in memory",
    "collection/management/commands/collection.py:_demands_generate": "writes an invented file on demand; the same command writes it again",
    "collection/management/commands/collection.py:_results_generate": "as _demands_generate",
    "collection/printing.py:_lay": "as _written",
    "collection/printing.py:_written": "a copy for the printer, written aside and renamed; the same command lays it again",
    "cards/management/commands/cards.py:_rates_export": "writes a file on demand; the same command writes it again",
    "builder/management/commands/exchange.py:_export": "writes a file on demand, whole or not at all; the same command writes it again",
    "inventory/management/commands/inventory.py:_generate": "writes an invented list on demand; the same command writes it again",
    "config/management/commands/doorpages.py:handle": "pages for the proxy on demand, written aside and renamed; the same command writes them again",
    "config/drafts.py:_write": "a draft, written aside and renamed; the same command makes it again",
    "config/languages_cli.py:extract_all": "a translator's tool on the source tree; running it again gives the same files",
    "config/readings_cli.py:_side_file": "a developer's tool on the source tree; running it again gives the same files",
    "config/readings_cli.py:_catalogue": "as _side_file",
    "intake/paying.py:_tell": "called in payment_changed's transaction, right before intake.pay.before_commit",
    "payments/services.py:move": "rows and a promise in one transaction: the outbox has its own pair",
    "payments/refunds.py:_told": "called in the transaction of refund_answer or _done_in, with their rows: the outbox has its own pair",
    "payments/refunds.py:refund_answer": "a row and a promise in one transaction: the outbox has its own pair",
    "casework/reopening.py:decision_stands": "rows and promises in one transaction: the outbox has its own pair",
    "intake/signing.py:sign_again": "within the transaction of the answer (intake.correction): dying here leaves the correction open",
    "intake/signing.py:sign_if_needed": "asks for a signature and keeps nothing: dying here leaves the draft as it was",
}
OUTSIDE = ("config/demo.py", "adapters/jpki/")  # a visitor that files by HTTP; signatures computed in memory
WRITES = {"write_bytes", "write_text", "fsync"}
CALLS = {"send", "deliver", "sign", "refund", "confirm"}  # the ports


def effects(function):
    """(line, what) of side effects in a function, nested functions excluded."""
    for node in ast.walk(function):
        name = called(node)
        last = name.rpartition(".")[2]
        if name == "outbox.publish":
            yield node.lineno, "a promise"
        elif last in WRITES or name == "os.fsync":
            yield node.lineno, f"writes ({last})"
        elif last == "open" and any(isinstance(a, ast.Constant) and str(a.value)[:1] in "wax" and len(str(a.value)) <= 3 and a.value
                                    for a in [*node.args, *(k.value for k in node.keywords)]):
            yield node.lineno, "opens a file to write"
        elif last == "replace" and isinstance(node.func, ast.Attribute) and len(node.args) == 1 and not node.keywords:
            yield node.lineno, "renames"
        elif last in CALLS and name.count(".") >= 1 and not name.startswith("self."):
            yield node.lineno, f"calls a port ({last})"


def functions():
    for path, tree in trees().items():
        where = path.relative_to(SOURCE).as_posix()
        if "migrations" in path.parts or where.startswith(("procedures/rules/", *OUTSIDE)):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield where, node


def test_every_side_effect_has_its_failpoint():
    bare = []
    for path, function in functions():
        found = list(effects(function))
        hits = any(called(n) == "failpoints.hit" for n in ast.walk(function))
        if found and not hits and f"{path}:{function.name}" not in ALLOWED:
            bare += [f"{path}:{line} {function.name} {what}" for line, what in found]
    assert bare == [], "give it a failpoint, or a line with the reason in ALLOWED"


def test_the_allow_list_names_only_what_is_there():
    bare = {f"{path}:{function.name}" for path, function in functions()
            if list(effects(function)) and not any(called(n) == "failpoints.hit" for n in ast.walk(function))}
    assert set(ALLOWED) - bare == set()


def test_the_watch_does_see():
    tree = ast.parse("def f(path, mailer):\n    path.write_bytes(b'')\n    mailer.send(1)\n    outbox.publish(E)\n"
                     "    temp.replace(target)\n    open('x', 'wb')\n    text.replace('a', 'b')\n    p.open('a')\n    p.open('rb')")
    assert [line for line, _ in effects(tree.body[0])] == [2, 3, 4, 5, 6, 8]
