"""Rules of the long-term care insurance (介護保険). Articles marked ※ could not be read at the source (要照合)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from madoguchi.kernel.said import say

from .common import age_on, name_of
from .registry import Facts, Finding, check, derive

RENEWAL_OPENS_DAYS = 60
TRANSFER_DAYS = 14
OFFICE = re.compile(r"[0-9A-Z]\d{9}|\d{2}[0-9A-Z]\d{7}")
EXPIRED = say("有効期間が終わっています。「要介護・要支援認定の申請(新規)」から申請してください")
TOO_LATE_TO_TAKE_OVER = (
    say("引越しから14日を過ぎたため、前の認定を引き継げません。「要介護・要支援認定の申請(新規)」から申請してください")
)
FORM_LEVELS: Mapping[str, tuple[str, ...]] = {
    "kyotaku": ("c1", "c2", "c3", "c4", "c5"),
    "yobou": ("project", "s1", "s2"),
    "shoukibo": ("c1", "c2", "c3", "c4", "c5"),
    "yobou_shoukibo": ("s1", "s2"),
}


def legal_age(born: dt.date, day: dt.date) -> int:
    """年齢計算ニ関スル法律: a year of age is completed at the end of the day before the birthday, so the status that
    介護保険法9条 ties to 65 or 40 begins on that day."""
    return age_on(born, day + dt.timedelta(days=1))


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months on, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period_end(start: dt.date, months: int) -> dt.date:
    """規則38条1項・52条1項: a period that starts within a month runs to its end and the given months more."""
    whole = start if start.day == 1 else months_later(start.replace(day=1), 1)
    return months_later(whole, months) - dt.timedelta(days=1)


def notice(question: str, ja: str, index: int | None = None) -> Finding:
    """A finding that goes to the clerk (and the check page) without stopping the filing."""
    return Finding(question, ja, severity="notice", index=index)


def digits(value: Any) -> str:
    """A number as typed, without full-width digits, spaces and hyphens."""
    return re.sub(r"[\s‐-―−-]", "", unicodedata.normalize("NFKC", str(value or "")))


# ---- who ----------------------------------------------------------------------------------------------------------


@derive("born")
def insured_class(facts: Facts, born: str) -> Literal["first", "second", "none"] | None:
    """介護保険法9条: ``first`` from 65, ``second`` from 40 to 64, ``none`` below 40."""
    day = facts.date(born)
    if day is None:
        return None
    age = legal_age(day, facts.today)
    return "first" if age >= 65 else "second" if age >= 40 else "none"


@check("born")
def care_insured_by_age(facts: Facts, born: str) -> Iterator[Finding]:
    """介護保険法9条: nobody below 40 is insured."""
    if insured_class(facts, born) == "none":
        yield Finding(born, say("介護保険は40歳からの制度です。ご本人(被保険者)の生年月日を確認してください"))


@check("born", "disease", "joined")
def second_class_conditions(facts: Facts, born: str, disease: str, joined: str) -> Iterator[Finding]:
    """介護保険法9条2号 (a medical insurance is needed) and 7条3項2号・4項2号 (one of the 16 specified diseases)."""
    if insured_class(facts, born) != "second":
        return
    if facts.answers.get(joined) is False:
        text = say("40歳から64歳の方は、医療保険に入っている方が対象です。生活保護を受けている方は、福祉の窓口にご相談ください")
        yield Finding(joined, text)
    if not facts.answers.get(disease):
        yield Finding(disease, say("40歳から64歳の方は、原因になった病気(特定疾病)を選んでください"))


@check("insured", "filer", others=("how",))
def filer_is_not_insured(facts: Facts, insured: str, filer: str, how: str = "error") -> Iterator[Finding]:
    """介護保険法27条1項後段 (an agency; a family member by mandate ※): the insured person stays the applicant.
    In a family one name on both sides is the same person typed twice; a care manager may well bear the same name
    (``how`` = notice), and nobody is turned away for a name (行政手続法7条)."""
    person, other = name_of(facts.answers.get(insured)), name_of(facts.answers.get(filer))
    if person and person == other:
        text = say("ご本人と同じ氏名です。ご本人が入力しているときは、初めの画面で「本人」を選んでください")
        yield Finding(filer, text, severity=how)


# ---- numbers ------------------------------------------------------------------------------------------------------


@check("item")
def medical_insurer_number(facts: Facts, item: str) -> Iterator[Finding]:
    """健康保険法施行規則ほか ※: an insurer's number has 8 digits, that of a 国民健康保険 6."""
    value = facts.answers.get(item)
    if value and not re.fullmatch(r"\d{6}|\d{8}", digits(value)):
        yield Finding(item, say("保険者番号は8桁(国民健康保険は6桁)の数字です。資格確認書などで確認してください"))


@check("item")
def care_office_number(facts: Facts, item: str) -> Iterator[Finding]:
    """介護保険法施行規則77条 names the office by name and address; its number of 10 digits ※ is what the forms ask."""
    value = facts.answers.get(item)
    if value and not OFFICE.fullmatch(digits(value)):
        yield Finding(item, say("事業所番号は10桁です。契約書や重要事項説明書で確認してください"))


# ---- certification ------------------------------------------------------------------------------------------------


