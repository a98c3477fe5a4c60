"""What a crash left behind is taken away, and tens of thousands of kept files are not asked for one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test.utils import CaptureQueriesContext

from madoguchi.files import services
from madoguchi.files.models import StoredFile
from madoguchi.files.public import file_write, sweep_strays


def test_strays_go_and_kept_files_stay_by_few_questions(hall, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    monkeypatch.setattr(services, "SWEPT", 10)
    for number in range(25):
        file_write(data=b"x", name="x.pdf", kind="application/pdf", owner=f"case:{number}")
    root = Path(settings.FILES_ROOT)
    for name in ("ab/nameless", "ab/torn.part"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"x")
    with CaptureQueriesContext(connection) as asked:
        assert sweep_strays(older_than=-1e9) == 2
    assert len(asked) == 3
    there = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    assert there == set(StoredFile.objects.values_list("place", flat=True))
    assert len(there) == 25


def test_a_file_that_gets_its_name_while_it_is_looked_at_stops_nothing(hall, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(settings.FILES_ROOT)
    (root / "ab").mkdir(exist_ok=True)
    (root / "ab" / "nameless").write_bytes(b"x")
    there = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, pattern: [self / "ab" / "renamed.part", *there(self, pattern)])
    assert sweep_strays(older_than=-1e9) == 1
