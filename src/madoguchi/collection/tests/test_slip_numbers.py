"""The digits of a slip: vectors of shared/reference/payments.md, round trips, and that one wrong digit never passes."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.collection.slips import numbers
from madoguchi.collection.slips.layouts import FOLDER, ProfileWrong, layout_of, layouts
from madoguchi.collection.slips.numbers import NumberWrong, Part, cvs_fields, el_fields

EL = ("00020101021227960005138000183920000000000000000012300213800099900000"
      "509999999900000000012312345609999900000000005411000000123006226202720270120270430202704308085" + "0" * 85 + "630536075")
CVS = ("91912345012345678901234567890101033101230003", "91942386178953917853935692730103073110312903",
       "91999999123450000000000123456027043000123006", "91999999123450000000000123456099999900123004",
       "91999999123450000000000000007127053103000008")
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31))


def first_wrong(parts: list[Part]) -> Part | None:
    return next((part for part in parts if part.problem), None)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


SLIPS = st.fixed_dictionaries({
    "amount": st.integers(1, 99_999_999_999), "fiscal_year": st.integers(1990, 2100), "tax_year": st.integers(1990, 2100),
    "instalment": st.integers(0, 99), "due": DAYS, "valid_until": DAYS, "number": digits(20), "confirm": digits(6), "org": digits(5),
    "kind": digits(3), "office": digits(3)})
BARS = st.fixed_dictionaries({
    "company": digits(6), "free": digits(21), "reissue": st.integers(0, 9), "valid_until": st.none() | DAYS.filter(lambda d: d.year < 2099),
    "amount": st.integers(1, 300_000)})


@pytest.mark.parametrize(("body", "check"), [
    ("0000000000000000003600226000033421101", "61"), ("100250881102000000061050501000000000000000", "22")])
def test_the_two_check_digits_of_a_known_body(body, check):
    assert numbers.mpn_check(body) == check


def test_the_known_payload_is_made_from_what_it_says():
    assert len(EL) == 255
    parts = {part.name: part.digits for part in el_fields(EL)}
    assert first_wrong(el_fields(EL)) is None
    made = numbers.el_payload(
        amount=12_300, fiscal_year=2027, tax_year=2027, instalment=1, due=dt.date(2027, 4, 30), valid_until=dt.date(2027, 4, 30),
        number="99999999000000000123", confirm="123456", org="99999", kind="999", office="000")
    assert made == EL
    assert parts["number"] == "99999999000000000123" and parts["crc"] == "36075" and parts["upper_check"] == "92"


@pytest.mark.parametrize("payload", CVS)
def test_known_barcodes_have_the_right_check_digit(payload):
    assert numbers.gs1_check(payload[:-1]) == payload[-1]


def test_a_barcode_is_made_from_what_it_says():
    made = numbers.cvs_payload(company="999999", free="123450000000000123456", reissue=0, valid_until=dt.date(2027, 4, 30), amount=12_300)
    assert made == CVS[2]
    assert numbers.cvs_payload(company="999999", free="123450000000000123456", reissue=0, valid_until=None, amount=12_300) == CVS[3]
    assert numbers.cvs_payload(company="999999", free="123450000000000000007", reissue=1, valid_until=dt.date(2027, 5, 31),
                               amount=300_000) == CVS[4]
    assert numbers.cvs_text(CVS[2]) == ("(91)999999-1234500000000001234560", "270430-0-012300-6")


def test_the_free_field_is_filled_on_the_right():
    made = numbers.cvs_payload(company="999999", free="12345", reissue=0, valid_until=None, amount=1)
    assert made[8:29] == "12345" + "0" * 16


def test_a_stamp_flag_is_told_as_what_it_is():
    """The second known barcode is a bill of a company: public money never has revenue stamps."""
    wrong = first_wrong(cvs_fields(CVS[1]))
    assert wrong is not None and wrong.name == "stamp"


@given(SLIPS)
def test_what_is_made_is_read_back(values):
    payload = numbers.el_payload(**values)
    parts = el_fields(payload)
    read = {part.name: part.digits for part in parts}
    assert len(payload) == 255 and first_wrong(parts) is None
    assert (int(read["amount"]), int(read["amount_again"])) == (values["amount"],) * 2
    assert [read[k] for k in ("number", "confirm", "org", "kind", "office")] == [values[k] for k in ("number", "confirm", "org", "kind", "office")]
    assert (int(read["fiscal_year"]), int(read["tax_year"]), int(read["instalment"])) == (
        values["fiscal_year"], values["tax_year"], values["instalment"])
    assert (read["due"], read["valid_until"]) == (f"{values['due']:%Y%m%d}", f"{values['valid_until']:%Y%m%d}")


@given(BARS)
def test_what_is_made_as_bars_is_read_back(values):
    payload = numbers.cvs_payload(**values)
    parts = cvs_fields(payload)
    read = {part.name: part.digits for part in parts}
    assert len(payload) == 44 and first_wrong(parts) is None
    assert (read["company"], read["free"], int(read["reissue"]), int(read["amount"])) == (
        values["company"], values["free"], values["reissue"], values["amount"])
    assert read["valid_until"] == (f"{values['valid_until']:%y%m%d}" if values["valid_until"] else "999999")
    upper, lower = numbers.cvs_text(payload)
    assert (upper + lower).replace("(91)", "91").replace("-", "") == payload
    assert [len(piece) for piece in upper[4:].split("-")] == [6, 22] and [len(piece) for piece in lower.split("-")] == [6, 1, 6, 1]


@given(body=digits(37) | digits(42), at=st.integers(0, 41), change=st.integers(1, 9))
def test_one_wrong_digit_changes_the_two_check_digits(body, at, change):
    at %= len(body)
    other = body[:at] + str((int(body[at]) + change) % 10) + body[at + 1:]
    assert numbers.mpn_check(other) != numbers.mpn_check(body)


@given(values=BARS, at=st.integers(0, 43), change=st.integers(1, 9))
def test_one_wrong_digit_of_a_barcode_is_seen(values, at, change):
    payload = numbers.cvs_payload(**values)
    other = payload[:at] + str((int(payload[at]) + change) % 10) + payload[at + 1:]
    assert first_wrong(cvs_fields(other)) is not None


@given(values=SLIPS, at=st.integers(0, 254), change=st.integers(1, 9))
def test_one_wrong_digit_of_an_el_qr_is_seen_and_its_part_is_named(values, at, change):
    payload = numbers.el_payload(**values)
    other = payload[:at] + str((int(payload[at]) + change) % 10) + payload[at + 1:]
    parts = el_fields(other)
    named = {part.name for part in parts if part.problem}
    assert "crc" in named
    layout = layouts()["el_qr"]
    if layout.field("number").start <= at < layout.field("lower_spare").end:
        assert "lower_check" in named
    hit = next(field for field in layout.fields if field.start <= at < field.end)
    if hit.fixed is not None:
        assert hit.name in named


@pytest.mark.parametrize(("change", "name"), [
    ({"amount": 0}, "amount"), ({"amount": 10**11}, "amount"), ({"number": "1" * 19}, "number"), ({"confirm": "\uff11" * 6}, "confirm"),
    ({"org": "abcde"}, "org"), ({"instalment": 100}, "instalment"), ({"kind": ""}, "kind")])
def test_what_does_not_fit_is_refused_by_name(change, name):
    good = {"amount": 1, "fiscal_year": 2026, "tax_year": 2026, "instalment": 1, "due": dt.date(2026, 6, 1), "valid_until": dt.date(2026, 6, 1),
                "number": "1" * 20, "confirm": "1" * 6, "org": "1" * 5, "kind": "1" * 3, "office": "1" * 3}
    numbers.el_payload(**good)
    with pytest.raises(NumberWrong) as caught:
        numbers.el_payload(**(good | change))
    assert caught.value.field == name and caught.value.ja.endswith("してください")


def test_more_than_a_shop_takes_is_refused():
    with pytest.raises(NumberWrong, match="300,000"):
        numbers.cvs_payload(company="999999", free="1", reissue=0, valid_until=None, amount=300_001)


@pytest.mark.parametrize(("payload", "says"), [
    (EL[:-1], "254文字"), (EL[:-1] + "\uff15", "数字でない"), (EL[:150] + "20270230" + EL[158:], "")])
def test_a_payload_of_the_wrong_length_or_letters_is_one_finding(payload, says):
    parts = el_fields(payload)
    assert first_wrong(parts) is not None
    assert not says or (len(parts) == 1 and says in parts[0].problem)


def test_a_day_that_is_not_in_the_calendar_is_named():
    at = layouts()["el_qr"].field("due").start
    parts = el_fields(EL[:at] + "20270230" + EL[at + 8:])
    assert first_wrong(parts).name == "due" and "暦にない" in first_wrong(parts).problem


def test_the_first_wrong_field_comes_first():
    """A damaged sum breaks check digits, the second sum and the CRC: the clerk reads the earliest."""
    at = layouts()["el_qr"].field("amount").start
    assert first_wrong(el_fields(EL[:at] + "9" + EL[at + 1:])).name == "upper_check"


def test_pay_easy_takes_up_to_its_lengths():
    numbers.payeasy_check(org="12345", number="1", confirm="1", kind="1234567890")
    for change, name in (({"org": "1234"}, "org"), ({"number": "1" * 21}, "number"), ({"confirm": ""}, "confirm"), ({"kind": "1" * 11}, "kind")):
        with pytest.raises(NumberWrong) as caught:
            numbers.payeasy_check(**{"org": "12345", "number": "1", "confirm": "1", "kind": "1", **change})
        assert caught.value.field == name


def test_layouts_say_where_they_come_from():
    found = layouts()
    assert {key: layout.verified for key, layout in found.items()} == {"el_qr": False, "cvs": False, "payeasy": False}
    assert all(layout.source for layout in found.values())


@pytest.mark.parametrize("change", [{"桁": "5"}, {"値": "9x"}, {"種": "数字"}])
def test_a_layout_that_does_not_add_up_is_not_used(change):
    row = {"名": "ai", "見出し": "AI", "桁": "2", "値": "91"} | change
    table = {"見出し": "x", "確認": "未確認", "出典": "y", "桁数": "2", "欄": [row]}
    with pytest.raises(ProfileWrong):
        layout_of(table, "x.yaml")


def test_slips_are_plain_python():
    """The whole package, imported in a Python that cannot import Django: a printing house's machine needs none."""
    names = sorted(path.stem for path in FOLDER.parent.glob("*.py") if path.stem != "__init__")
    assert "draw" in names and "check" in names
    code = "import sys; sys.modules['django'] = None\n" + "\n".join(f"import madoguchi.collection.slips.{name}" for name in names)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER.parents[3])})
    assert done.returncode == 0, done.stderr[-1500:]


def test_no_module_of_the_slips_asks_the_clock_or_the_rows():
    for path in FOLDER.parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(today|now|timezone)\(|import clock|clock\.\w|from django|\.objects\b", text), path.name
