"""市, 町, 村, 区: the words of the program as another kind of municipality says them."""

from __future__ import annotations

import pytest

from madoguchi.kernel import kinds
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.said import Said, say


@pytest.fixture
def town():
    kinds.adopt("町")


@pytest.mark.parametrize(("written", "of_a_town"), [
    ("市役所の窓口", "町役場の窓口"), ("デジタル市役所", "デジタル町役場"), ("市長は、市民税を", "町長は、町民税を"), ("本市の方", "本町の方"),
    ("{city}役所 電話 {phone}", "{city}役場 電話 {phone}"), ("%(city_name)s役所《やくしょ》", "%(city_name)s役場《やくば》"),
    ("お役所の言葉", "お役所の言葉"),
    ("市外の方と市内の方", "町外の方と町内の方"), ("市・県民税", "町・県民税"),
    ("市町村、市区町村、都市計画税、他市、市場", "市町村、市区町村、都市計画税、他市、市場"), ("市外局番から", "市外局番から"),
    ("金沢市の市川さん", "金沢市の市川さん"),
    ("市《し》の市役所《しやくしょ》、本市《ほんし》", "町《まち》の町役場《まちやくば》、本町《ほんちょう》"),
    ("市民税《しみんぜい》、市町村《しちょうそん》、金沢市《かなざわし》", "町民税《ちょうみんぜい》、市町村《しちょうそん》、金沢市《かなざわし》"),
])
def test_a_town_is_no_city(written, of_a_town):
    assert kinds.turned(written, "町") == of_a_town
    assert kinds.turned(written, "市") == written


@pytest.mark.parametrize(("language", "written", "of_a_town"), [
    ("en", "City Hall of {city}: the city's rules", "Town Hall of {city}: the town's rules"),
    ("en", "%(city)s, a city, town or village; cities; city planning tax", "%(city)s, a city, town or village; cities; city planning tax"),
    ("zh-hans", "本市的市政府；城市，其他市，市区町村", "本町的町公所；城市，其他市，市区町村"),
    ("vi", "Thành phố và thành phố", "Thị trấn và thị trấn"),
    ("pt", "prefeitura (市の要綱)", "prefeitura (町の要綱)"),
    ("ja-easy", "市役所《しやくしょ》に", "町役場《まちやくば》に"),
])
def test_so_it_is_in_other_languages(language, written, of_a_town):
    assert kinds.spoken(written, language, "町") == of_a_town
    assert kinds.spoken(written, language, "市") == written


def test_the_kind_is_the_last_letter_of_the_name():
    assert [kinds.kind_of(name) for name in ("七尾市", "霧ヶ原町", "見本村", "見本区", "")] == ["市", "町", "村", "区", "市"]


def test_a_sentence_is_found_by_what_was_written(town):
    words = say("{name}が市役所に来ました", name="市川")
    assert (str(words), words.template) == ("市川が町役場に来ました", "{name}が市役所に来ました")


def test_what_a_person_or_a_pack_wrote_stays(town):
    class Closed(DomainError):
        ja = "市役所は休みです。"

    assert (str(Said("市民会館")), DomainError("市川さんの市").ja) == ("市民会館", "市川さんの市")
    assert str(Closed().ja) == "町役場は休みです。"