@check("until", "cause")
def care_renewal_window(facts: Facts, until: str, cause: str) -> Iterator[Finding]:
    """介護保険法施行規則39条・53条: renewal may be asked from 60 days before the validity ends until it ends;
    法28条3項: later only when a disaster or another unavoidable cause prevented it. 地方自治法4条の2第4項: an end on a
    closed day moves on."""
    end = facts.date(until)
    if end is None:
        return
    opens = end - dt.timedelta(days=RENEWAL_OPENS_DAYS)
    if facts.today < opens:
        yield Finding(
            until,
            say("更新の申請は、{first}から受け付けます。その前に状態が変わったときは、区分変更を申請できます",
                first=opens),
        )
    elif facts.today > facts.next_open(end) and facts.answers.get(cause) is not True:
        yield Finding(until, EXPIRED)
    elif end < facts.today <= facts.next_open(end):
        yield notice(until, say("有効期間の終わりの日が閉庁日だったため、今日までの申請として受け付けます。担当が確認します"))


@check("ceased")
def care_excuse_within_a_month(facts: Facts, ceased: str) -> Iterator[Finding]:
    """介護保険法28条3項・33条3項: after an unavoidable cause, renewal may be asked within one month of its end. Whether
    the month is over is for the section to decide (行政手続法7条)."""
    day = facts.date(ceased)
    if day and facts.today > facts.next_open(months_later(day, 1)):
        text = say("事情がなくなってから1か月を過ぎています。更新を受けられないことがあります。新規の申請もできます")
        yield notice(ceased, text)


@check("since", "until")
def change_within_validity(facts: Facts, since: str, until: str) -> Iterator[Finding]:
    """介護保険法29条1項・33条の2第1項: a change may be asked while the certification is valid. In the last 60 days the
    renewal window is open as well; 規則42条4項・55条の2第4項: where no change is needed then, the application counts as
    one for renewal."""
    start, end = facts.date(since), facts.date(until)
    if start and start > facts.today:
        yield Finding(since, say("有効期間がまだ始まっていません。被保険者証の「認定の有効期間」を確認してください"))
    if end is None:
        return
    if end < facts.today:
        yield Finding(until, EXPIRED)
    elif facts.today >= end - dt.timedelta(days=RENEWAL_OPENS_DAYS):
        yield notice(until, say("更新の申請ができる期間に入っています。区分変更と更新のどちらで進めるか、担当が確認します"))


@check("level")
def change_from_support_level(facts: Facts, level: str) -> Iterator[Finding]:
    """介護保険法27条1項・33条の2第1項, 規則35条1項2号: somebody in 要支援 who asks for 要介護 asks for a certification,
    not for a change."""
    if facts.answers.get(level) in ("s1", "s2"):
        yield notice(level, say("要支援の方が要介護の認定を求める申請は、新しい認定の申請として扱うことがあります"))


@check("item")
def first_period_notice(facts: Facts, item: str) -> Iterator[Finding]:
    """介護保険法27条8項・32条7項: a first certification works back to the day of the application; 規則38条1項・
    52条1項: six months as a rule, three to twelve by the board's opinion. ``item`` is where the notice stands."""
    end = period_end(facts.today, 6)
    yield notice(
        item, say("認定されたときの有効期間は、原則{first}から{last}までです(審査会の意見で3〜12か月)",
            first=facts.today, last=end),
    )


@check("until")
def renewed_period_notice(facts: Facts, until: str) -> Iterator[Finding]:
    """介護保険法28条, 規則41条・55条: a renewed certification starts on the day after the old one ends; twelve
    months as a rule, up to 36, and up to 48 when the level stays the same."""
    end = facts.date(until)
    if end is None:
        return
    start = end + dt.timedelta(days=1)
    yield notice(
        until, say("更新後の有効期間は、原則{first}から{last}までです(審査会の意見で3〜36か月、前と同じ区分なら48か月まで)",
            first=start, last=period_end(start, 12))
    )


@check("moved")
def transfer_within_14_days(facts: Facts, moved: str) -> Iterator[Finding]:
    """介護保険法36条: the old city's result is taken over when asked within 14 days of becoming insured here
    (民法140条: the day itself does not count; a closed last day moves to the next open day)."""
    day = facts.date(moved)
    if day is None:
        return
    last = facts.next_open(day + dt.timedelta(days=TRANSFER_DAYS))
    if facts.today > last:
        yield Finding(moved, TOO_LATE_TO_TAKE_OVER)
    elif day <= facts.today:
        yield notice(moved, say("認定されたときの有効期間は、{first}から原則6か月です", first=day))


@check("residence")
def transfer_into_facility(facts: Facts, residence: str) -> Iterator[Finding]:
    """介護保険法13条: whoever moves into a facility stays insured by the former city (住所地特例)."""
    if facts.answers.get(residence) == "facility":
        yield notice(residence, say("施設に入るための引越しのときは、前の市町村が保険者のままのことがあります(住所地特例)"))


# ---- plan of care ---------------------------------------------------------------------------------------------------


@check("kind", "level")
def plan_form_fits_level(facts: Facts, kind: str, level: str) -> Iterator[Finding]:
    """介護保険法46条・58条: 要介護 gets a plan of home care, 要支援 and 事業対象者 one of prevention."""
    chosen, now = str(facts.answers.get(kind)), facts.answers.get(level)
    if chosen in FORM_LEVELS and now and now not in ("pending", *FORM_LEVELS[chosen]):
        yield Finding(kind, say("今の要介護度と、届け出る計画の種類が合いません。被保険者証の要介護度を確認してください"))


@check("start")
def notified_before_service(facts: Facts, start: str) -> Iterator[Finding]:
    """介護保険法46条4項・58条4項, 規則64条: the insurer pays the office only when notified beforehand."""
    day = facts.date(start)
    if day and day < facts.today:
        yield notice(start, say("開始日が過ぎています。届出の前に使った分は、全額のお支払いになることがあります"))
