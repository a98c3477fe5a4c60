"""手続きナビ: questions, the list, ticks, what belongs to whom, and writing once for several applications."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.hall import OPENING, body_of
from tests.support.walk import text

from madoguchi.booking.public import bookable
from madoguchi.guide import services
from madoguchi.guide.models import Plan
from madoguchi.identity.public import person_of, prefill
from madoguchi.intake.models import Draft
from madoguchi.intake.together import common, drafts_begin, next_in_bundle, offered, shared_questions
from madoguchi.kernel import clock
from madoguchi.procedures import public as procedures
from madoguchi.procedures import selectors

NINTEI, HOIKU, HENKOU, RISAI = "jidou-teate-nintei", "hoiku-riyou-moushikomi", "jidou-teate-henkou", "risai-shoumei"
MOVING = {"kind": "in", "date.era": "ad", "date.y": "2026", "date.m": "11", "date.d": "16", "child": "yes", "pupil": "no", "nursery": "yes",
          "care": "no", "kokuho": "no", "card": "yes", "drive": "no", "dog": "no", "foreign": "no",
          "old": "no", "disabled": "no", "pensioner": "no", "single": "no"}
DAMAGED = {"date.era": "ad", "date.y": "2026", "date.m": "11", "date.d": "10", "home": "yes", "level": "part", "own": "yes", "debris": "no",
           "died": "no", "insured": "no"}
DIED = {"date.era": "ad", "date.y": "2026", "date.m": "11", "date.d": "10", "insurance": "kokuho", "care": "no", "pension": "no", "head": "no",
        "teate": "no", "property": "no", "income": "no", "drive": "no", "dog": "no", "family": "no", "alone": "no",
        "disabled": "no", "bank": "no", "housing": "no"}
MARRIED = {"date.era": "ad", "date.y": "2026", "date.m": "11", "date.d": "16", "surname": "no", "move": "no", "foreign": "no",
           "insurance": "same", "parent": "no", "child": "no", "drive": "no"}
BORN = {"born.era": "ad", "born.y": "2026", "born.m": "11", "born.d": "16", "first": "no", "insurance": "work", "pension": "no",
        "foreign": "no", "work": "no", "single": "no"}
CARE = {"age": "middle", "state": "none", "place": "home", "lost": "no", "work": "no"}
# route → the ids it carries; read by tests/meta
STRANGERS = {"plan": ("plan_id",), "plan_answers": ("plan_id",), "plan_drop": ("plan_id",), "plan_together": ("plan_id",)}


@pytest.fixture
def town(hall):
    for slug in (NINTEI, HOIKU, HENKOU, RISAI):
        hall.publish(slug)
    return hall


def begin(client: Client, finder: str = "hikkoshi", answers=None) -> str:
    away = client.post(reverse("guide", args=[finder]), answers or MOVING)
    assert away.status_code == 303, text(away)
    return str(away["Location"])


def test_answers_become_a_list_in_order_with_days_and_reasons(town):
    client = town.browser("hanako")
    page = text(client.get(begin(client)))
    assert page.index("転出届") < page.index("転入届") < page.index("マイナンバーカードの住所変更")
    assert "18歳までのお子さんがいるため" in page
    assert "令和8年11月30日まで" in page, "14 days from the day after 16 November"
    assert "<b>転居届</b>" not in page
    assert f"/p/{NINTEI}/" in page
    assert "kaigo-ten-nyuu-keizoku" not in page, "nobody is in care"
    assert page.count("<li>マイナンバーカード（家族全員分）") == 1, "each thing once"


def test_no_answer_stands_in_an_address(town):
    client = town.browser("hanako")
    url = begin(client)
    assert url.split("/")[2] == "list"
    assert "2026" not in url
    assert uuid.UUID(url.split("/")[3])


def test_what_is_missing_is_said_at_its_question(town):
    page = town.browser().post(reverse("guide", args=["hikkoshi"]), {k: v for k, v in MOVING.items() if not k.startswith("date")})
    assert page.status_code == 422
    assert "引っ越す日" in text(page)
    assert "エラー" in text(page)
    assert not Plan.objects.exists()


def test_ticks_stay_and_what_is_done_needs_no_paper_any_more(town):
    client = town.browser("hanako")
    url = begin(client)
    before = text(client.get(url))
    assert "転出証明書" in before
    assert client.post(url, {"done": ["tenshutsu", "tennyuu", "nonsense"]}).status_code == 303
    assert Plan.objects.get().ticks == ["tenshutsu", "tennyuu"]
    after = text(client.get(url))
    assert after.count(" checked") == 2
    assert after.count("転出証明書") < before.count("転出証明書")


def test_other_answers_make_another_list_and_keep_ticks(town):
    client = town.browser("hanako")
    url = begin(client)
    client.post(url, {"done": ["card"]})
    assert 'value="8"' in text(client.get(f"{url}answers/")), "令和8年"
    assert client.post(f"{url}answers/", MOVING | {"kind": "within"})["Location"] == url
    page = text(client.get(url))
    assert "<b>転居届</b>" in page
    assert "<b>転入届</b>" not in page
    assert Plan.objects.get().ticks == ["card"]


def test_a_guest_keeps_a_list_by_the_cookie(town):
    client = Client()
    url = begin(client, "hisai", DAMAGED)
    assert "罹災証明書の交付申請" in text(client.get(url))
    assert url in text(client.get("/guide/"))
    assert Plan.objects.get().owner.startswith("g:")


def test_strangers_cannot_tell_that_a_list_is_there(town):
    ids = {"mine": begin(town.browser("hanako")).split("/")[3], "none": str(uuid.uuid4())}
    before = list(Plan.objects.values())
    for client in (town.browser("taro"), Client()):
        for name, (key,) in STRANGERS.items():
            for method in ("get", "post"):
                mine, none = (getattr(client, method)(reverse(name, kwargs={key: ids[which]})) for which in ("mine", "none"))
                assert mine.status_code == none.status_code, (name, method)
                assert mine.status_code in (404, 303, 302)
    assert list(Plan.objects.values()) == before


def test_a_list_goes_when_it_is_dropped_and_after_its_term(town):
    client = town.browser("hanako")
    url = begin(client)
    assert client.post(f"{url}drop/")["Location"] == "/guide/"
    assert not Plan.objects.exists()
    begin(Client(), "hisai", DAMAGED)
    begin(client)
    with clock.frozen(OPENING + dt.timedelta(days=31)):
        assert services.plans_sweep() == 1
    with clock.frozen(OPENING + dt.timedelta(days=366)):
        assert services.plans_sweep() == 1


def test_one_owner_keeps_twenty_lists(town):
    client = town.browser("hanako")
    for _ in range(services.MOST + 2):
        begin(client)
    assert Plan.objects.count() == services.MOST


def test_only_what_is_about_the_applicant_is_shared(town):
    shared = {slug: {kind: [q.id for q in own] for kind, own in shared_questions(town.definition(slug)).items()} for slug in (NINTEI, HOIKU)}
    assert set(shared[NINTEI]) >= {"氏名", "カナ", "生年月日", "住所", "電話"}
    for own in shared.values():
        assert not [i for ids in own.values() for i in ids if i.startswith(("agent", "p_", "spouse", "child", "work"))]
    assert set(common([town.definition(NINTEI), town.definition(HOIKU)])) >= {"氏名", "電話"}


def test_written_once_and_offered_in_each(town):
    client = town.browser("hanako")
    url = begin(client)
    choose = text(client.get(f"{url}together/"))
    assert f'value="{NINTEI}"' in choose
    page = text(client.get(f"{url}together/", {"go": "1", "p": [NINTEI, HOIKU]}))
    assert "電話番号" in page
    step = services.together_step([NINTEI, HOIKU], "", dict.fromkeys(("氏名", "カナ", "生年月日", "住所", "電話", "メール"), "x"))
    phone = next(q.id for q in step.questions if q.type == "電話")
    assert client.post(f"{url}together/", {"p": [NINTEI, HOIKU], phone: "0767-00-0000"})["Location"] == f"{url}#begun"
    drafts = Draft.objects.filter(bundle__isnull=False)
    assert {d.slug for d in drafts} == {NINTEI, HOIKU}
    assert len({d.bundle for d in drafts}) == 1
    listed = text(client.get(url))
    assert "まとめて始めた手続き" in listed
    draft = drafts.get(slug=NINTEI)
    own = shared_questions(town.definition(NINTEI))["電話"][0]
    form = text(client.get(f"/a/{draft.id}/{own.step}/"))
    assert re.search(r'value="0767-?00-?0000"', form)
    assert "まとめて書いた内容" in form
    assert HOIKU not in text(client.get(f"{url}together/")).replace("/p/", ""), "begun already"
    again = client.post(f"{url}together/", {"p": [NINTEI, HOIKU], phone: "0767-00-0000"})
    assert again["Location"] == f"{url}#begun" and Draft.objects.filter(bundle__isnull=False).count() == 2, "pressed twice"


def test_a_wrong_telephone_begins_nothing(town):
    client = town.browser("hanako")
    url = begin(client)
    step = services.together_step([NINTEI, HOIKU], "", dict.fromkeys(("氏名", "カナ", "生年月日", "住所", "電話", "メール"), "x"))
    phone = next(q.id for q in step.questions if q.type == "電話")
    page = client.post(f"{url}together/", {"p": [NINTEI, HOIKU], phone: "12"})
    assert page.status_code == 422
    assert 'value="12"' in text(page)
    assert not Draft.objects.exists()


def test_a_guest_is_asked_for_the_card_where_a_procedure_asks_for_it(town):
    client = Client()
    url = begin(client)
    where = client.get(f"{url}together/", {"go": "1", "p": [NINTEI]})["Location"]
    assert where == f"/sign-in/?why=card&next={quote(f'{url}together/?p={NINTEI}')}", "what was chosen is chosen after the sign-in"
    assert not Draft.objects.exists()


def test_the_next_of_a_bundle_follows_the_one_that_was_sent(town):
    owner = town.owner("hanako")
    first, second = drafts_begin(owner=owner, slugs=[RISAI, NINTEI], values={})
    Draft.objects.filter(id=first.id).update(state="filed")
    after = next_in_bundle(owner=owner, bundle=str(first.bundle))
    assert after is not None
    assert after.draft_id == str(second.id)
    assert next_in_bundle(owner=town.owner("taro"), bundle=str(first.bundle)) is None
    Draft.objects.filter(id=second.id).update(state="filed")
    assert next_in_bundle(owner=owner, bundle=str(first.bundle)) is None


def test_what_was_written_once_is_dropped_at_filing(town):
    owner = town.owner("hanako")
    person = person_of(owner)
    assert person is not None
    draft = drafts_begin(owner=owner, slugs=[RISAI], values={"氏名": prefill(person)["氏名"]})[0]
    draft = Draft.objects.get(id=draft.id)
    assert draft.shared
    draft = town.fill(owner, draft, town.answers(RISAI))
    town.send(owner, Draft.objects.get(id=draft.id))
    assert Draft.objects.get(id=draft.id).shared == {}


@pytest.mark.parametrize(("code", "words"), [
    ("ja-easy", "住《す》む"), ("en", 'Moving-in notification (<bdi lang="ja">転入届</bdi>)'), ("zh-hans", "迁入申报"),
    ("vi", "Khai báo chuyển đến"), ("pt", "Notificação de entrada"),
])
def test_the_list_speaks_the_language_of_the_page(town, code, words):
    client = town.browser("hanako")
    url = begin(client)
    client.cookies["ui_lang"] = code
    page = text(client.get(url))
    assert words in page or (code == "ja-easy" and "<rt>す</rt>" in page)
    assert "住む市町村が変わるため" not in page


def test_a_life_event_leads_to_its_finder(town):
    assert 'href="/guide/hikkoshi/"' in text(Client().get("/life/move/"))
    assert 'href="/guide/"' in text(Client().get("/"))


def test_after_sending_one_the_next_is_a_button_away(town):
    owner, client = town.owner("hanako"), town.browser("hanako")
    first, second = drafts_begin(owner=owner, slugs=[RISAI, NINTEI], values={})
    filled = town.fill(owner, Draft.objects.get(id=first.id), town.answers(RISAI))
    sent = town.send(owner, Draft.objects.get(id=filled.id)).application
    page = text(client.get(f"/my/{sent.id}/filed/"))
    assert "まとめて始めた手続きが残っています" in page
    assert f"/a/{second.id}/" in page
    url = begin(client)
    Plan.objects.update(drafts=[str(first.id), str(second.id)])
    listed = text(client.get(url))
    assert "送信済み" in listed
    assert "続きを書く" in listed


def test_a_draft_for_somebody_else_is_offered_nothing_of_ones_own(town):
    owner = town.owner("hanako")
    draft = drafts_begin(owner=owner, slugs=[NINTEI], values={"電話": "0767000000"})[0]
    d = town.definition(NINTEI)
    page = d.step(shared_questions(d)["電話"][0].step)
    assert list(offered(draft, d, page, {}).values()) == ["0767000000"]
    draft.mandate = uuid.uuid4()
    assert offered(draft, d, page, {}) == {}


def test_a_counter_is_booked_from_the_list_and_its_time_stands_there(town):
    client = town.browser("hanako")
    url = begin(client)
    page = text(client.get(url))
    assert page.count('href="/booking/moving/"') == 3, "転入届, card, seal"
    week = text(client.get("/booking/moving/"))
    slot = re.findall(r'name="slot" value="([^"]+)"', week)[0]
    held = client.post("/booking/moving/hold/", {"slot": slot})["Location"]
    client.post(held, {"name": "見本 花子", "mail": "hanako@example.jp"})
    assert client.post(held.replace("details/", "check/")).status_code == 303
    page = text(client.get(url))
    assert 'href="/booking/moving/"' not in page
    assert page.count(f'href="{held.removesuffix("details/")}"') == 3
    assert "/booking/b/" not in text(town.browser("taro").get(begin(town.browser("taro"))))


def test_finders_book_what_the_city_has(town):
    services = set(bookable())
    asked = {t.booking for f in procedures.finders().values() for t in f.tasks if t.booking}
    assert asked
    assert asked <= services


@pytest.mark.parametrize(("finder", "answers", "there", "not_there"), [
    ("hikkoshi", {"dog": "yes"}, ["犬を飼っているため", "犬の住所の変更の届け出", "/p/inu-touroku/", "令和8年12月16日まで"], []),
    ("hikkoshi", {"dog": "yes", "kind": "within"}, ["犬の住所の変更の届け出"], ["/p/inu-touroku/", "新しく住む市町村"]),
    ("hikkoshi", {"dog": "yes", "kind": "out"}, ["犬の住所の変更の届け出", "新しく住む市町村"], ["/p/inu-touroku/"]),
    ("hikkoshi", {"kind": "enter", "foreign": "yes"},
     ["パスポート（家族全員分）", "在留カードの住所の届け出", "児童手当 認定請求"], ["前に住んでいた市町村", "印鑑登録"]),
    ("hikkoshi", {"kind": "leave", "foreign": "yes"},
     ["転出届（外国へ引っ越す方）", "児童手当 受給事由消滅届"], ["新しく住む市町村", "在留カードの住所"]),
    ("hikkoshi", {}, [], ["犬を飼っているため", "/p/inu-touroku/"]),
    ("okuyami", {"insurance": "kokuho"}, ["国民健康保険か後期高齢者医療に入っていたため",
     "/p/sousai-hi/", "国民健康保険の資格喪失の届け出", "/p/kokuho-soushitsu/"], ["埋葬料"]),
    ("kekkon", {"insurance": "kokuho"}, ["国民健康保険の届け出"], ["/p/kokuho-soushitsu/"]),
    ("okuyami", {"insurance": "kouki"}, ["/p/sousai-hi/", "後期高齢者医療の資格喪失の届け出"], ["国民健康保険の資格喪失"]),
    ("okuyami", {"insurance": "work"}, ["埋葬料は2年以内に", "相続税の申告"],
     ["/p/sousai-hi/", "遺族年金", "水道の使用中止", "国民健康保険と国民年金に入る届け出"]),
    ("okuyami", {"insurance": "work", "family": "yes"}, ["国民健康保険と国民年金に入る届け出", "扶養に入っていた方だけです"], []),
    ("okuyami", {"family": "yes", "alone": "yes"},
     ["遺族年金・死亡一時金の請求", "児童扶養手当の相談", "亡くなった方の戸籍の証明書", "水道の使用中止の届出"], []),
    ("okuyami", {"dog": "yes"}, ["犬の飼い主の変更の届け出", "新しく飼いはじめた日から30日以内"], []),
    ("okuyami", {"care": "no"}, ["介護保険証を返す", "65歳以上の方と、介護保険証を持っていた方だけです。"], ["高額介護サービス費の請求"]),
    ("hikkoshi", {"kind": "within", "care": "yes"}, ["介護保険証の住所を変える", "介護保険負担割合証"], ["受給資格証明書"]),
    ("hikkoshi", {"kind": "out", "care": "yes"}, ["受給資格証明書", "介護保険負担割合証"], ["介護保険証の住所を変える"]),
    ("hikkoshi", {"kind": "enter", "drive": "yes", "kokuho": "yes"},
     ["国民健康保険と国民年金に入る届け出", "指定書（在留資格が特定活動の方）", "子どもの医療費の受給資格の申請", "運転免許証の住所変更"],
     ["国民健康保険の届け出", "国民年金の届け出（外国へ引っ越す方）"]),
    ("hikkoshi", {"kind": "leave", "drive": "yes", "kokuho": "yes"},
     ["国民年金の届け出（外国へ引っ越す方）", "国民健康保険の届け出"],
     ["運転免許証の住所変更", "国民健康保険と国民年金に入る届け出", "子どもの医療費"]),
    ("hikkoshi", {}, ["転入届から90日のうちにカードを出さないとき", "子どもの医療費の受給資格の申請"], ["国民健康保険と国民年金に入る届け出"]),
    ("hikkoshi", {"kind": "within", "old": "yes", "disabled": "yes", "pensioner": "yes", "single": "yes"},
     ["後期高齢者医療の住所変更の届け出", "障害者手帳の住所変更の届け出", "令和8年12月16日まで", "自立支援医療の住所変更の届け出",
      "児童扶養手当の住所変更の届け出", "年金の住所変更の届け出", "子どもの医療費の住所変更の届け出"], ["負担区分等証明書"]),
    ("hikkoshi", {"old": "yes", "single": "yes"},
     ["後期高齢者医療の届け出", "負担区分等証明書（持っている方）", "児童扶養手当の住所変更の届け出"], ["子どもの医療費の住所変更", "障害者手帳の"]),
    ("hikkoshi", {"kind": "out", "old": "yes", "disabled": "yes", "single": "yes"},
     ["資格確認書を持っている方は、返してください", "児童扶養手当の転出の届け出", "<dd>新しく住む市町村</dd>"], ["児童扶養手当の住所変更"]),
    ("hikkoshi", {"kind": "leave", "single": "yes", "disabled": "yes"}, ["児童扶養手当の資格喪失の届け出"], ["障害者手帳の住所変更"]),
    ("hikkoshi", {"kind": "within"}, [], ["後期高齢者医療の", "障害者手帳の", "児童扶養手当の", "年金の住所変更"]),
    ("okuyami", {"pension": "yes", "property": "yes", "drive": "yes", "disabled": "yes", "bank": "yes", "housing": "yes"},
     ["印鑑登録証・マイナンバーカードを返す", "障害者手帳を返す", "水道の名義変更", "税・料金の口座振替の変更",
      "市営住宅の承継の申請・明渡しの届け出", "農地を引き継いだことの届け出", "軽自動車税の名義の変更・廃車の申告"], ["水道の使用中止"]),
    ("okuyami", {"alone": "yes"}, ["印鑑登録証・マイナンバーカードを返す", "水道の使用中止の届出"],
     ["水道の名義変更", "障害者手帳を返す", "口座振替", "市営住宅の", "農地", "軽自動車税"]),
    ("kekkon", {"surname": "yes", "drive": "yes"},
     ["運転免許証の変更", "車・バイクの氏名・住所の変更", "令和8年12月1日まで"],
     ["国民健康保険の資格喪失の届け出", "在留カードの住所"]),  # 道路運送車両法12条: 15 days
    ("kekkon", {"drive": "yes"}, ["運転免許証の変更"], ["車・バイクの氏名・住所の変更"]),
    ("kekkon", {"insurance": "work"}, ["国民健康保険の資格喪失の届け出", "会社では届け出てもらえません", "/p/kokuho-soushitsu/"], []),
    ("kekkon", {"foreign": "yes", "move": "in"}, ["在留カードの住所の届け出", "転出証明書"], []),
    ("kekkon", {"foreign": "yes", "move": "out"}, [], ["在留カードの住所の届け出", "転出証明書"]),
    ("shussei", {}, ["父母が結婚していないとき", "国民年金の育児期間の免除"], ["国民年金の産前産後の免除", "国民健康保険税の産前産後の減額"]),
    ("shussei", {"insurance": "kokuho"}, ["国民健康保険税の産前産後の減額"], []),
    ("shussei", {"pension": "yes", "work": "yes"}, ["国民健康保険税の産前産後の減額", "産後パパ育休は2週間前まで"], []),
    ("kaigo", {"work": "yes"}, ["介護保険証（持っている方）", "介護休暇は、1年に5日", "介護休業は、休み始める2週間前まで"], []),
    ("hisai", {}, ["国民年金の保険料の免除の申請", "介護サービスの利用料の減免の相談"], []),
    ("hisai", {"home": "no"}, [], ["国民年金の保険料の免除の申請", "介護サービスの利用料の減免の相談"]),
    ("hisai", {}, ["災害援護資金の貸付申請", "返すお金です", "/p/saigai-engo-shikin/"], []),
    ("hisai", {"home": "no"}, ["/p/saigai-engo-shikin/"], ["/p/seikatsu-saiken-shien-kin/"]),  # 災害弔慰金法10条1項: hurt, or belongings lost
])
def test_answers_lead_to_what_is_to_be_done(town, finder, answers, there, not_there):
    for slug in ("inu-touroku", "sousai-hi", "saigai-engo-shikin", "kokuho-soushitsu"):
        town.publish(slug)
    base = {"hikkoshi": MOVING, "okuyami": DIED, "hisai": DAMAGED, "kekkon": MARRIED, "shussei": BORN, "kaigo": CARE}[finder]
    client = town.browser("hanako")
    page = text(client.get(begin(client, finder, base | answers)))
    assert [word for word in there if word not in page] == [] and [word for word in not_there if word in page] == []


def named(slug: str, name: str):
    """A procedure of the city hall, published under another number and name, as a draft from the inventory is."""
    return body_of(NINTEI) | {"手続": slug, "名称": name, "別名": [], "計画の名称": ""}


def test_what_the_city_publishes_under_the_name_of_a_task_is_offered_from_the_list(town):
    moving, died = MOVING | {"kind": "within"}, DIED
    client = town.browser("hanako")
    lists = [begin(client, "hikkoshi", moving), begin(client, "okuyami", died), begin(client, "hikkoshi", MOVING | {"kind": "leave"})]
    assert all("/p/t-n" not in text(client.get(url)) for url in lists)
    for slug, name in (("t-n0068", "転居届"), ("t-n0092", "死亡届"), ("t-n0066", "転出届"), ("t-n0297", "犬の所在地・所有者の変更の届出等")):
        town.publish(slug, named(slug, name))
    page = text(client.get(lists[0]))
    assert 'href="/p/t-n0068/"' in page and task_of(page, "転居届").count("<dd>オンラインか窓口</dd>") == 1
    assert 'href="/p/t-n0092/"' in text(client.get(lists[1])), "死亡届と火葬の許可 has it as 別名"
    procedures.withdraw(actor="test", slug="t-n0068", instead=NINTEI)
    selectors.forget()
    assert "/p/t-n0068/" not in text(client.get(lists[0])) and "<dd>窓口</dd>" in task_of(text(client.get(lists[0])), "転居届")


def test_two_procedures_of_one_name_a_task_elsewhere_and_one_meant_for_another_task_lead_nowhere(town):
    town.publish("tenshutsu-todoke")
    for slug, name in (("t-n0068", "転居届"), ("t-n0500", "転居届"), ("t-n0116", "遺族年金・死亡一時金の請求")):
        town.publish(slug, named(slug, name))
    client = town.browser("hanako")
    assert "/p/t-n" not in text(client.get(begin(client, "hikkoshi", MOVING | {"kind": "within"})))
    assert "/p/t-n" not in text(client.get(begin(client, "okuyami", DIED | {"family": "yes"}))), "the pension office does that"
    page = text(client.get(begin(client, "hikkoshi", MOVING | {"kind": "leave"})))
    assert "/p/tenshutsu-todoke/" not in page, "it is for who moves within the country, says the finder"


def test_what_is_not_on_offer_is_not_said_to_be_online(town):
    client = town.browser("hanako")
    url = begin(client)
    assert "<dd>窓口</dd>" in task_of(text(client.get(url)), "転入届・転居届の来庁予定の連絡")
    town.publish("rainin-yoyaku")
    assert "<dd>オンライン</dd>" in task_of(text(client.get(url)), "転入届・転居届の来庁予定の連絡")


def task_of(page: str, name: str) -> str:
    """The part of a list that is about one task."""
    return next(part for part in page.split('<li class="task')[1:] if f"<b>{name}</b>" in part)
