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


@pytest.mark.parametrize(("kind", "written", "told"), [
    ("村", "市役所《しやくしょ》と市長《しちょう》、{city}役所", "村役場《むらやくば》と村長《そんちょう》、{city}役場"),
    ("区都", "市役所《しやくしょ》と市長《しちょう》、{city}役所", "区役所《くやくしょ》と区長《くちょう》、{city}役所"),
    ("区都", "市民税・県民税、市民税《しみんぜい》", "特別区民税・都民税、特別区民税《とくべつくみんぜい》"),
    ("区都", "県知事《けんちじ》、県《けん》と市、市区町村、都道府県", "都知事《とちじ》、都《と》と区、市区町村、都道府県"),
    ("区都", "ほかの県《けん》、石川県《いしかわけん》、例: ○○県○○市", "ほかの県《けん》、石川県《いしかわけん》、例: ○○県○○市"),
    ("市府", "市長と県知事、県道、市県民税", "市長と府知事、府道、市県民税"), ("町道", "県《けん》と市《し》", "道《どう》と町《まち》"),
])
def test_a_village_a_ward_and_what_lies_in_no_prefecture_called_ken(kind, written, told):
    assert kinds.turned(written, kind) == told
    assert kinds.turned(written, "市") == written


@pytest.mark.parametrize(("kind", "language", "written", "told"), [
    ("区都", "en", "{city} Hall; at City Hall; the mayor of the city", "{city} Office; at Ward Office; the mayor of the ward"),
    ("村", "en", "%(city_name)s Hall; at City Hall", "%(city_name)s Hall; at Village Hall"),
    ("区都", "zh-hans", "市政府，县和市，市民税、县民税（市民税・県民税），其他县",
     "区政府，都和区，特别区民税、都民税（特別区民税・都民税），其他县"),
    ("市府", "zh-hans", "县知事，市长", "府知事，市长"), ("市府", "en", "city", "city"), ("市府", "vi", "Tòa thị chính", "Tòa thị chính"),
    ("町", "vi", "Tòa thị chính {city}, tòa thị chính, thị trưởng", "Văn phòng hành chính {city}, văn phòng hành chính, trưởng thị trấn"),
    ("区都", "vi", "thành phố, Thị trưởng", "quận, Quận trưởng"), ("村", "vi", "thành phố, thị trưởng", "làng, trưởng làng"),
])
def test_a_village_and_a_ward_in_other_languages(kind, language, written, told):
    assert kinds.spoken(written, language, kind) == told
    assert kinds.spoken(written, language, "市") == written


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
    assert [kinds.kind_of("見本市", p) for p in ("石川県", "大阪府", "北海道", "東京都", "")] == ["市", "市府", "市道", "市都", "市"]


def test_a_sentence_is_found_by_what_was_written(town):
    words = say("{name}が市役所に来ました", name="市川")
    assert (str(words), words.template) == ("市川が町役場に来ました", "{name}が市役所に来ました")


def test_what_a_person_or_a_pack_wrote_stays(town):
    class Closed(DomainError):
        ja = "市役所は休みです。"

    assert (str(Said("市民会館")), DomainError("市川さんの市").ja) == ("市民会館", "市川さんの市")
    assert str(Closed().ja) == "町役場は休みです。"
