"""A definition on its way: opened, changed, asked for, approved, published on its day, gone back from."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from django.core.management import call_command
from tests.support.hall import OPENING

from madoguchi.builder import public, selectors, services, sources
from madoguchi.builder.errors import CopyNotFound, FormWrong, Overtaken, StateWrong
from madoguchi.builder.models import Copy, Release, Revision
from madoguchi.builder.told import told
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.procedures.models import Version
from madoguchi.procedures.rules import splice
from madoguchi.procedures.selectors import forget

from .conftest import SLUG, opened, saved


def current():
    """What residents are offered now: no commit ends inside a test, so what is remembered is dropped here."""
    forget()
    return procedures.current(SLUG)


@contextlib.contextmanager
def refused(words):
    """Refused, in these words."""
    with pytest.raises(StateWrong) as wrong:
        yield
    assert words in wrong.value.ja


def renamed(copy, name="住民票の写し(改)"):
    return splice.put(copy.text, ("名称",), name)


def asked(hall, copy):
    saved(hall, renamed(copy))
    now = Copy.objects.get(slug=SLUG)
    return services.copy_ask(actor=hall.staff("okada"), slug=SLUG, revision=str(now.revision))


def approve(hall, who="ueno", on=None):
    now = Copy.objects.get(slug=SLUG)
    return services.copy_approve(actor=hall.staff(who), slug=SLUG, revision=str(now.revision), publish_on=on or clock.today())


def test_the_whole_way_to_a_new_version(hall, copy) -> None:
    before = current().number
    assert (copy.origin, copy.base, copy.section, copy.state) == ("pack", before, "shimin", "editing")
    with refused("同じ"):
        services.copy_ask(actor=hall.staff("okada"), slug=SLUG, revision="1")
    asked(hall, copy)
    with pytest.raises(CopyNotFound):
        approve(hall, "okada")
    done = approve(hall)
    assert done.state == "published" and done.base == before + 1 and current().definition.name == "住民票の写し(改)"
    assert [(r.number, r.by, r.approved_by) for r in Release.objects.order_by("number")] == [
        (before, "setup", ""), (before + 1, "staff:okada", "staff:ueno")]
    assert Version.objects.get(slug=SLUG, number=before).accept_until is not None, "drafts begun before are finished on their version"
    assert [e.action for e in AuditEntry.objects.filter(chain=f"definition:{SLUG}").order_by("seq")][-5:] == [
        "definition.opened", "definition.edited", "definition.asked", "definition.approved", "definition.published"]
    assert not audit.verify()


def test_the_version_before_the_city_changed_it_has_its_own_time(hall, db) -> None:
    hall.definition(SLUG)
    published = Version.objects.get(slug=SLUG).published_at
    with clock.frozen(OPENING + dt.timedelta(days=3)):
        copy = opened(hall)
        asked(hall, copy)
        approve(hall)
        assert Release.objects.order_by("number").first().at == published
    Release.objects.filter(by="setup").update(at=OPENING + dt.timedelta(days=3))  # as older databases have it
    assert selectors.release_list(actor=hall.staff("okada"), copy=Copy.objects.get())[-1].at == published


def test_translations_go_with_what_is_published(hall, copy) -> None:
    asked(hall, copy)
    approve(hall)
    from madoguchi.procedures.rules.read import TRANSLATIONS

    body = Version.objects.filter(slug=SLUG).order_by("-number").first().body
    assert len(body[TRANSLATIONS]["en"]) > 20


def test_on_a_day_to_come_the_worker_publishes(hall, copy) -> None:
    asked(hall, copy)
    with pytest.raises(FormWrong):
        approve(hall, on=clock.today() - dt.timedelta(days=1))
    approve(hall, on=clock.today() + dt.timedelta(days=3))
    before = current().number
    assert services.due_publish() == 0 and Copy.objects.get().state == "approved"
    with clock.frozen(OPENING + dt.timedelta(days=3)):
        assert services.due_publish() == 1 and current().number == before + 1 and services.due_publish() == 0


def test_what_no_longer_passes_on_its_day_goes_back(hall, copy, monkeypatch) -> None:
    asked(hall, copy)
    approve(hall, on=clock.today() + dt.timedelta(days=1))
    Copy.objects.update(text=splice.put(Copy.objects.get().text, ("担当",), "nobody"))
    before = current().number
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        assert services.due_publish() == 0 and current().number == before
    now = Copy.objects.get()
    assert now.state == "editing" and "検査" in now.note


def test_two_editors_do_not_overwrite_each_other(hall, copy) -> None:
    saved(hall, renamed(copy))
    with pytest.raises(Overtaken):
        services.copy_save(actor=hall.staff("okada"), slug=SLUG, revision="1", text=renamed(copy, "別"), words="")
    assert Copy.objects.get().name == "住民票の写し(改)" and Revision.objects.count() == 2


def test_errors_are_saved_and_only_no_yaml_is_refused(hall, copy) -> None:
    saved(hall, splice.put(copy.text, ("種別",), "なにか"))
    assert selectors.check(SLUG, Copy.objects.get().text).problems
    with refused("誤りが残って"):
        services.copy_ask(actor=hall.staff("okada"), slug=SLUG, revision="2")
    for text, words in (("a: [b", "YAML"), ("x: 1\x00", "NUL"), ("x: " + "あ" * 400_001, "400,000"), ("a: &b 1\n", "使えません")):
        with pytest.raises(FormWrong) as wrong:
            saved(hall, text)
        assert words in wrong.value.faults[0][1]
    assert Copy.objects.get().revision == 2


def test_the_number_of_a_procedure_stays(hall, copy) -> None:
    saved(hall, splice.put(copy.text, ("手続",), "betsu-no"))
    assert any("「手続」は" in p.ja for p in selectors.check(SLUG, Copy.objects.get().text).problems)


def test_a_change_after_asking_asks_anew(hall, copy) -> None:
    asked(hall, copy)
    saved(hall, renamed(copy, "三"))
    assert Copy.objects.get().state == "editing"
    with pytest.raises(StateWrong):
        approve(hall)


def test_sent_back_with_a_reason_or_taken_back(hall, copy) -> None:
    asked(hall, copy)
    now = Copy.objects.get()
    with pytest.raises(FormWrong):
        services.copy_return(actor=hall.staff("ueno"), slug=SLUG, revision=str(now.revision), why=" ")
    services.copy_return(actor=hall.staff("ueno"), slug=SLUG, revision=str(now.revision), why="名前が長い")
    assert Copy.objects.get().note == "名前が長い" and Copy.objects.get().state == "editing"
    services.copy_ask(actor=hall.staff("okada"), slug=SLUG, revision=str(now.revision))
    with pytest.raises(CopyNotFound):
        services.copy_return(actor=hall.staff("matsui"), slug=SLUG, revision=str(now.revision), why="私のではない")
    services.copy_return(actor=hall.staff("okada"), slug=SLUG, revision=str(now.revision), why="まちがえた")


def test_who_asked_does_not_approve(hall, copy) -> None:
    saved(hall, renamed(copy), "ueno")
    services.copy_ask(actor=hall.staff("ueno"), slug=SLUG, revision="2")
    with refused("自分で承認"):
        approve(hall, "ueno")


def test_back_to_an_earlier_version_at_once(hall, copy) -> None:
    old = current()
    asked(hall, copy)
    approve(hall)
    now = Copy.objects.get()
    with pytest.raises(FormWrong):
        services.release_restore(actor=hall.staff("ueno"), slug=SLUG, revision=str(now.revision), number=old.number, why="")
    with pytest.raises(CopyNotFound):
        services.release_restore(actor=hall.staff("okada"), slug=SLUG, revision=str(now.revision), number=old.number, why="x")
    services.release_restore(actor=hall.staff("ueno"), slug=SLUG, revision=str(now.revision), number=old.number, why="誤りがあった")
    again = current()
    assert again.number == old.number + 2 and again.definition.name == old.definition.name and Copy.objects.get().state == "published"


@pytest.mark.parametrize("state", ["editing", "asked"])
def test_going_back_leaves_what_a_colleague_was_working_on(hall, copy, state) -> None:
    old = current()
    asked(hall, copy)
    approve(hall)
    saved(hall, renamed(copy, "同僚の案"))
    if state == "asked":
        services.copy_ask(actor=hall.staff("okada"), slug=SLUG, revision=str(Copy.objects.get().revision))
    now = Copy.objects.get()
    assert now.state == state
    services.release_restore(actor=hall.staff("ueno"), slug=SLUG, revision=str(now.revision), number=old.number, why="誤りがあった")
    left = Copy.objects.get()
    assert current().definition.name == old.definition.name and current().number == left.base == old.number + 2
    assert (left.state, left.name, left.asked_by, left.approved_by) == ("editing", "同僚の案", "", "")
    assert "編集中の稿として残しました" in told(left, "restored")


def test_given_up_changes_leave_what_is_published(hall, copy) -> None:
    saved(hall, renamed(copy))
    services.copy_drop(actor=hall.staff("okada"), slug=SLUG, revision="2")
    assert not Copy.objects.exists() and not Release.objects.exists()
    asked(hall, opened(hall))
    approve(hall)
    saved(hall, renamed(copy, "やめる"))
    now = Copy.objects.get()
    services.copy_drop(actor=hall.staff("okada"), slug=SLUG, revision=str(now.revision))
    assert Copy.objects.get().name == "住民票の写し(改)" and Copy.objects.get().state == "published"


def test_a_restart_leaves_what_the_city_published_and_the_pack_can_come_back(hall, copy, capsys) -> None:
    asked(hall, copy)
    approve(hall)
    from madoguchi.config.management.commands.setup import Command

    Command()._publish()
    assert current().definition.name == "住民票の写し(改)" and SLUG in capsys.readouterr().out
    assert public.released_slugs() == public.copied_slugs() == {SLUG}
    now = Copy.objects.get()
    services.pack_return(actor=hall.staff("ueno"), slug=SLUG, revision=str(now.revision), why="国の改正に合わせる")
    assert current().definition.name == "住民票の写しの交付請求" and not Copy.objects.exists()


def test_a_new_procedure_from_a_pattern(hall, db) -> None:
    clerk = hall.staff("okada")
    with pytest.raises(FormWrong) as wrong:
        services.copy_new(actor=clerk, slug="Inu!", name="", section="kosodate", pattern="")
    assert [name for name, _ in wrong.value.faults] == ["slug", "name", "section", "pattern"]
    copy = services.copy_new(actor=clerk, slug="neko-touroku", name="犬の登録", section="shimin", pattern="shinsei")
    read = selectors.check("neko-touroku", copy.text)
    assert copy.origin == "new" and read.problems == () and read.definition.name == "犬の登録" and read.doubts
    with pytest.raises(FormWrong):
        services.copy_new(actor=clerk, slug="neko-touroku", name="犬", section="shimin", pattern="shinsei")


def test_a_file_is_taken_in_as_the_next_revision(hall, copy) -> None:
    services.copy_take(actor=hall.staff("okada"), text=renamed(copy).replace("\n", "\r\n"))
    assert Copy.objects.get().name == "住民票の写し(改)" and "\r" not in Copy.objects.get().text
    made = services.copy_take(actor=hall.staff("okada"), text=splice.put(copy.text, ("手続",), "hoka-no-machi"))
    assert made.slug == "hoka-no-machi" and made.origin == "file"
    for text in (splice.put(copy.text, ("手続",), "Q!"), splice.put(splice.put(copy.text, ("手続",), "yoso"), ("担当",), "kosodate"), "x"):
        with pytest.raises(FormWrong):
            services.copy_take(actor=hall.staff("okada"), text=text)


def test_an_override_of_the_city_is_cut_into_the_text(hall, db) -> None:
    text, origin = sources.source_of("kazei-shoumei")
    assert origin == "pack" and selectors.check("kazei-shoumei", text).problems == ()
    assert splice.data(text) == procedures_body("kazei-shoumei", hall)


def procedures_body(slug, hall):
    hall.definition(slug)
    return procedures.body_of(slug)


def test_a_draft_of_the_inventory_is_opened_and_no_longer_made_anew(hall, db, settings, tmp_path) -> None:
    settings.MADOGUCHI_DATA = tmp_path
    source = tmp_path / "rows.csv"
    source.write_text("key,name,section\nZ1,猫の登録,市民課\n", encoding="utf-8")
    call_command("drafts", "make", "--from", str(source))
    assert [r.slug for r in selectors.row_list(actor=hall.staff("okada"), query="猫")] == ["t-z1"]
    copy = services.copy_open(actor=hall.staff("okada"), slug="t-z1")
    assert copy.origin == "draft" and "控え" not in copy.text
    from madoguchi.config import drafts

    report = drafts.drafts_make([{"key": "Z1", "name": "猫の登録", "section": "市民課"}], actor="x", publish=True)
    assert report.rows[0].state == "edited" and not report.published and drafts.draft_publish("t-z1", actor="x")


def test_a_published_version_without_a_file_can_be_opened(hall, db) -> None:
    body = procedures_body(SLUG, hall)
    procedures.version_publish(actor="x", slug="ukeire", body=body | {"手続": "ukeire"})
    text, origin = sources.source_of("ukeire")
    assert origin == "version" and splice.data(text) == body | {"手続": "ukeire"}
    assert sources.source_of("nai") is None
