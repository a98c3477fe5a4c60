"""紙 by its form: a clerk says that a law still asks for paper, changes it and takes it back, and nothing else of the file moves."""

from __future__ import annotations

from urllib.parse import quote

from madoguchi.builder.differ import differences
from madoguchi.builder.exchange import pack_up, unpack
from madoguchi.builder.models import Copy
from madoguchi.offices.public import city
from madoguchi.procedures.rules import splice
from madoguchi.procedures.rules.read import read

from .test_fee_forms import BASE, acted, data, part
from .test_pages import form_of, page


def test_paper_by_its_form_there_and_back(hall, copy) -> None:
    desk, before = hall.desk("okada"), Copy.objects.get().text
    overview = page(desk, BASE).content.decode()
    assert "紙の原本" in overview and "紙は要りません" in overview
    at = part("紙")
    drawn = page(desk, at)
    assert "この部分を消す" not in drawn.content.decode(), "there is nothing to take away yet"
    answer = desk.post(at, form_of(drawn, at) | {"b0": "住民基本台帳法"})
    assert answer.status_code == 303
    assert "「説明」がありません" in page(desk, BASE).content.decode(), "what is half said is asked for"
    drawn = page(desk, at)
    text = "紙に署名して窓口で出します。"
    desk.post(at, form_of(drawn, at) | {"b1": "第27条", "b2": text, "b3": "住民異動届", "b4": "届出人\r\n世帯主", "b5": "記憶による"})
    assert list(data()["紙"].values()) == ["住民基本台帳法", "第27条", text, "住民異動届", ["届出人", "世帯主"], "記憶による"]
    assert form_of(page(desk, at), at)["b4"] == "届出人\n世帯主"
    overview = page(desk, BASE).content.decode()
    assert "紙は要りません" not in overview and text in overview
    told = differences(splice.data(before), data())
    assert [(x.where, x.what) for x in told] == [("紙", "足した")] and "署名: 届出人、世帯主" in told[0].after
    desk.post(at, form_of(page(desk, at), at) | {"b4": "届出人"})
    changed = differences(splice.data(before) | {"紙": data()["紙"] | {"署名": ["届出人", "世帯主"]}}, data())
    assert [(x.where, x.what, x.before, x.after) for x in changed] == [("紙 › 署名", "変えた", "届出人、世帯主", "届出人")]
    assert acted(desk, "drop", quote("紙")).status_code == 303 and Copy.objects.get().text == before


def test_paper_goes_to_another_city_with_the_definition(hall, copy) -> None:
    text = splice.put(Copy.objects.get().text, ("紙",), {"法令": "戸籍法", "条": "第74条", "説明": "出します。", "署名": ["夫", "妻"]})
    d, problems = read(text, "a.yaml")
    assert problems == []
    given = unpack(pack_up(city(), [(d, text, {})]))[1][0]
    again, _ = read(given.text, "b.yaml")
    assert again.paper == d.paper and again.paper.signers == ("夫", "妻")
