"""前と同じ内容: who filed before does not type the same again, and nobody else learns what they typed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.hall import OPENING, Hall, body_of
from tests.support.walk import Walk, hidden, text

from madoguchi.agency import services as agency
from madoguchi.intake import acting, drafts
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import city, next_open
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import pack_files, read_file
from madoguchi.procedures.rules import generate, remember
from madoguchi.procedures.rules.disasters import with_disasters

TEATE, DEBIT, FUNERAL, DOG, DEAD_DOG, COURSE, NOW = (
    "jidou-teate-nintei", "kouza-furikae", "sousai-hi", "inu-touroku", "inu-shibou", "kouza-moushikomi", "jidou-teate-genkyou")
ACCOUNT = {"bank": "0146", "bank_name": "北國", "branch": "101", "branch_name": "本店営業部", "kind": "普通", "number": "7654321",
           "holder": "ミホン ハナコ"}
BUTTON, MARK = "前と同じ内容を入れる", "以前の手続きと同じ内容です。"
PHONE = "0767531111"
CHILDREN = [("一郎", "2016-05-01"), ("次郎", "2019-07-02")]


def with_account(hall: Hall, **more):
    children = [{"child_name": {"sei": "見本", "mei": mei}, "child_kana": {"sei": "ミホン", "mei": "コ"}, "child_born": born, "relation": "child",
                 "custody": True, "livelihood": "same", "living": "together"} for mei, born in CHILDREN]
    return hall.answers(TEATE) | {"phone": PHONE, "account_way": "named", "account": ACCOUNT, "children": children} | more


@pytest.fixture
def filed(hall: Hall) -> Application:
    """Hanako has asked for 児童手当 eight days ago."""
    with clock.frozen(OPENING - dt.timedelta(days=8)):
        return hall.file("hanako", TEATE, with_account(hall))


def begun(hall: Hall, slug: str, who: str = "hanako", **saved) -> Draft:
    """A draft with some answers on other pages."""
    hall.definition(slug)
    draft = drafts.draft_start(owner=hall.owner(who), slug=slug)
    Draft.objects.filter(id=draft.id).update(answers=saved)
    return draft


def at(draft: Draft, page: str) -> str:
    return f"/a/{draft.id}/{page}/"


def press(browser, url: str, **typed):
    page = browser.get(url)
    return browser.post(url, {"_action": "earlier", "_mark": hidden(page, "_mark")} | {k.replace("__", "."): v for k, v in typed.items()})


DEBITED = {"kind": "new", "whose": "self"}


def test_the_page_offers_what_was_answered_before_and_the_button_fills_it(hall, filed):
    draft, browser = begun(hall, DEBIT, **DEBITED), hall.browser("hanako")
    page = text(browser.get(at(draft, "account_page")))
    assert BUTTON in page and "児童手当 認定請求（令和8年11月12日に送信）" in page
    assert "7654321" not in page and MARK not in page, "nothing is shown before it is asked for"
    answer = press(browser, at(draft, "account_page"))
    page = text(answer)
    assert answer.status_code == 200 and 'value="7654321"' in page and 'value="ミホン ハナコ"' in page and "まだ保存していません" in page
    assert 'value="普通" checked' in page
    assert page.count(MARK) == 1 and "児童手当 認定請求（令和8年11月12日に送信）" in page and BUTTON not in page
    draft.refresh_from_db()
    assert draft.answers == DEBITED and draft.done == [] and draft.revision == 0, "nothing is saved by it"
    assert Application.objects.count() == 1
    sent = browser.post(at(draft, "account_page"), generate.post_data(
        procedures.current(DEBIT).definition, procedures.current(DEBIT).definition.step("account_page"), {"account": ACCOUNT, "agree": True}))
    assert sent.status_code == 303
    assert MARK in text(browser.get(at(draft, "account_page"))), "as what is from the card it is still marked when one comes back"


def test_a_kind_that_is_chosen_beforehand_gives_way_to_the_earlier_one(hall):
    filed_before(hall, DEBIT, DEBITED | {"account": ACCOUNT | {"kind": "当座"}})
    draft, browser = begun(hall, DEBIT, **DEBITED), hall.browser("hanako")
    assert 'value="普通" checked' in text(browser.get(at(draft, "account_page")))
    page = text(press(browser, at(draft, "account_page")))
    assert 'value="当座" checked' in page and 'value="普通" checked' not in page


def test_a_draft_on_an_older_version_whose_page_is_on_offer_no_more_is_offered_it_too(hall, filed, monkeypatch):
    monkeypatch.setattr(procedures, "pages_remembering", frozenset)
    assert BUTTON in text(hall.browser("hanako").get(at(begun(hall, DEBIT, **DEBITED), "account_page")))


def test_what_is_typed_stays_and_a_refused_page_keeps_its_marks(hall, filed):
    draft, browser = begun(hall, FUNERAL), hall.browser("hanako")
    page = text(press(browser, at(draft, "claimant_page"), phone="0767000000", kana__sei=""))
    assert 'value="0767000000"' in page and PHONE not in page
    assert 'value="ハナコ"' in page and page.count(MARK) == 1, "the kana was empty, the telephone was not"
    wrong = browser.post(at(draft, "claimant_page"), {"_action": "next", "_earlier": "1", "kana.sei": "ミホン", "kana.mei": "ハナコ"})
    assert wrong.status_code == 422 and text(wrong).count(MARK) == 1


def test_several_people_come_as_they_were_or_not_at_all(hall, filed):
    draft, browser = begun(hall, NOW, reason="missed"), hall.browser("hanako")
    page = text(press(browser, at(draft, "children_page"), children__count="1"))
    assert [f'value="{mei}"' in page for mei, _ in CHILDREN] == [True, True] and page.count(MARK) == 4
    assert 'name="children.count" value="2"' in page
    partly = text(press(browser, at(draft, "children_page"), children__count="1", children__0__child_name__mei="三郎"))
    assert "一郎" not in partly and "次郎" not in partly


def test_a_thing_is_not_mixed_with_another_of_its_kind(hall):
    dog = {"want": "register", "number": "R7-1", "dog_name": "ポチ", "breed": "柴犬", "sex": "male", "color": "茶", "phone": PHONE}
    filed_before(hall, DOG, dog)
    draft, browser = begun(hall, DEAD_DOG), hall.browser("hanako")
    other = text(press(browser, at(draft, "dog_page"), dog_name="クロ"))
    assert "柴犬" not in other.replace("例：柴犬", "") and "ありませんでした" in other
    same = text(press(browser, at(draft, "dog_page"), dog_name="ポチ"))
    assert 'value="柴犬"' in same and 'value="R7-1"' in same and 'value="male" checked' in same


def filed_before(hall: Hall, slug: str, answers, who: str = "hanako", **more) -> Application:
    """An application as it lies in the database after its filing."""
    hall.definition(slug)
    p = procedures.current(slug)
    return Application.objects.create(receipt=f"R8-{random.randrange(10**9)}", owner=hall.owner(who).key, slug=slug, version=p.number,
                                      checksum=p.checksum, channel="online", filed_at=clock.now(), answers=answers, digest="x", **more)


@pytest.mark.parametrize("more", [
    {"status": "withdrawn"}, {"status": "unpaid"}, {"status": "lapsed"}, {"status": "correction"},
    {"acting": {"kind": "mandate"}}, {"principal": "r:somebody"}])
def test_from_what_was_taken_back_found_wrong_or_filed_for_another_nothing_comes(hall, more):
    filed_before(hall, FUNERAL, {"phone": PHONE}, **more)
    draft = begun(hall, FUNERAL)
    assert BUTTON not in text(hall.browser("hanako").get(at(draft, "claimant_page")))
    assert PHONE not in text(press(hall.browser("hanako"), at(draft, "claimant_page")))


def test_strangers_guests_and_companies_are_offered_nothing(hall, filed):
    filed_before(hall, COURSE, {"phone": PHONE})
    taro = begun(hall, DEBIT, "taro", **DEBITED)
    for browser, draft in ((hall.browser("taro"), taro), (hall.browser("hanako"), taro), (hall.browser(), begun(hall, DEBIT, **DEBITED))):
        for answer in (browser.get(at(draft, "account_page")), browser.post(at(draft, "account_page"), {"_action": "earlier"})):
            assert "7654321" not in text(answer) and BUTTON not in text(answer)
    guest = Walk(hall.browser(), COURSE, hall.answers(COURSE))
    page = text(guest.client.post(guest.url("applicant_page"), {"_action": "earlier"}))
    assert PHONE not in page and "ありませんでした" in page
    guest.client.cookies.update(hall.browser("hanako").cookies)  # a guest of this browser signs in: the draft is still the guest's
    assert BUTTON not in text(guest.client.get(guest.url("applicant_page")))
    company = Draft.objects.create(**fields_of(begun(hall, COURSE), owner=hall.company("kyotaku").key))
    assert BUTTON not in text(hall.office("kyotaku").get(at(company, "applicant_page")))


def fields_of(draft: Draft, **more):
    kept = {f.attname: getattr(draft, f.attname) for f in Draft._meta.fields if f.name != "id"}
    return kept | more


def test_what_a_guest_filed_in_this_browser_is_not_the_residents(hall):
    guest = Walk(hall.browser(), COURSE, hall.answers(COURSE) | {"phone": PHONE})
    guest.go()
    assert guest.submit().status_code == 303
    guest.client.cookies.update(hall.browser("hanako").cookies)
    assert PHONE not in text(press(guest.client, at(begun(hall, COURSE), "applicant_page")))


def test_who_acts_for_somebody_else_is_offered_nothing(hall, filed):
    hall.definition("oukyuu-shuuri")
    own, browser = begun(hall, "oukyuu-shuuri", filer="self"), hall.browser("hanako")
    filed_before(hall, "oukyuu-shuuri", {"filer": "self", "phone": PHONE})
    assert BUTTON in text(browser.get(at(own, "applicant_page")))
    Draft.objects.filter(id=own.id).update(answers={"filer": "agent"})
    assert BUTTON not in text(browser.get(at(own, "applicant_page")))
    assert PHONE not in text(press(browser, at(own, "applicant_page")))
    row, code = agency.mandate_offer(owner=hall.owner("taro"), name="見本花子", scope=["oukyuu-shuuri"], acts=["see"],
                                     ends_on=OPENING.date() + dt.timedelta(days=90))
    mandate = agency.mandate_answer(owner=hall.owner("hanako"), code=code, accept=True)
    acting.draft_act(owner=hall.owner("hanako"), draft_id=str(own.id), mandate_id=str(mandate.id))
    Draft.objects.filter(id=own.id).update(answers={"filer": "self"})
    assert BUTTON not in text(browser.get(at(own, "applicant_page")))


def test_an_application_of_an_agent_and_of_a_company_is_no_source(hall):
    filed_before(hall, "oukyuu-shuuri", {"filer": "agent", "phone": PHONE})
    filed_before(hall, "shisetsu-riyou", {"relation": "corporation", "phone": PHONE})
    for slug, page, saved in (("oukyuu-shuuri", "applicant_page", {"filer": "self"}), ("shisetsu-riyou", "applicant_page", {})):
        draft = begun(hall, slug, **saved)
        assert PHONE not in text(press(hall.browser("hanako"), at(draft, page), relation="person"))


def test_whose_answer_it_is_must_be_decided_before_it_is_put_in(hall):
    """On the page that asks who applies, the answer in the same post counts."""
    filed_before(hall, "shisetsu-riyou", {"relation": "person", "phone": PHONE})
    draft, browser = begun(hall, "shisetsu-riyou"), hall.browser("hanako")
    assert BUTTON in text(browser.get(at(draft, "applicant_page")))
    assert PHONE not in text(press(browser, at(draft, "applicant_page")))
    assert PHONE not in text(press(browser, at(draft, "applicant_page"), relation="corporation"))
    assert PHONE in text(press(browser, at(draft, "applicant_page"), relation="person"))


def test_a_form_that_asks_for_less_never_shows_what_was_signed(hall, filed):
    draft, browser = begun(hall, COURSE), hall.browser("hanako")
    assert procedures.current(COURSE).definition.level == "なし" and filed.signature
    assert BUTTON not in text(browser.get(at(draft, "applicant_page")))
    assert PHONE not in text(press(browser, at(draft, "applicant_page")))
    assert PHONE in text(press(browser, at(begun(hall, FUNERAL), "claimant_page"))), "but one that is signed again does"


@pytest.mark.parametrize(("form", "earlier", "may"), [
    ("署名用", "署名用", True), ("署名用", "なし", True), ("署名用", "利用者証明用", True), ("利用者証明用", "署名用", False),
    ("なし", "署名用", False), ("なし", "利用者証明用", False), ("なし", "なし", True)])
def test_levels(form, earlier, may):
    assert remember.level_allows(form, earlier) is may


def test_a_sign_in_that_proves_no_card_shows_nothing(hall, filed, settings):
    draft, browser = begun(hall, DEBIT, **DEBITED), hall.browser("hanako")
    settings.TRIAL_SIGN_IN = False
    settings.OIDC = settings.OIDC | {"acr": "", "issuer": "https://op.example"}
    assert BUTTON not in text(browser.get(at(draft, "account_page")))
    settings.OIDC = settings.OIDC | {"acr": "card"}  # the city asks for the card by now, but this account came before
    assert "7654321" not in text(press(browser, at(draft, "account_page")))
    assert not AuditEntry.objects.filter(action="answers.taken_again").exists()


def test_what_is_past_its_keeping_is_not_used(hall, filed):
    years = procedures.years_kept(TEATE, filed.version)
    draft, browser = begun(hall, DEBIT, **DEBITED), hall.browser("hanako")
    for back, offered in ((years, True), (years + 1, False)):
        Application.objects.update(filed_at=dt.datetime(2026 - back, 4, 1, 12, tzinfo=clock.JST))
        assert (BUTTON in text(browser.get(at(draft, "account_page")))) is offered, back
    Application.objects.all().delete()
    assert BUTTON not in text(browser.get(at(draft, "account_page")))


def test_what_no_longer_fits_is_left_out(hall):
    filed_before(hall, DEAD_DOG, {"dog_name": "ポ" * 41, "breed": "柴犬", "sex": "male"})
    body = body_of(DEAD_DOG)
    pages = [p | {"項目": {k: q | {"選択肢": {"male": "おす", "female": "めす"}} if k == "sex" else q for k, q in p["項目"].items()}}
             for p in body["画面"]]
    hall.publish(DEAD_DOG, body | {"画面": pages})
    page = text(press(hall.browser("hanako"), at(begun(hall, DEAD_DOG), "dog_page")))
    assert 'value="柴犬"' in page and "ポポ" not in page, "too long by today's rule"
    assert 'value="male" checked' not in page, "a choice in other words is another choice"


def test_of_several_applications_the_newest_counts_and_each_is_named(hall, filed):
    filed_before(hall, FUNERAL, {"phone": "0767999999"})
    draft, browser = begun(hall, DEBIT), hall.browser("hanako")
    page = text(press(browser, at(draft, "filer_page")))
    assert 'value="0767999999"' in page and PHONE not in page
    assert "葬祭費の支給申請（令和8年11月20日に送信）" in page and "児童手当 認定請求（令和8年11月12日に送信）" in page, "the kana is from there"


def test_the_record_says_who_took_what_from_where_and_no_value(hall, filed):
    draft, browser = begun(hall, DEBIT, **DEBITED), hall.browser("hanako")
    browser.get(at(draft, "account_page"))
    assert not AuditEntry.objects.filter(action="answers.taken_again").exists(), "an offer shows no answer"
    press(browser, at(draft, "account_page"))
    entry = AuditEntry.objects.get(action="answers.taken_again")
    assert entry.chain == f"reads:{procedures.current(TEATE).definition.section}" and entry.actor == hall.owner("hanako").actor
    assert entry.facts == {"application": str(filed.id), "draft": str(draft.id), "questions": ["account"]} and entry.digest == ""
    press(browser, at(draft, "account_page"), account__number="1")
    assert AuditEntry.objects.filter(action="answers.taken_again").count() == 1, "nothing was empty, nothing was read"


def counted(browser, url: str) -> list[str]:
    browser.get(url)  # what is looked up once and remembered
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(url).status_code == 200
    return [q["sql"] for q in seen.captured_queries]


@pytest.mark.django_db(transaction=True)
def test_a_page_asks_not_one_statement_more(hall, monkeypatch):
    from madoguchi.intake import earlier
    from madoguchi.offices import selectors as offices
    from madoguchi.procedures import selectors

    for room in (selectors, offices):
        monkeypatch.setattr(room, "CACHE_SECONDS", float("inf"))
    for n in range(3):
        hall.publish(COURSE, body_of(COURSE) | {"版": f"2026-11-0{n + 1}"})
        filed_before(hall, COURSE, {"phone": PHONE})  # three applications of three versions
    hall.definition(COURSE)
    draft = begun(hall, COURSE)
    guest = Walk(hall.browser(), COURSE, {})
    for browser, own in ((hall.browser("hanako"), at(draft, "applicant_page")), (guest.client, guest.url("applicant_page"))):
        with_it = counted(browser, own)
        with monkeypatch.context() as without:
            without.setattr(earlier, "look", lambda *_, **__: earlier.NOTHING)
            assert len(with_it) == len(counted(browser, own)) == 1, with_it
    assert not [sql for sql in with_it if Application._meta.db_table in sql], "of a guest nothing else is read"


def definitions():
    for path, override in pack_files(city()):
        d, wrong = read_file(path, override, city())
        assert d is not None and not wrong
        yield with_disasters(d, {"noto": "能登半島地震"})


@pytest.fixture(scope="module")
def pack():
    return list(definitions())


def test_no_definition_remembers_what_must_not_be(pack):
    """個人番号 and whatever is sealed, consents, free reasons, days of events, sums: whatever the type of a question says."""
    marked = [(d, q) for d in pack for q in d.questions() if q.remember]
    assert len({q.remember for _, q in marked}) > 30
    assert {q.type for _, q in marked} <= set(remember.KEPT)
    assert not {"個人番号", "宣言", "長文", "日付", "年月", "金額", "整数", "災害", "はい・いいえ", "複数選択"} & set(remember.KEPT)
    assert not [procedures.FIELD_TYPES[kind].name for kind in remember.KEPT if procedures.FIELD_TYPES[kind].secret]


def test_nothing_sealed_comes_out_of_any_form_whatever_a_definition_says(pack):
    """Every question of every form marked by somebody who went past the check: only the kinds that may be are read."""
    for d in pack:
        steps = tuple(dataclasses.replace(s, questions=tuple(dataclasses.replace(q, remember=f"甲.{q.id}") for q in s.questions)) for s in d.steps)
        everything = dataclasses.replace(d, steps=steps)
        answers = generate.answers_for(everything, random.Random(1), today=clock.today())
        known = procedures.derive(everything, procedures.Facts(answers, clock.today(), next_open))
        read = remember.kept(everything, answers, known)
        told = [*read.single.values(), *(answer for rows in read.groups.values() for row in rows for answer in row.values())]
        assert {q.type for q, _ in told} <= set(remember.KEPT), d.id


def test_the_same_question_is_the_same_in_every_procedure(pack):
    assert list(remember.clashes({d.id: d for d in pack})) == []
    used = {}
    for d in pack:
        for q in d.questions():
            used.setdefault(q.remember, set()).add(d.id)
    for key in ("本人.口座", "本人.電話", "本人.勤め先", "子.氏名", "子.学校", "同居の家族.氏名", "配偶者.氏名", "犬.名前", "被害を受けた家.所在地"):
        assert len(used[key]) > 1, key


def test_editors_are_told_every_key_that_is_used(pack):
    page = (Path(__file__).parents[4] / "docs" / "definitions.md").read_text(encoding="utf-8").split("## 前回")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][2:]
    told = {f"{whose.split('(')[0]}.{what.split('(')[0]}" for whose, whats in rows for what in whats.split(" / ")}
    assert told == {q.remember for d in pack for q in d.questions() if q.remember}
