"""Writers: a definition is opened, changed, asked for, approved, published on its day, and gone back from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.kinds import ours
from madoguchi.kernel.written import too_long
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import pack_text, patterns, tables
from madoguchi.procedures.rules import splice, translate
from madoguchi.procedures.rules.model import Definition
from madoguchi.procedures.rules.patterns import Place, draft
from madoguchi.procedures.rules.read import TRANSLATIONS, resolve

from .access import edits, insist, publishes
from .errors import CopyNotFound, FormWrong, Overtaken, StateWrong
from .models import Copy, Release, Revision
from .rules import slug_fault, text_fault
from .selectors import check
from .sources import source_of

MOST_WORDS = 1000  # of a reason


def _chain(slug: str) -> str:
    return f"definition:{slug}"


def _said(actor: str, action: str, copy: Copy, **facts: Any) -> None:
    audit.record(actor, action, chain=_chain(copy.slug), facts={"revision": copy.revision, "text": sha256(copy.text.encode()), **facts})


def _head(text: str) -> tuple[str, str]:
    """(name, section) that a text says."""
    held = splice.data(text)
    return str(held.get("名称", ""))[:200], str(held.get("担当", ""))


def _keep(copy: Copy, text: str, *, by: str, words: str) -> None:
    """The next revision of a text."""
    name, section = _head(text)
    copy.text, copy.revision, copy.updated_by, copy.updated_at = text, copy.revision + 1, by, clock.now()
    copy.name, copy.section = name or copy.name, section if section in city().sections else copy.section
    Revision.objects.create(copy=copy, number=copy.revision, text=text, words=words, by=by, at=copy.updated_at)


def begun(actor: Staff, slug: str, text: str, origin: str) -> Copy:
    """The first revision of a text; the one that is there, where somebody was faster. Raises CopyNotFound."""
    name, section = _head(text)
    insist(edits(actor, section))
    try:
        base = procedures.current(slug).number
    except NotFound:
        base = 0
    copy, new = Copy.objects.get_or_create(slug=slug, defaults={
        "name": name or slug, "section": section, "text": text, "origin": origin, "base": base, "state": "editing",
        "updated_by": actor.actor, "updated_at": clock.now()})
    if new:
        Revision.objects.create(copy=copy, number=1, text=text, words="はじめの内容", by=actor.actor, at=copy.updated_at)
        _said(actor.actor, "definition.opened", copy, origin=origin, base=base)
    return copy


@transaction.atomic
def copy_open(*, actor: Staff, slug: str) -> Copy:
    """Begin to change a procedure of the pack, of the drafts, or a published one. Raises CopyNotFound."""
    copy = Copy.objects.filter(slug=slug).first()
    if copy is not None:
        insist(edits(actor, copy.section))
        return copy
    found = source_of(slug) if not slug_fault(slug) else None
    if found is None or not edits(actor, _head(found[0])[1]):
        raise CopyNotFound
    return begun(actor, slug, *found)


@transaction.atomic
def copy_new(*, actor: Staff, slug: str, name: str, section: str, pattern: str) -> Copy:
    """Begin a procedure that is not there yet, from a pattern (型). Raises FormWrong with every fault."""
    here, found = city(), patterns()
    chosen = next((p for p in found[0] if p.id == pattern), None)
    faults = [("slug", slug_fault(slug))]
    if not faults[0][1] and (Copy.objects.filter(slug=slug).exists() or source_of(slug)):
        faults = [("slug", "この番号は、もう使われています。別の番号にしてください")]
    faults += [("name", too_long("名称", name, 200) or ("" if name.strip() else "名称を入力してください")),
               ("section", "" if section in here.sections and edits(actor, section) else "担当の課を選んでください"),
               ("pattern", "" if chosen else "型を選んでください")]
    if wrong := [f for f in faults if f[1]]:
        raise FormWrong(wrong)
    assert chosen is not None
    words = str(here.sections[section].name)
    place = Place({k: str(s.name) for k, s in here.sections.items()}, {k: str(e.name) for k, e in here.life_events.items()},
                  clock.today().isoformat())
    made = draft({"key": "", "name": name.strip(), "section": words}, chosen, "職員が選んだ", found[1], place)
    text = splice.put(splice.cleaned(made.text), ("手続",), slug)
    return begun(actor, slug, splice.put(text, ("担当",), section), "new")


@transaction.atomic
def copy_take(*, actor: Staff, text: str) -> Copy:
    """Take in a file: a new procedure, or the next revision of the one with its number. Raises FormWrong, CopyNotFound, Overtaken."""
    held = _readable(text)
    slug, section = str(held.get("手続", "")), str(held.get("担当", ""))
    if fault := slug_fault(slug):
        raise FormWrong([("file", f"ファイルの「手続」を確かめてください。{fault}")])
    copy = Copy.objects.filter(slug=slug).first()
    if copy is None and (source_of(slug) or edits(actor, section)):
        copy = copy_open(actor=actor, slug=slug) if source_of(slug) else begun(actor, slug, splice.cleaned(text), "file")
    if copy is None:
        raise FormWrong([("file", "ファイルの「担当」の課が、あなたの課ではありません。担当の課に頼んでください")])
    return copy_save(actor=actor, slug=slug, revision=str(copy.revision), text=text, words="ファイルを取り込んだ")


def _readable(text: str) -> dict[str, Any]:
    if fault := text_fault(text):
        raise FormWrong([("text", fault)])
    try:
        return splice.data(splice.cleaned(text))  # type: ignore[no-any-return]
    except splice.CannotSplice as why:
        raise FormWrong([("text", str(why))]) from None


def _locked(slug: str, revision: str) -> Copy:
    copy = Copy.objects.select_for_update().filter(slug=slug).first()
    if copy is None:
        raise CopyNotFound
    if revision != str(copy.revision):
        raise Overtaken
    return copy


@transaction.atomic
def copy_save(*, actor: Staff, slug: str, revision: str, text: str, words: str) -> Copy:
    """Save a text, with its errors if it has any; only what is no YAML is refused. It is asked for anew afterwards. Raises CopyNotFound,
    Overtaken when somebody saved meanwhile, FormWrong."""
    seen = Copy.objects.filter(slug=slug).first()
    insist(seen is not None and edits(actor, seen.section))
    _readable(text)
    copy = _locked(slug, revision)
    text = splice.cleaned(text)
    if text == copy.text:
        return copy
    _keep(copy, text, by=actor.actor, words=words)
    copy.state, copy.publish_on, copy.asked_by, copy.approved_by, copy.note = "editing", None, "", "", ""
    copy.save()
    _said(actor.actor, "definition.edited", copy)
    return copy


@transaction.atomic
def copy_ask(*, actor: Staff, slug: str, revision: str) -> Copy:
    """Ask that it be published. Raises CopyNotFound, Overtaken, StateWrong."""
    copy = _locked(slug, revision)
    insist(edits(actor, copy.section))
    if copy.state != "editing":
        raise StateWrong
    if check(slug, copy.text).problems:
        raise StateWrong("誤りが残っています。「直すところ」の一覧をすべて直してから、もう一度お願いします。")
    if copy.base and resolve(copy.text, slug) == procedures.body_of(slug):
        raise StateWrong("公開中の版と同じです。直してから、公開を願い出てください。")
    copy.state, copy.asked_by, copy.note, copy.updated_at = "asked", actor.actor, "", clock.now()
    copy.save()
    _said(actor.actor, "definition.asked", copy)
    return copy


@transaction.atomic
def copy_return(*, actor: Staff, slug: str, revision: str, why: str) -> Copy:
    """Send it back to who works on it (or take one's own asking back). Raises CopyNotFound, Overtaken, StateWrong, FormWrong."""
    copy = _locked(slug, revision)
    insist(publishes(actor, copy.section) or (edits(actor, copy.section) and copy.asked_by == actor.actor))
    if copy.state not in ("asked", "approved"):
        raise StateWrong
    if fault := too_long("理由", why, MOST_WORDS) or ("" if why.strip() else "戻す理由を入力してください"):
        raise FormWrong([("why", fault)])
    copy.state, copy.publish_on, copy.asked_by, copy.approved_by, copy.note = "editing", None, "", "", why.strip()
    copy.updated_at = clock.now()
    copy.save()
    _said(actor.actor, "definition.returned", copy)
    return copy


@transaction.atomic
def copy_approve(*, actor: Staff, slug: str, revision: str, publish_on: dt.date | None) -> Copy:
    """Decide that it is published on a day (today: at once). Raises CopyNotFound, Overtaken, StateWrong, FormWrong."""
    copy = _locked(slug, revision)
    insist(publishes(actor, copy.section))
    if copy.state != "asked":
        raise StateWrong
    if copy.asked_by == actor.actor:
        raise StateWrong("願い出た人は、自分で承認できません。ほかの方に頼んでください。")
    if publish_on is None or publish_on < clock.today():
        raise FormWrong([("on", "公開する日は、今日かそれより後の日を入力してください")])
    copy.state, copy.approved_by, copy.publish_on, copy.updated_at = "approved", actor.actor, publish_on, clock.now()
    _said(actor.actor, "definition.approved", copy, publish_on=publish_on.isoformat())
    if publish_on == clock.today() and not _released(copy, why=""):
        raise StateWrong("誤りが残っているため、公開できません。願い出た人に戻してください。")
    copy.save()
    return copy


def _released(copy: Copy, *, why: str) -> bool:
    """Publish the text as the next version. False: it does not pass the check any more."""
    read = check(copy.slug, copy.text)
    if read.definition is None or read.problems:
        return False
    if copy.base and not Release.objects.filter(slug=copy.slug).exists():
        first = Revision.objects.get(copy=copy, number=1)
        Release.objects.create(slug=copy.slug, number=copy.base, text=first.text, why=ours("市が直す前の版"), by="setup",
                               at=procedures.published_times(copy.slug).get(copy.base, first.at))
    number = _published(read.definition, copy.text, copy.asked_by or copy.updated_by, copy.words)
    Release.objects.get_or_create(slug=copy.slug, number=number, defaults={
        "text": copy.text, "why": why, "by": copy.asked_by or copy.updated_by, "approved_by": copy.approved_by, "at": clock.now()})
    copy.state, copy.base, copy.publish_on, copy.note = "published", number, None, ""
    return True


def _published(d: Definition, text: str, by: str, own: dict[str, dict[str, str]] | None = None) -> int:
    known = tables(d.id)
    for lang, words in (own or {}).items():  # what came with the text, where the pack has no words of its own
        known[lang] = words | known.get(lang, {})
    kept = translate.wanted(d, known)
    return procedures.version_publish(actor=by, slug=d.id, body=resolve(text, d.id) | ({TRANSLATIONS: kept} if kept else {})).number


def due_publish() -> int:
    """Publish what was approved for today or before. Returns how many. What does not pass the check any more (the city's pack has
    changed) goes back, with the reason."""
    done = 0
    for slug in list(Copy.objects.filter(state="approved", publish_on__lte=clock.today()).values_list("slug", flat=True)):
        with transaction.atomic():
            copy = Copy.objects.select_for_update().get(slug=slug)
            if copy.state != "approved" or copy.publish_on is None or copy.publish_on > clock.today():
                continue
            if _released(copy, why=""):
                done += 1
            else:
                copy.state, copy.note, copy.publish_on = "editing", "公開する日に検査を通らなくなっていたため、公開していません。", None
                _said("worker", "definition.returned", copy)
            copy.updated_at = clock.now()
            copy.save()
    return done


@transaction.atomic
def release_restore(*, actor: Staff, slug: str, revision: str, number: int, why: str) -> Copy:
    """Go back to the text of an earlier version, at once, as a new version. What somebody was working on (also asked for, or approved for
    a day) is the working text again afterwards. Raises CopyNotFound, Overtaken, FormWrong, StateWrong."""
    copy = _locked(slug, revision)
    insist(publishes(actor, copy.section))
    old = Release.objects.filter(slug=slug, number=number).first()
    if old is None:
        raise CopyNotFound
    if fault := too_long("理由", why, MOST_WORDS) or ("" if why.strip() else "前の版に戻す理由を入力してください"):
        raise FormWrong([("why", fault)])
    worked = copy.text if copy.state != "published" and copy.text != old.text else ""
    _keep(copy, old.text, by=actor.actor, words=f"第{number}版に戻した：{why.strip()}")
    copy.asked_by = copy.approved_by = actor.actor
    if not _released(copy, why=why.strip()):
        raise StateWrong(f"第{number}版は、いまの検査を通らないため公開できません。直してから、公開を願い出てください。")
    copy.save()
    _said(actor.actor, "definition.restored", copy, number=number)
    if worked:
        _keep(copy, worked, by=actor.actor, words="前の版に戻す前に、直しかけていた内容")
        copy.state, copy.asked_by, copy.approved_by = "editing", "", ""
        copy.save()
    return copy


@transaction.atomic
def copy_drop(*, actor: Staff, slug: str, revision: str) -> None:
    """Give up the changes: back to the text that is published through here, or to nothing. Raises CopyNotFound, Overtaken, StateWrong."""
    copy = _locked(slug, revision)
    insist(edits(actor, copy.section))
    if copy.state != "editing":
        raise StateWrong
    last = Release.objects.filter(slug=slug).order_by("-number").first()
    _said(actor.actor, "definition.dropped", copy)
    if last is None:
        copy.delete()
        return
    _keep(copy, last.text, by=actor.actor, words="直しかけた内容をやめた")
    copy.state, copy.note = "published", ""
    copy.save()


@transaction.atomic
def pack_return(*, actor: Staff, slug: str, revision: str, why: str) -> None:
    """Use the pack's definition again from now on, with its later changes. Raises CopyNotFound, Overtaken, FormWrong, StateWrong."""
    copy = _locked(slug, revision)
    insist(publishes(actor, copy.section))
    text = pack_text(city(), slug)
    if text is None:
        raise StateWrong("この手続きは、パックにありません。")
    if not why.strip():
        raise FormWrong([("why", "パックの定義に戻す理由を入力してください")])
    read = check(slug, text)
    if read.definition is None or read.problems:
        raise StateWrong("パックの定義が検査を通りません。`madoguchi procedures check` の結果を見てください。")
    _published(read.definition, text, actor.actor)
    _said(actor.actor, "definition.packed", copy)
    Release.objects.filter(slug=slug).delete()
    copy.delete()
