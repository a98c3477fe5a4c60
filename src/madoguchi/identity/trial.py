"""Invented people for trial: nobody real. Refused in production by `settings.TRIAL_SIGN_IN`."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction

from madoguchi.offices.public import City, address_in, city

from .models import Staff
from .rules import Business, Person
from .services import staff_enrol

_HERE = city()
RESIDENTS = {
    "hanako": Person("見本 花子", "1991-07-25", address_in(_HERE, "石川県七尾市袖ヶ江町イ部25番地"), "2"),
    "taro": Person("見本 太郎", "1988-03-02", address_in(_HERE, "石川県七尾市神明町1番地"), "1"),
    "ume": Person("試用 うめ", "1944-11-03", address_in(_HERE, "石川県七尾市中島町中島甲1番地"), "2"),
    "jiro": Person("試用 次郎", "1970-05-17", address_in(_HERE, "石川県七尾市田鶴浜町り部11番地"), "1"),
}
# Invented companies: no registry office has the code 9999, with which these numbers begin after their check digit.
BUSINESSES = {
    "kyotaku": Business("7999901000001", "株式会社試用ケア", "試用 介子", "居宅介護支援事業所"),
    "houkatsu": Business("6999901000002", "社会福祉法人見本会", "見本 みまもり", "地域包括支援センター"),
    "shinki": Business("5999901000003", "試用行政書士法人", "試用 代理"),
}
PASSWORD = "madoguchi-trial"  # noqa: S105 - published on the start screen of the trial
OTHER_SECTIONS = ("fukushi", "toshi", "kankyou", "shougai", "soumu", "kensetsu", "hoken", "nourin", "suidou", "shoukou", "gakkou", "shoubou",
                  "kikaku", "bousai", "kaikei", "senkyo", "gikai", "kansa")  # of the city pack that has no people of its own in the trial
_WRITTEN: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("tanaka", "田中 由紀", (("kosodate", "clerk"),)),
    ("kimura", "木村 健", (("kosodate", "chief"),)),
    ("suzuki", "鈴木 一郎", (("kosodate", "manager"),)),
    ("hayashi", "林 恵子", (("kosodate", "clerk"), ("kosodate", "protection"))),
    ("sato", "佐藤 みどり", (("kaigo", "clerk"),)),
    ("ito", "伊藤 誠", (("kaigo", "chief"),)),
    ("kato", "加藤 恵", (("kaigo", "manager"),)),
    ("yamada", "山田 浩", (("zeimu", "clerk"),)),
    ("nakamura", "中村 薫", (("zeimu", "chief"),)),
    ("kobayashi", "小林 徹", (("zeimu", "manager"),)),
    ("matsuda", "松田 葵", (("kaigo", "clerk"), ("kaigo", "agents"))),
    ("yoshida", "吉田 さち", (("kenkou", "clerk"),)),
    ("yamamoto", "山本 悟", (("kenkou", "chief"),)),
    ("inoue", "井上 直子", (("kenkou", "manager"),)),
    ("okada", "岡田 昇", (("shimin", "clerk"),)),
    ("matsui", "松井 千夏", (("shimin", "chief"),)),
    ("ueno", "上野 修", (("shimin", "manager"),)),
    ("mori", "森 ひろ子", (("kaigo", "supporter"),)),
    ("hirano", "平野 結", tuple((section, "clerk") for section in OTHER_SECTIONS)),
    ("aoki", "青木 亮", tuple((section, "chief") for section in OTHER_SECTIONS)),
    ("nishida", "西田 文", tuple((section, "manager") for section in OTHER_SECTIONS)),
    ("digital", "デジタル 担当", (("*", "digital"),)),
    ("admin", "管理 担当", (("*", "admin"),)),
    ("auditor", "監査 担当", (("*", "auditor"),)),
)


def staff_in(here: City) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """The same people in a city with other sections: each works where the work is done (受け持ち), nobody in a section that there is not,
    and a section that would be without people has the three of the other sections."""
    def places(memberships: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        moved = ((here.desks.get(section, section), role) for section, role in memberships)
        return tuple(dict.fromkeys(pair for pair in moved if pair[0] in here.sections or pair[0] == "*"))

    people = {username: (name, places(memberships)) for username, name, memberships in _WRITTEN}
    for username, role in (("hirano", "clerk"), ("aoki", "chief"), ("nishida", "manager")):
        there = {section for _, held in people.values() for section, had in held if had == role}
        name, held = people[username]
        people[username] = (name, held + tuple((section, role) for section in here.sections if section not in there))
    return tuple((username, *found) for username, found in people.items() if found[1])


STAFF = staff_in(_HERE)


@transaction.atomic
def trial_staff() -> None:
    """The invented staff. They share a password that everybody may read, so it is hashed once: hashing is slow on purpose."""
    new = {username for username, _, _ in STAFF} - set(Staff.objects.values_list("username", flat=True))
    for username, name, memberships in STAFF:
        staff_enrol(username=username, name=name, password=None, memberships=list(memberships))
    if new:
        Staff.objects.filter(username__in=new).update(password=make_password(PASSWORD))
