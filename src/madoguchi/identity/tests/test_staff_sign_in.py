"""Sign-in of staff: password, second factor, lock-out, sessions, and the question who is there before a sensitive act."""

from __future__ import annotations

import datetime as dt
import re
import time

import pyotp
import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import get_resolver
from tests.support.hall import OPENING, Hall

from madoguchi.identity import factors, people
from madoguchi.identity.models import Factor, RecoveryCode, StaffSession
from madoguchi.identity.public import TRIAL_PASSWORD
from madoguchi.kernel import clock
from madoguchi.kernel.limits import Rate
from madoguchi.kernel.models import AuditEntry

from .staff import app_of, suzuki_away

SIGN_IN = "/staff/sign-in/"
# Addresses of this room with an id, and who must not get anything out of them (looked at by test_strangers too).
STRANGERS = ("factor_remove", "session_end", "absence_end", "staff_person", "staff_unlock", "staff_reset", "staff_sessions", "staff_role",
             "staff_unrole")


def enter(client: Client, username: str, password: str = TRIAL_PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": username, "password": password} | more)


def signed_in(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


# --- password and code


def test_without_a_factor_in_a_trial_one_step_is_enough(hall: Hall):
    hall.staff("tanaka")
    client = Client()
    assert "試用のため、二つ目の確認" in client.get(SIGN_IN).content.decode()
    assert enter(client, "tanaka", next="/staff/deliveries/")["Location"] == "/staff/deliveries/"
    assert signed_in(client)


def test_with_a_factor_the_password_alone_opens_nothing(hall: Hall):
    app = app_of(hall.staff("tanaka"))
    client = Client()
    assert enter(client, "tanaka", next="/staff/deliveries/")["Location"] == "/staff/sign-in/second/"
    assert not signed_in(client)
    wrong = client.post("/staff/sign-in/second/", {"code": "000000"})
    assert wrong.status_code == 422 and "確認コードが違う" in wrong.content.decode()
    right = client.post("/staff/sign-in/second/", {"code": app.at(clock.now()).translate(str.maketrans("0123456789", "０１２３４５６７８９"))})
    assert (right.status_code, right["Location"]) == (303, "/staff/deliveries/")
    assert signed_in(client)
    assert AuditEntry.objects.filter(chain="staff:tanaka", action="staff.signed_in", facts={"way": "totp"}).count() == 1


def test_a_code_is_good_once_and_one_step_around_now(hall: Hall):
    staff = hall.staff("tanaka")
    app = app_of(staff)
    with pytest.raises(factors.FactorWrong):
        factors.code_check(staff=staff, typed=app.at(OPENING - dt.timedelta(seconds=60)))
    with pytest.raises(factors.FactorWrong):
        factors.code_check(staff=staff, typed=app.at(OPENING + dt.timedelta(seconds=60)))
    assert factors.code_check(staff=staff, typed=app.at(OPENING + dt.timedelta(seconds=30))) == "totp"
    for seconds in (0, 30):  # used, and an earlier one than the one used
        with pytest.raises(factors.FactorWrong):
            factors.code_check(staff=staff, typed=app.at(OPENING + dt.timedelta(seconds=seconds)))


def test_the_secret_and_the_codes_are_not_in_the_database(hall: Hall):
    staff = hall.staff("tanaka")
    app = app_of(staff)
    codes = factors.recovery_make(actor=staff)
    assert app.secret.encode() not in bytes(Factor.objects.get().sealed)
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(kept) == 10 and not kept & set(codes)


def test_a_recovery_code_stands_in_once(hall: Hall):
    staff = hall.staff("tanaka")
    app_of(staff)
    code = factors.recovery_make(actor=staff)[3]
    for status in (303, 422):
        client = Client()
        enter(client, "tanaka")
        assert client.post("/staff/sign-in/second/", {"code": code.upper().replace("-", " ")}).status_code == status
    assert factors.codes_left(staff) == 9


def test_who_has_only_a_passkey_is_not_asked_for_an_app(hall: Hall):
    staff = hall.staff("tanaka")
    Factor.objects.create(staff=staff, kind="passkey", name="鍵", sealed=b"x", credential="abc", added_at=clock.now())
    factors.recovery_make(actor=staff)
    with pytest.raises(factors.FactorWrong) as wrong:
        factors.code_check(staff=staff, typed="0000-0000-0000")
    assert "回復コード" in wrong.value.ja
    assert "アプリ" not in wrong.value.ja


ODD_ANSWERS = ["", "x", "[]", "{}", "1", '{"id": 1}', '{"id": ""}', '{"id": "a\\u0000b"}', '{"id": "\\ud800"}', "[" * 7000, '{"id":' * 1500]


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_an_answer_that_no_passkey_gives_is_wrong_and_no_error(hall: Hall, answer: str):
    staff = hall.staff("tanaka")
    Factor.objects.create(staff=staff, kind="passkey", name="鍵", sealed=b"x", credential="abc", added_at=clock.now())
    request = RequestFactory().post("/")
    with pytest.raises(factors.PasskeyWrong):
        factors.passkey_check(staff=staff, request=request, challenge="", answer=answer)
    with pytest.raises(factors.PasskeyWrong):
        factors.passkey_add(actor=staff, request=request, challenge="", answer=answer, name="鍵")
    assert Factor.objects.count() == 1


def test_after_a_restore_nobody_is_signed_in(hall: Hall):
    from madoguchi.identity.public import sessions_forget

    desks = [hall.desk("tanaka"), hall.desk("suzuki")]
    assert all(desk.get("/staff/account/").status_code == 200 for desk in desks)
    assert sessions_forget() == 2
    assert all(desk.get("/staff/account/").status_code == 302 for desk in desks)


def test_half_a_sign_in_runs_out(hall: Hall):
    app = app_of(hall.staff("tanaka"))
    client = Client()
    enter(client, "tanaka")
    with clock.frozen(OPENING + dt.timedelta(minutes=6)):
        late = client.post("/staff/sign-in/second/", {"code": app.at(clock.now())})
    assert late["Location"] == "/staff/sign-in/?why=late" and not signed_in(client)


def test_enrolling_an_app_from_the_page(hall: Hall):
    client = hall.desk("tanaka")
    page = client.get("/staff/account/totp/").content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.post("/staff/account/totp/", {"code": "123456"}).status_code == 422
    done = client.post("/staff/account/totp/", {"code": pyotp.TOTP(secret).at(clock.now()), "name": "公用の電話"}).content.decode()
    assert len(re.findall(r"<code>[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}</code>", done)) == 10
    assert "公用の電話" in done and Factor.objects.get().staff.username == "tanaka"


def test_the_picture_is_a_code_that_a_camera_reads(hall: Hall):
    import base64

    import zxingcpp

    address = factors.app_address(hall.staff("tanaka"), factors.secret_new(), "七尾市 窓口")
    svg = base64.b64decode(factors.qr_image(address).partition(",")[2]).decode()
    assert "<svg" in svg and "rect" in svg
    drawn = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=4)
    assert zxingcpp.read_barcode(drawn).text == address and address.startswith("otpauth://totp/")


def test_where_it_is_required_nothing_opens_before_one_is_enrolled(hall: Hall, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    client = hall.desk("tanaka")
    assert client.get("/staff/")["Location"] == "/staff/account/?why=needed"
    assert "はじめに、二つ目の確認" in client.get("/staff/account/?why=needed").content.decode()
    app_of(hall.staff("tanaka"))
    assert signed_in(client)
    only = Factor.objects.get()
    refused = client.post(f"/staff/account/factor/{only.id}/remove/")
    assert refused.status_code == 422 and Factor.objects.count() == 1


# --- lock-out


def test_five_failures_lock_and_say_until_when(hall: Hall):
    hall.staff("tanaka")
    client = Client()
    pages = [enter(client, "tanaka", "wrong-word").content.decode() for _ in range(5)]
    assert all("職員番号かパスワードが違います" in p for p in pages[:4])
    assert re.search(r"\d\d時\d\d分を過ぎてから", pages[4]) and "管理者に連絡" in pages[4]
    assert "しばらくログインできません" in enter(client, "tanaka").content.decode(), "the right password does not help now"
    assert enter(client, "sato", "x").content.decode().count("職員番号かパスワードが違います"), "nobody else is locked"
    assert enter(Client(REMOTE_ADDR="192.0.2.9"), "tanaka").status_code == 303, "nor this account elsewhere"
    AccessAttempt.objects.update(attempt_time=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16))
    assert enter(client, "tanaka").status_code == 303


def test_an_unknown_account_looks_and_lasts_the_same(hall: Hall, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    staff = hall.staff("tanaka")
    people.password_set(actor="test", staff=staff, password="slow-hash-of-today")

    def tried(name: str) -> tuple[list[str], float]:
        began = time.perf_counter()
        pages = [enter(Client(), name, "wrong-word").content.decode() for _ in range(6)]
        return [re.sub(r'value="[^"]*"|\d\d時\d\d分', "", p) for p in pages], time.perf_counter() - began

    tried("warm-up")
    (known, slow), (unknown, quick) = tried("tanaka"), tried("nobody1")
    assert known == unknown
    assert 0.4 < quick / slow < 2.5


def test_wrong_codes_lock_as_well(hall: Hall):
    app = app_of(hall.staff("tanaka"))
    client = Client()
    enter(client, "tanaka")
    answers = [client.post("/staff/sign-in/second/", {"code": "000000"}).content.decode() for _ in range(5)]
    assert "しばらくログインできません" in answers[4]
    assert client.post("/staff/sign-in/second/", {"code": app.at(clock.now())}).status_code == 422


OFFICE = {"REMOTE_ADDR": "203.0.113.5"}


def test_one_password_on_many_accounts_is_stopped(hall: Hall, settings):
    settings.LIMITS = settings.LIMITS | {"sign_in.address": Rate(4, 600)}
    hall.staff("tanaka")
    office, home = Client(**OFFICE), Client(REMOTE_ADDR="203.0.113.6")
    for number in range(4):
        assert enter(office, f"90000{number}", "Spring2026!").status_code == 422
    for name, password in (("900009", "Spring2026!"), ("tanaka", TRIAL_PASSWORD)):
        stopped = enter(office, name, password, next="/staff/deliveries/")
        page = stopped.content.decode()
        assert (stopped.status_code, 0 < int(stopped["Retry-After"]) <= 600) == (429, True)
        assert "このネットワークから" in page and re.search(r"\d\d時\d\d分\(約\d+分後\)から", page)
        assert f'value="{name}"' in page and 'value="/staff/deliveries/"' in page
    assert not signed_in(office)
    assert AccessAttempt.objects.filter(username="900009").count() == 0, "it was not even looked at"
    assert office.get(SIGN_IN).status_code == 200
    assert enter(home, "tanaka").status_code == 303


def test_an_office_behind_one_address_goes_in(hall: Hall, settings):
    settings.LIMITS = settings.LIMITS | {"sign_in.address": Rate(2, 600)}
    hall.staff("tanaka")
    for _ in range(8):
        assert enter(Client(**OFFICE), "tanaka").status_code == 303
    assert enter(Client(**OFFICE), "tanaka", "mistyped").status_code == 422
    assert enter(Client(**OFFICE), "tanaka").status_code == 303


def test_wrong_codes_count_for_the_address_as_well(hall: Hall, settings):
    settings.LIMITS = settings.LIMITS | {"sign_in.address": Rate(2, 600)}
    app = app_of(hall.staff("tanaka"))
    client = Client(**OFFICE)
    enter(client, "tanaka")
    answers = [client.post("/staff/sign-in/second/", {"code": code}) for code in ("000000", "000001", app.at(clock.now()))]
    assert [a.status_code for a in answers] == [422, 422, 429]
    assert "このネットワークから" in answers[2].content.decode()
    assert not signed_in(client)


def test_what_was_typed_is_not_kept_by_the_lock(hall: Hall):
    enter(Client(), "tanaka", "my-secret-typo")
    row = AccessAttempt.objects.get()
    assert "my-secret-typo" not in f"{row.get_data}{row.post_data}{row.path_info}" and row.user_agent == ""


def test_the_administrator_unlocks_with_a_reason(hall: Hall):
    staff = hall.staff("tanaka")
    for _ in range(5):
        enter(Client(), "tanaka", "wrong-word")
    admin = hall.desk("admin")
    assert "ロック中" in admin.get("/staff/people/").content.decode()
    assert admin.post(f"/staff/people/{staff.id}/unlock/", {"why": ""}).status_code == 422
    long = admin.post(f"/staff/people/{staff.id}/unlock/", {"why": "あ" * 301})
    assert long.status_code == 422 and "理由は300字までです" in long.content.decode() and "あ" * 301 in long.content.decode()
    assert admin.post(f"/staff/people/{staff.id}/unlock/", {"why": "本人と電話で確認"}).status_code == 303
    assert enter(Client(), "tanaka").status_code == 303
    assert AuditEntry.objects.get(action="lock.lifted").facts == {"why": "本人と電話で確認"}


def test_behind_a_proxy_the_last_address_counts(hall: Hall, settings, rf):
    from madoguchi.identity.lockout import address_of

    request = rf.get("/", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7", REMOTE_ADDR="10.0.0.1")
    assert address_of(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "203.0.113.7"
    settings.PROXIES = 2  # the last one is our own inner proxy then: counted by it, one attacker would lock a name for everybody
    assert address_of(request) == "198.51.100.1"


# --- sessions


@pytest.mark.parametrize(("minutes", "why"), [(61, "idle"), (10 * 60 + 1, "long")])
def test_a_session_ends_by_itself(hall: Hall, minutes, why):
    client = hall.desk("tanaka")
    step = 50 if why == "long" else minutes
    for passed in range(step, minutes, step):
        with clock.frozen(OPENING + dt.timedelta(minutes=passed)):
            assert signed_in(client), passed
    with clock.frozen(OPENING + dt.timedelta(minutes=minutes)):
        gone = client.get("/staff/deliveries/?page=1")
    assert gone["Location"] == f"/staff/sign-in/?why={why}&next=%2Fstaff%2Fdeliveries%2F%3Fpage%3D1"
    assert "ログインが切れました" in client.get(gone["Location"]).content.decode()


def test_own_sessions_are_listed_and_ended(hall: Hall):
    first, second = hall.desk("tanaka"), hall.desk("tanaka")
    other = StaffSession.objects.order_by("id").last()
    assert "終了する" in first.get("/staff/account/").content.decode()
    first.post(f"/staff/account/session/{other.id}/end/")
    assert signed_in(first) and not signed_in(second)
    third = hall.desk("tanaka")
    first.post("/staff/account/session/0/end/")
    assert signed_in(first) and not signed_in(third)


def test_a_new_password_ends_the_other_sessions(hall: Hall):
    here, there = hall.desk("tanaka"), hall.desk("tanaka")
    new = {"old": TRIAL_PASSWORD, "new": "asagao-no-tane-7", "again": "asagao-no-tane-7"}
    for wrong in ({"old": "x"}, {"again": "y"}, {"new": "short", "again": "short"}):
        assert here.post("/staff/account/password/", new | wrong).status_code == 422
    assert here.post("/staff/account/password/", new)["Location"] == "/staff/account/?done=password"
    assert signed_in(here) and not signed_in(there)
    assert enter(Client(), "tanaka", "asagao-no-tane-7").status_code == 303


def test_the_administrator_ends_sessions_and_resets_factors(hall: Hall):
    staff = hall.staff("tanaka")
    app_of(staff)
    desk, admin = hall.desk("tanaka"), hall.desk("admin")
    assert admin.post(f"/staff/people/{staff.id}/sessions/", {"why": "席を離れたまま"}).status_code == 303
    assert not signed_in(desk)
    assert admin.post(f"/staff/people/{staff.id}/reset/", {"why": "電話をなくした"}).status_code == 303
    assert not Factor.objects.exists() and AuditEntry.objects.get(action="factors.reset").actor == "staff:admin"
    app_of(hall.staff("admin"))
    assert admin.post(f"/staff/people/{hall.staff('admin').id}/reset/", {"why": "自分の"}).status_code == 403


def test_signing_out_leaves_no_session(hall: Hall):
    client = hall.desk("tanaka")
    client.post("/staff/sign-out/")
    assert not StaffSession.objects.exists() and not Session.objects.exists()


# --- again before a sensitive act


def test_an_old_session_is_asked_and_nothing_typed_is_lost(hall: Hall):
    case = hall.case("hanako", "ninshin-todoke")
    desk = hall.desk("yoshida")
    sent = {"path": "my_number", "why": "宛名番号との照合 <確認>"}
    with clock.frozen(OPENING + dt.timedelta(minutes=20)):
        desk.get("/staff/")
        asked = desk.post(f"/staff/case/{case.id}/number/", sent).content.decode()
        assert "本人の再確認" in asked and 'value="宛名番号との照合 &lt;確認&gt;"' in asked
        assert not AuditEntry.objects.filter(action="number.viewed").exists()
        wrong = desk.post(f"/staff/case/{case.id}/number/", sent | {"_confirm": "post", "_password": "x"})
        assert wrong.status_code == 422 and not AuditEntry.objects.filter(action="number.viewed").exists()
        shown = desk.post(f"/staff/case/{case.id}/number/", sent | {"_confirm": "post", "_password": TRIAL_PASSWORD}).content.decode()
        assert re.search(r"\d{4} \d{4} \d{4}", shown)
        assert AuditEntry.objects.get(action="number.viewed")
        assert "本人の再確認" not in desk.post(f"/staff/case/{case.id}/number/", sent).content.decode(), "fresh for a while"


def test_a_page_that_asks_comes_back_to_itself(hall: Hall):
    desk = hall.desk("tanaka")
    with clock.frozen(OPENING + dt.timedelta(minutes=20)):
        assert 'name="_confirm" value="get"' in desk.get("/staff/account/totp/").content.decode()
        back = desk.post("/staff/account/totp/", {"_confirm": "get", "_password": TRIAL_PASSWORD})
        assert (back.status_code, back["Location"]) == (303, "/staff/account/totp/")
        assert "確認コードのアプリを加える" in desk.get("/staff/account/totp/").content.decode()


# --- strangers


def test_strangers_get_nothing_out_of_an_id(hall: Hall):
    owner = hall.staff("tanaka")
    app_of(owner)
    desk, sato, auditor = hall.desk("tanaka"), hall.desk("sato"), hall.desk("auditor")
    mine = {"factor_id": Factor.objects.get().id, "session_id": StaffSession.objects.filter(staff=owner).get().id,
            "staff_id": owner.id, "absence_id": suzuki_away(hall).id}
    routes = {p.name: str(p.pattern) for r in get_resolver().url_patterns if hasattr(r, "url_patterns") for p in r.url_patterns if hasattr(p, "name")}
    before = AuditEntry.objects.count()
    for client in (sato, auditor):
        for name in STRANGERS:
            real, made_up = ("/" + re.sub(r"<int:(\w+)>", lambda m, t=t: str(t[m[1]]), routes[name])
                             for t in (mine, dict.fromkeys(mine, 987654)))
            answers = [client.post(url, {"why": "見たい"}) for url in (real, made_up)]
            assert answers[0].status_code == answers[1].status_code, name
            assert answers[0].get("Location") == answers[1].get("Location") or "staff" in name, name
            assert answers[0].status_code in (303, 403, 404, 405), name
    assert AuditEntry.objects.count() == before and Factor.objects.count() == 1 and signed_in(desk)
    assert sato.get("/staff/rights/").status_code == 403 and sato.get("/staff/rights.csv").status_code == 403
    assert sato.get("/staff/people/").status_code == 403 and auditor.get("/staff/people/").status_code == 403
    assert Client().get("/staff/rights/").status_code == 302 and hall.browser("hanako").get("/staff/account/").status_code == 302
