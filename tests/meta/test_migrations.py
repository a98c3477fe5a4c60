"""The migrations say what the models say."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command


def test_no_migration_is_missing(db):
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(out.getvalue())
