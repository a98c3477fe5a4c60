"""One city's definition taken in by another: whole, unchanged, with its translations, and only on purpose."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from tests.support.hall import OPENING

from madoguchi.builder import exchange, offers, services
from madoguchi.builder.errors import CopyNotFound, ExchangeWrong, FormWrong
from madoguchi.builder.models import Copy, Offer
from madoguchi.kernel import clock
from madoguchi.procedures import pack
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import splice
from madoguchi.procedures.rules.checks import RULES
from madoguchi.procedures.rules.read import TRANSLATIONS

from .conftest import SLUG

OTHER = "ninshin-todoke"


@pytest.fixture
def given(hall, db):
    """A file with two definitions."""
    hall.definition(SLUG)
    hall.definition(OTHER)
    return offers.export(slugs=[SLUG, OTHER])


def altered(data, **files):
    """The same file with other contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as box, zipfile.ZipFile(out, "w") as new:
        for name in box.namelist():
            new.writestr(name, files.pop(name, box.read(name)))
        for name, body in files.items():
            new.writestr(name, body)
    return out.getvalue()


def taken(hall, data, who="okada"):
    return offers.offers_take_in(actor=hall.staff(who), data=data)


def test_a_file_carries_the_text_its_words_and_what_it_rests_on(given) -> None:
    origin, found = exchange.unpack(given)
    assert origin == "七尾市" and [g.slug for g in found] == [SLUG, OTHER]
    first = found[0]
    assert splice.data(first.text) == procedures.body_of(SLUG) and len(first.words["vi"]) > 20
    assert first.needs["section"] == {"shimin": "市民課"} and "juuminhyou" in first.needs["fees"]
    assert offers.export(slugs=[SLUG, OTHER]) == given, "the same makes the same file"


def test_taken_in_it_is_a_revision_and_published_with_its_words(hall, given) -> None:
    changed = splice.put(exchange.unpack(given)[1][0].text, ("名称",), "住民票(となりの市)")
    offer = taken(hall, given)[0]
    Offer.objects.filter(id=offer.id).update(text=changed)
    offer = offers.offer_get(actor=hall.staff("okada"), offer_id=offer.id)
    assert [d.where for d in offers.own_differences(offer)] == ["名称"] and offers.offer_lacks(offer) == []
    with pytest.raises(FormWrong):
        offers.offer_take(actor=hall.staff("okada"), offer_id=offer.id, section="kosodate")
    copy = offers.offer_take(actor=hall.staff("okada"), offer_id=offer.id, section="shimin")
    assert copy.name == "住民票(となりの市)" and copy.revision == 2 and not Offer.objects.filter(id=offer.id).exists()
    services.copy_ask(actor=hall.staff("okada"), slug=SLUG, revision="2")
    services.copy_approve(actor=hall.staff("ueno"), slug=SLUG, revision="2", publish_on=clock.today())
    from madoguchi.procedures.models import Version

    assert len(Version.objects.filter(slug=SLUG).order_by("-number").first().body[TRANSLATIONS]["vi"]) > 20


def test_a_procedure_that_this_city_does_not_have(hall, given) -> None:
    text = splice.put(exchange.unpack(given)[1][0].text, ("手続",), "tonari-no-juuminhyou")
    offer = Offer.objects.create(slug="tonari-no-juuminhyou", name="x", origin="となり市", text=text, words={"en": {"k": "v"}},
                                 needs={"fees": {"zei": "税の証明"}, "appeals": {"知事": "文"}, "events": {"x": "あれ"},
                                        "rules": [next(iter(RULES)), "tonari_no_kisoku"]},
                                 by="staff:okada", at=clock.now())
    assert offers.own_differences(offer) is None and len(offers.offer_lacks(offer)) == 4 and "tonari_no_kisoku" in offers.offer_lacks(offer)[-1]
    offer.needs = {"fees": {"zzz": "税の証明", "aaa": "印鑑の証明"}}
    assert ["印鑑" in said for said in offers.offer_lacks(offer)] == [True, False]  # in whatever order the database keeps them
    copy = offers.offer_take(actor=hall.staff("okada"), offer_id=offer.id, section="shimin")
    assert (copy.origin, copy.words) == ("file", {"en": {"k": "v"}})


