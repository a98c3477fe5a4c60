"""The table of strangers, continued (see rights.py): definitions that the sections work on."""

from __future__ import annotations

from typing import Any

from madoguchi.builder import access, amended, offers, selectors, services
from madoguchi.builder.errors import ExchangeWrong, FormWrong, StateWrong
from madoguchi.builder.models import Copy, Offer, Release

from .rights import Ask, anything, something, staff

CLAIM = "jidou-teate-mishiharai"
EDITS = {"tanaka", "kimura", "suzuki"}  # 子育て, whose procedure it is
DECIDES = {"suzuki"}
READS = EDITS | {"admin", "auditor"}
DESKS = READS | {"matsuda", "sato", "yamada"}  # who work somewhere see their own section's


def definitions(w: Any) -> None:
    """A claim's definition that tanaka has opened, and a version of it to go back to."""
    services.copy_open(actor=w.hall.staff("tanaka"), slug=CLAIM)
    w.offer = Offer.objects.create(slug="x", name="x", origin="x", text="手続: x\n担当: kosodate\n", by="staff:tanaka", at=w.visit).id
    Release.objects.create(slug=CLAIM, number=987, text=_copy().text, by="setup", at=w.visit)


def _copy() -> Copy:
    return Copy.objects.get(slug=CLAIM)


def _refused(go: Any) -> Any:
    """Whoever may is told what is wrong with what was asked."""
    def inner(w: Any, a: Any) -> bool:
        try:
            go(w, a)
        except (ExchangeWrong, FormWrong, StateWrong):
            return True
        return True
    return inner


def _change(a: Any) -> Any:
    now = _copy()
    return services.copy_save(actor=a, slug=CLAIM, revision=str(now.revision), text=now.text + f"# {now.revision}\n", words="x")


TABLE: dict[str, Ask] = {
    "builder.access.may_build": staff(lambda w, a: access.may_build(a), DESKS, something),
    "builder.access.sees": staff(lambda w, a: access.sees(a, "kosodate"), READS, something),
    "builder.access.edits": staff(lambda w, a: access.edits(a, "kosodate"), EDITS, something),
    "builder.access.publishes": staff(lambda w, a: access.publishes(a, "kosodate"), DECIDES, something),
    "builder.selectors.row_list": staff(lambda w, a: [r for r in selectors.row_list(actor=a) if r.slug == CLAIM], READS, something),
    "builder.selectors.copy_get": staff(lambda w, a: selectors.copy_get(actor=a, slug=CLAIM), READS, something),
    "builder.selectors.revision_list": staff(lambda w, a: selectors.revision_list(actor=a, copy=_copy()), READS, something),
    "builder.selectors.text_seen": staff(lambda w, a: selectors.text_seen(actor=a, copy=_copy(), revision="1"), READS, something),
    "builder.selectors.release_list": staff(lambda w, a: selectors.release_list(actor=a, copy=_copy()), READS, something),
    "builder.services.copy_open": staff(lambda w, a: services.copy_open(actor=a, slug=CLAIM), EDITS, anything),
    "builder.services.begun": staff(lambda w, a: services.begun(a, CLAIM, _copy().text, "file"), EDITS, anything),
    "builder.services.copy_new": staff(_refused(lambda w, a: services.copy_new(actor=a, slug="x", name="", section="kosodate", pattern="")),
                                       {"matsuda", "tanaka", "kimura", "suzuki", "sato", "yamada", "admin", "auditor", "nobody", "left"}, anything),
    "builder.services.copy_take": staff(_refused(lambda w, a: services.copy_take(actor=a, text=_copy().text)), EDITS, anything),
    "builder.services.copy_save": staff(lambda w, a: _change(a), EDITS, anything),
    "builder.services.copy_ask": staff(_refused(lambda w, a: services.copy_ask(actor=a, slug=CLAIM, revision=str(_copy().revision))),
                                       EDITS, anything),
    "builder.services.copy_return": staff(_refused(lambda w, a: services.copy_return(
        actor=a, slug=CLAIM, revision=str(_copy().revision), why="x")), DECIDES, anything),
    "builder.services.copy_approve": staff(_refused(lambda w, a: services.copy_approve(
        actor=a, slug=CLAIM, revision=str(_copy().revision), publish_on=None)), DECIDES, anything),
    "builder.services.release_restore": staff(_refused(lambda w, a: services.release_restore(
        actor=a, slug=CLAIM, revision=str(_copy().revision), number=987, why="")), DECIDES, anything),
    "builder.services.copy_drop": staff(_refused(lambda w, a: services.copy_drop(actor=a, slug="nai", revision="1")), set(), anything),
    "builder.amended.amended": staff(_refused(lambda w, a: amended.amended(actor=a, copy=_copy())), READS, anything),
    "builder.amended.pack_seen": staff(_refused(lambda w, a: amended.pack_seen(
        actor=a, slug=CLAIM, mark=amended.pack_mark(CLAIM))), EDITS, anything),
    "builder.services.pack_return": staff(_refused(lambda w, a: services.pack_return(
        actor=a, slug=CLAIM, revision=str(_copy().revision), why="")), DECIDES, anything),
    "builder.offers.offers_take_in": staff(_refused(lambda w, a: offers.offers_take_in(actor=a, data=b"x")),
                                           EDITS | {"matsuda", "sato", "yamada"}, anything),
    "builder.offers.offer_list": staff(lambda w, a: offers.offer_list(actor=a), {"tanaka"}, something),
    "builder.offers.offer_get": staff(lambda w, a: offers.offer_get(actor=a, offer_id=w.offer), {"tanaka"}, something),
    "builder.offers.offer_take": staff(_refused(lambda w, a: offers.offer_take(actor=a, offer_id=w.offer, section="")), {"tanaka"}, anything),
    "builder.offers.offer_drop": staff(lambda w, a: offers.offer_drop(actor=a, offer_id=w.offer), {"tanaka"}, anything),
    "builder.offers.export": staff(lambda w, a: offers.export(slugs=[CLAIM], actor=a), READS, something),
}
NUMBERS = ("offer",)
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "builder.public.released_slugs": ("numbers of procedures, for who publishes the pack", {"config.management.commands.setup"}),
    "builder.public.copied_slugs": ("numbers of procedures, for who makes drafts", {"config.drafts"}),
    "builder.selectors.names_said": ("names of staff, for a page that has asked who may", {"builder.staff_views"}),
    "builder.selectors.check": ("reads a text that the caller has", None),
    "procedures.pack.read_file": ("reads a file of the pack", None),
    "procedures.pack.side_file": ("reads a file of the pack", None),
    "procedures.selectors.body_of": ("a published definition: open to everybody", None),
    "procedures.selectors.published_times": ("when published versions were published: open to everybody", None),
    "procedures.selectors.words_of": ("translations of a published definition: open to everybody", None),
}
