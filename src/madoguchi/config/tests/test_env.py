"""The database's address, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.config import env

HERE = Path("/var/lib/madoguchi")


@pytest.mark.parametrize("more, threshold", [("", 5), ("?prepare_threshold=0", None), ("?prepare_threshold=20&sslmode=require", 20)])
def test_statements_are_kept_by_the_server_unless_told_otherwise(more, threshold):
    found = env.database(f"postgresql://u:p%40ss@db.example.jp:6432/hall{more}", HERE)
    assert found["PREPARE"] == threshold
    assert found["OPTIONS"] == ({"sslmode": "require"} if "ssl" in more else {})
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == ("db.example.jp", 6432, "hall", "p@ss")


@pytest.mark.parametrize("wrong", ["mysql://u@h/x", "postgresql://u@h/x?prepare_threshold=never"])
def test_an_address_that_is_none_says_what_to_write(wrong):
    with pytest.raises(env.SettingWrong, match="指定してください"):
        env.database(wrong, HERE)