def test_damaged_files_are_refused_whole(hall, given) -> None:
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(given)).read("madoguchi.json"))
    wrong = {
        "not a zip": b"abc", "cut": given[: len(given) // 2], "empty": b"",
        "changed text": altered(given, **{f"procedures/{SLUG}.yaml": b"x: 1\n"}),
        "no manifest": altered(given, **{"madoguchi.json": b"{"}),
        "newer form": altered(given, **{"madoguchi.json": json.dumps(manifest | {"madoguchi": 2})}),
        "nothing": altered(given, **{"madoguchi.json": json.dumps(manifest | {"procedures": []})}),
        "climbs": altered(given, **{"madoguchi.json": json.dumps(manifest | {"procedures": [manifest["procedures"][0] | {"slug": "../x"}]})}),
    }
    for at in range(40, len(given), max(1, len(given) // 60)):  # a byte that changed on the way, wherever it is
        damaged = given[:at] + bytes([given[at] ^ 0x55]) + given[at + 1 :]
        try:
            exchange.unpack(damaged)
        except ExchangeWrong as refused:
            assert refused.lines
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as box:
            box.writestr("madoguchi.json", "{}" * 500)
        at = packed.getvalue().index(b"madoguchi.json") + 30
        wrong[f"packed otherwise ({method})"] = packed.getvalue()[:at] + b"\xff" * 8 + packed.getvalue()[at + 8 :]
    for name, data in wrong.items():
        with pytest.raises(ExchangeWrong) as refused:
            taken(hall, data)
        assert refused.value.lines, name
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("madoguchi.json", b"0" * (exchange.MOST_WHOLE + 1))
    with pytest.raises(ExchangeWrong):
        taken(hall, bomb.getvalue())
    assert not Offer.objects.exists()


def test_only_who_took_it_in_sees_it_and_it_goes_after_a_month(hall, given) -> None:
    offer = taken(hall, given)[0]
    for who in ("ueno", "tanaka", "digital"):
        with pytest.raises(CopyNotFound):
            offers.offer_get(actor=hall.staff(who), offer_id=offer.id)
        with pytest.raises(CopyNotFound):
            offers.offer_drop(actor=hall.staff(who), offer_id=offer.id)
    with pytest.raises(CopyNotFound):
        taken(hall, given, "auditor")
    assert offers.definitions_sweep() == 0
    with clock.frozen(OPENING + offers.KEEP * 2):
        assert offers.definitions_sweep() == 2


def test_pages(hall, given) -> None:
    desk, url = hall.desk("okada"), reverse("builder_offers")
    assert desk.get(url).status_code == 200
    for data in (b"x", None):
        sent = {"file": SimpleUploadedFile("a.zip", data)} if data else {}
        wrong = desk.post(url, sent)
        assert wrong.status_code == 422 and "選んでください" in wrong.content.decode() or "開けません" in wrong.content.decode()
    assert desk.post(url, {"file": SimpleUploadedFile("a.zip", given)}).status_code == 303
    offer = Offer.objects.get(slug=SLUG)
    there = reverse("builder_offer", kwargs={"offer_id": offer.id})
    words = desk.get(there).content.decode()
    assert "訳のことば：やさしい日本語・English・" in words and "Language(" not in words
    assert "この市の定義と同じです" in words and 'value="shimin" selected' in words
    assert desk.post(there, {"what": "take", "section": ""}).status_code == 422
    assert desk.post(there, {"what": "take", "section": "shimin"}).status_code == 303 and Copy.objects.filter(slug=SLUG).exists()
    other = reverse("builder_offer", kwargs={"offer_id": Offer.objects.get().id})
    for who in ("ueno", "auditor", "mori"):
        for method in ("get", "post"):
            assert getattr(hall.desk(who), method)(other).status_code == 404
    assert desk.post(other, {"what": "drop"}).status_code == 303 and not Offer.objects.exists()
    file = desk.get(reverse("builder_bundle", kwargs={"slug": SLUG}))
    assert exchange.unpack(file.content)[1][0].slug == SLUG
    assert desk.get(reverse("builder_bundle", kwargs={"slug": OTHER})).status_code == 404, "another section's"


def test_the_words_common_to_all_are_read_once_for_a_whole_pack(hall, given, monkeypatch) -> None:
    read, slugs = [], [SLUG, OTHER]
    monkeypatch.setattr(pack, "side_file", lambda path, real=pack.side_file: read.append(path.name) or real(path))
    assert len(exchange.unpack(offers.export(slugs=slugs))[1]) == 2
    assert read.count("common.yaml") == len(exchange.LANGUAGES)


def test_commands(hall, given, tmp_path, capsys) -> None:
    hall.staff("okada")
    out = tmp_path / "all.zip"
    call_command("exchange", "export", "--all", "--out", str(out))
    assert len(exchange.unpack(out.read_bytes())[1]) == 2
    call_command("exchange", "import", str(out), "--by", "okada")
    said = capsys.readouterr().out
    assert f"{SLUG}\t" in said and "この市のものと同じ" in said and Offer.objects.count() == 2
    for wrong in (["export", "--out", str(out)], ["export", "nai", "--out", str(out)], ["export", SLUG, "--out", str(tmp_path / "no" / "x.zip")],
                  ["import", str(tmp_path / "nai.zip")], ["import", str(out), "--by", "nobody"]):
        with pytest.raises(CommandError):
            call_command("exchange", *wrong)
    out.write_bytes(b"x")
    with pytest.raises(CommandError):
        call_command("exchange", "import", str(out))
