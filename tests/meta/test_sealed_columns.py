"""What is sealed is known to the rotation; who opens a 個人番号 is known here."""

from __future__ import annotations

import ast

from django.apps import apps
from django.db.models import BinaryField
from tests.crash.points import called, trees

from madoguchi.kernel import sealing

# Binary columns that hold nothing sealed, with the reason. table.column
OPEN: dict[str, str] = {"casework_caseword.word": "parts of the name that stands open in the list; bytes only for their order (ADR 0026)"}
# The only functions that open a number. The first records who and why; the second fills the bytes of a parcel, which the
# chain has as parcel.made.
OPENERS = {"casework/services.py:number_reveal", "delivery/services.py:_opened"}
SEARCHERS: set[str] = set()


def test_every_binary_column_is_registered_for_resealing():
    binary = {f"{m._meta.db_table}.{f.name}" for m in apps.get_models() for f in m._meta.get_fields() if isinstance(f, BinaryField)}
    known = {c.table for c in sealing.columns()}
    assert binary - known == set(OPEN), "register it in the app's SEALED, or say in OPEN why it is not sealed"
    assert known <= binary


def test_purposes_and_bindings_exist():
    for column in sealing.columns():
        column.model._meta.get_field(column.bound_to)
    purposes = [c.purpose for c in sealing.columns()]
    assert len(purposes) == len(set(purposes)), "a ciphertext of one column must not open in another"


def users(names):
    for path, tree in trees().items():
        if "/madoguchi/kernel/" in path.as_posix():
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any(called(n) in names for n in ast.walk(node)):
                yield "/".join(path.parts[-2:]) + f":{node.name}"


def test_a_number_is_opened_in_two_places_only():
    assert set(users({"sealed.get"})) == OPENERS


def test_nobody_searches_by_number_without_being_named_here():
    assert set(users({"sealed.find"})) == SEARCHERS
