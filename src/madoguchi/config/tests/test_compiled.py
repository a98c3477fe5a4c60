"""Compiled templates are kept between processes; whatever is wrong with what was kept, pages are drawn."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from madoguchi.config.compiled import Compiled, compiled


def drawn(cache: Compiled | None, source: str = "{{ 1 + 1 }}枚") -> str:
    env = jinja2.Environment(loader=jinja2.DictLoader({"a.html": source}), bytecode_cache=cache, autoescape=True)
    return env.get_template("a.html").render()


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def test_a_template_is_compiled_once_for_all_processes(tmp_path, monkeypatch) -> None:
    assert drawn(compiled(tmp_path)) == "2枚"
    assert len(files(tmp_path)) == 1
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_args, **_more: pytest.fail("compiled again"))
    assert drawn(compiled(tmp_path)) == "2枚"


def test_a_changed_template_is_compiled_anew(tmp_path) -> None:
    drawn(compiled(tmp_path))
    assert drawn(compiled(tmp_path), "{{ 1 + 1 }}通") == "2通"


@pytest.mark.parametrize("left", [b"", b"j2", None, "half"])
def test_what_cannot_be_read_is_compiled_anew(tmp_path, left: bytes | str | None) -> None:
    drawn(compiled(tmp_path))
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:len(whole) // 2] if left == "half" else whole[:20] if left is None else left)  # type: ignore[arg-type]
    assert drawn(compiled(tmp_path)) == "2枚"


def test_what_another_version_of_the_program_kept_goes(tmp_path) -> None:
    other = tmp_path / "0123456789abcdef"
    other.mkdir()
    (other / "x.cache").write_bytes(b"old")
    drawn(compiled(tmp_path))
    assert not other.exists() and len(files(tmp_path)) == 1


def test_a_page_is_drawn_where_nothing_can_be_kept(tmp_path) -> None:
    (tmp_path / "full").write_text("a file where the folder should be", encoding="utf-8")
    assert compiled(tmp_path / "full") is None
    kept = compiled(tmp_path / "there")
    (own,) = (tmp_path / "there").iterdir()
    own.rmdir()  # as another version's worker does meanwhile
    assert drawn(kept) == "2枚"
