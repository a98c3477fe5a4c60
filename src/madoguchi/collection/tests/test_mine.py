"""「わたしの税・料金」: who is shown what, and who is shown nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from madoguchi.collection import debits, mine
from madoguchi.collection.demands import demands_take
from madoguchi.collection.models import Instalment
from madoguchi.identity import public as identity
from madoguchi.identity.public import Person
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.register.guard import guard_renew
from madoguchi.register.models import RegisteredPerson

from .conftest import HEAD, accounts_text

HANAKO = "900000002"
LATE = 3_700  # 100,000 yen from 1 June to 20 November 2026
PLACE = "石川県七尾市知られてはならない町9番地"


@pytest.fixture
def town(hall):
    from madoguchi.register.public import trial_town

    trial_town(actor="test")


def demand_of(payer=HANAKO, charge="kotei", dues=(("2026-05-31", 100_000), ("2026-12-25", 10_000)), notice="00000001"):
    total = sum(yen for _, yen in dues)
    lines = [f"{notice},{payer},見本 花子,9268611,{PLACE},,{total},{no},{yen},{due}\n" for no, (due, yen) in enumerate(dues, 1)]
    demands_take(actor="test", charge=charge, year=2026, data=(HEAD + "".join(lines)).encode(), name="調定.csv")
    return list(Instalment.objects.filter(demand__notice=notice, demand__charge=charge).order_by("no"))


def page(hall, who="hanako"):
    return hall.browser(who).get(reverse("taxes")).content.decode()


def test_what_is_due_paid_debited_and_given_back(hall, town, came, cards) -> None:
    late, soon = demand_of()
    debited = demand_of(charge="kokuho", notice="00000002", dues=(("2026-12-28", 30_000),))[0]
    told, twice = demand_of(charge="shiken", notice="00000003", dues=(("2026-12-01", 7_000), ("2026-12-02", 8_000)))
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kokuho", number="1234567").encode(), name="口座.csv")
    came((told, 7_000, "prompt", "", clock.today()), (twice, 8_000), (twice, 8_000))
    shown = {due.part.id: due for due in mine.dues_of(HANAKO)}
    assert {shown[x.id].state for x in (late, soon, debited, told)} == {"overdue", "due", "debit", "told"} and twice.id not in shown
    assert shown[late.id].late == LATE and shown[soon.id].late == 0
    text = page(hall)
    for words in ("固定資産税", "納期限を過ぎています", "令和8年12月25日", "速報あり", "納期限のころに、口座から引き落とします", "みずほ銀行",
                  "****567",
                  "納めすぎ", "8,000円", "コンビニ・スマホ決済", "お返しする手続き"):
        assert words in text, words
    assert text.count('name="due"') == 2, "only what is due and neither told nor debited is paid here"
    assert "1234567" not in text


def test_an_account_debits_what_falls_due_while_it_is_in_force(hall, town) -> None:
    demand_of(dues=(("2026-12-25", 1_000), ("2027-02-28", 2_000), ("2027-03-31", 3_000)))
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kotei", since="2027-02-01", until="2027-03-01").encode(), name="口座.csv")
    assert [due.state for due in mine.dues_of(HANAKO)] == ["due", "debit", "due"], "what is not debited is paid and told of as before"


def test_the_way_to_the_form_for_debits(hall, town) -> None:
    assert "/p/kouza-furikae/" not in page(hall), "nobody has published it"
    hall.definition("kouza-furikae")
    assert 'href="/p/kouza-furikae/"' in page(hall)


def test_no_address_and_no_name_of_a_demand_is_shown(hall, town) -> None:
    demand_of()
    assert "知られてはならない" not in page(hall)
    answer = hall.browser("hanako").post(reverse("taxes_slips", kwargs={"demand_id": Instalment.objects.first().demand_id}))
    assert answer["Content-Type"] == "application/pdf"
    text = pdf_text(answer.content)
    assert "見本 花子" in text and "知られてはならない" not in text and "9268611" not in text


def test_no_slip_is_given_out_for_what_comes_another_way(hall, town, came) -> None:
    late, told, soon = demand_of(dues=(("2026-05-31", 1_000), ("2026-12-01", 2_000), ("2026-12-25", 3_000)))
    debited = demand_of(charge="kokuho", notice="00000002", dues=(("2026-12-28", 30_000),))[0]
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kokuho").encode(), name="口座.csv")
    came((told, 2_000, "prompt", "", clock.today()))
    again = hall.browser("hanako")
    assert [d.id for d in mine.demands_open(HANAKO)] == [late.demand_id] and f"/my/taxes/slips/{debited.demand_id}/" not in page(hall)
    text = pdf_text(again.post(reverse("taxes_slips", kwargs={"demand_id": late.demand_id})).content)
    assert "1,000" in text and "3,000" in text and "2,000" not in text
    answer = again.post(reverse("taxes_slips", kwargs={"demand_id": debited.demand_id}))
    assert answer.status_code == 422 and "口座から引き落とします。納付書は要りません" in answer.content.decode()


def pdf_text(data):
    import pypdfium2

    return "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(data))


def shown(hall, person):
    row = identity.resident_signed_in(issuer="trial", subject="somebody", person=person)
    return mine.payer_of(identity.Owner(f"r:{row.id}", True), "taxes.page")


KNOWN = identity.TRIAL_RESIDENTS["hanako"]


@pytest.mark.parametrize("change", [
    {"name": "見本 華子"}, {"birthdate": "1991-07-26"}, {"address": "石川県七尾市袖ヶ江町イ部26番地"}, {"address": "石川県金沢市袖ヶ江町イ部25番地"},
    {"gender": "1"}, {"address": "石川県七尾市"}, {"birthdate": ""},
])
def test_one_attribute_that_differs_shows_nothing(hall, town, change) -> None:
    assert shown(hall, KNOWN) == HANAKO
    assert shown(hall, Person(**(KNOWN.as_dict() | change))) == ""


def test_two_people_of_the_same_attributes_see_nothing(hall, town) -> None:
    row = RegisteredPerson.objects.get(number=HANAKO)
    row.number = "900009999"
    row.save(force_insert=True)
    assert shown(hall, KNOWN) == ""


@pytest.mark.parametrize("change", [{"removed_on": dt.date(2026, 4, 1)}, {"absent_since": dt.date(2026, 4, 1)}])
def test_who_has_left_sees_nothing(hall, town, change) -> None:
    RegisteredPerson.objects.filter(number=HANAKO).update(**change)
    assert shown(hall, KNOWN) == ""


def test_somebody_guarded_sees_what_a_stranger_sees(hall, town) -> None:
    demand_of()
    plain = page(hall)
    RegisteredPerson.objects.filter(number="900000003").update(protected=True)  # her child
    guard_renew()
    guarded, stranger = page(hall), page_of_nobody(hall)
    assert "固定資産税" in plain and "固定資産税" not in guarded
    assert body_of(guarded) == body_of(stranger)
    entries = AuditEntry.objects.filter(action="register.own_read").order_by("-id").values_list("facts", "digest")[:2]
    assert entries[0] == entries[1], "not even the record is another one"


def page_of_nobody(hall):
    from django.http import HttpResponse
    from django.test import Client

    row = identity.resident_signed_in(issuer="trial", subject="nobody", person=Person("見本 無名", "1980-01-01", "石川県七尾市架空町1番地", "1"))
    client, response = Client(), HttpResponse()
    identity.sign_in(response, row)
    client.cookies.update(response.cookies)
    return client.get(reverse("taxes")).content.decode()


def body_of(text):
    return text.partition("<main")[2].partition("</main>")[0]


def test_a_sign_in_without_a_level_proves_nobody(hall, town, settings) -> None:
    settings.OIDC = settings.OIDC | {"issuer": "https://op.example", "acr": ""}
    row = identity.resident_signed_in(issuer="https://op.example", subject="x", person=KNOWN)
    owner = identity.Owner(f"r:{row.id}", True)
    assert mine.payer_of(owner, "taxes.page") == ""
    settings.OIDC = settings.OIDC | {"acr": "aal3"}
    assert mine.payer_of(owner, "taxes.page") == HANAKO
    settings.TRIAL_SIGN_IN = False
    assert mine.payer_of(hall.owner("hanako"), "taxes.page") == "", "the invented people of a trial are nobody elsewhere"


def test_every_look_is_in_the_record_of_the_sections_reads(hall, town) -> None:
    demand_of()
    page(hall)
    entry = AuditEntry.objects.get(action="register.own_read")
    assert (entry.chain, entry.facts) == ("reads:zeimu", {"what": "taxes.page", "role": "self", "result": "found"})
    assert entry.actor == hall.owner("hanako").actor and entry.digest and HANAKO not in str(entry.facts)
    assert audit.verify() == witness.verify() == []


def test_guests_are_asked_to_sign_in_and_companies_are_told_why_not(hall, town) -> None:
    assert hall.browser().get(reverse("taxes"))["Location"] == "/sign-in/?why=needed&next=/my/taxes/"
    assert "会社などの税・料金は" in hall.office("kyotaku").get(reverse("taxes")).content.decode()
    assert not AuditEntry.objects.filter(action="register.own_read").exists()


def test_a_city_that_collects_nothing_has_no_such_page(hall, monkeypatch) -> None:
    from madoguchi.collection.charges import Charges

    monkeypatch.setattr(mine, "charges", lambda: Charges("", {}))
    assert hall.browser("hanako").get(reverse("taxes")).status_code == 404
    assert "わたしの税・料金" not in hall.browser("hanako").get("/my/").content.decode()


def test_a_year_without_a_rate_is_not_paid_online(hall, town, cards, monkeypatch) -> None:
    from madoguchi.collection import lateness
    from madoguchi.collection.rates import Rates

    demand_of()
    monkeypatch.setattr(lateness, "rates", lambda: Rates({}, {}))
    text = page(hall)
    assert "いまは計算できません" in text and text.count('name="due"') == 1


def test_the_page_in_every_language(hall, town) -> None:
    demand_of()
    for code, words in (("en", "My taxes"), ("ja-easy", "わたし"), ("zh-hans", "税"), ("vi", "thuế"), ("pt", "impostos")):
        client = hall.browser("hanako")
        client.cookies["ui_lang"] = code
        assert words in client.get(reverse("taxes")).content.decode(), code
