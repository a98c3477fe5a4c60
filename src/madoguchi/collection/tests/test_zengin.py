"""What the city sends to its bank: a request to debit, an order to transfer; read back as written; results filled in as a bank does."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.collection.formats.charset import EBCDIC, JIS, KANA, LETTERS
from madoguchi.collection.formats.errors import FileRefused, RowRefused
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.received import read_received
from madoguchi.collection.formats.zengin import (
    Account,
    Debit,
    Transfer,
    answered,
    debit_request,
    read_request,
    read_transfers,
    transfer_file,
)

from .files import CITY, ENDS, TODAY, debits, layout

ON = dt.date(2026, 11, 30)
NUMBERS = "0123456789"
NAMES = st.text(st.sampled_from(LETTERS + KANA + "().-/"), max_size=30).map(str.rstrip)
SHORT = st.text(st.sampled_from(LETTERS + KANA), max_size=15).map(str.rstrip)


def digits(length):
    return st.text(st.sampled_from(NUMBERS), min_size=length, max_size=length)


ACCOUNTS = st.builds(Account, digits(4), digits(3), st.sampled_from("1249"), digits(7), NAMES, SHORT, SHORT)
DEBITED = st.builds(Account, digits(4), digits(3), st.sampled_from("1239"), digits(7), NAMES, SHORT, SHORT)
DEBITS = st.lists(st.builds(Debit, digits(20), DEBITED, st.integers(1, 10**10 - 1), st.sampled_from("012")), max_size=5)
TRANSFERS = st.lists(st.builds(Transfer, digits(20), ACCOUNTS, st.integers(1, 10**10 - 1), st.sampled_from("012")), max_size=5)


def request(made, asked, end=None):
    return b"".join(debit_request(made, CITY, ON, asked, line_end=end))


@settings(max_examples=60)
@given(DEBITS, st.sampled_from([JIS, EBCDIC]), st.sampled_from(ENDS))
def test_a_request_is_read_back(asked, code, end):
    made = layout("zengin", code)
    raw = request(made, asked, end)
    assert len(raw) == (len(asked) + 3) * (120 + len(end))
    assert read_request(raw, made, today=TODAY) == (CITY, ON, asked)


@settings(max_examples=60)
@given(TRANSFERS, st.sampled_from([JIS, EBCDIC]), st.sampled_from(ENDS))
def test_an_order_is_read_back(asked, code, end):
    made = dataclasses.replace(profile("transfer"), code=code)
    raw = b"".join(transfer_file(made, CITY, ON, asked, line_end=end))
    assert len(raw) == (len(asked) + 3) * (120 + len(end))
    assert read_transfers(raw, made, today=TODAY) == (CITY, ON, asked)


@pytest.mark.parametrize("name", ["預金種目", "新規コード"])
def test_a_value_that_means_nothing_is_neither_written_nor_read(name):
    made, (one, *_) = layout("zengin"), debits()
    wrong = {"預金種目": dataclasses.replace(one, account=dataclasses.replace(one.account, kind="7")),
             "新規コード": dataclasses.replace(one, new="7")}[name]
    with pytest.raises(RowRefused) as unwritten:
        request(made, [wrong])
    assert unwritten.value.ja.startswith(f"1件目の「{name}」")
    raw = bytearray(request(made, [one]))
    place = made.length + 2 + next(f.start for f in made.data.fields if f.name == name)
    raw[place:place + 1] = b"7"
    with pytest.raises(FileRefused) as refused:
        read_request(bytes(raw), made, today=TODAY)
    assert "「7」は使えません" in refused.value.ja
    assert (refused.value.record, refused.value.byte, refused.value.field) == (2, place, name)
    raw[place:place + 1] = b"1"
    assert read_request(bytes(raw), made, today=TODAY)


def test_a_request_byte_by_byte():
    account = Account("9901", "2", "1", "7", "みほん　しょうこ", "ミホン", "ナナオ")
    lines = request(profile("zengin"), [Debit("00000000000000000011", account, 12_000, "1")])
    head, data, trailer, end, rest = lines.decode("cp932").split("\r\n")
    assert head == "19100000012345" + "ﾅﾅｵｼ ｶｲｹｲｶﾝﾘｼﾔ".ljust(40) + "11309901" + "ﾐﾎﾝ".ljust(15) + "001" + "ﾎﾝﾃﾝ".ljust(15) + "10000001" + " " * 17
    assert data == ("29901" + "ﾐﾎﾝ".ljust(15) + "002" + "ﾅﾅｵ".ljust(15) + "    " + "10000007" + "ﾐﾎﾝ ｼﾖｳｺ".ljust(30) + "0000012000" + "1"
                    + "00000000000000000011" + "0" + " " * 8)
    assert trailer == "8000001000000012000" + "0" * 36 + " " * 65
    assert (end, rest) == ("9" + " " * 119, "")


def test_an_order_byte_by_byte():
    lines = b"".join(transfer_file(profile("transfer"), CITY, ON, [Transfer("00000000000000000012", Account("9901", "2", "2", "8", "ﾐﾎﾝ"), 1_300)]))
    head, data, trailer, *_ = lines.decode("cp932").split("\r\n")
    assert head.startswith("12100000012345")
    assert data == ("29901" + " " * 15 + "002" + " " * 15 + "0000" + "20000008" + "ﾐﾎﾝ".ljust(30) + "0000001300" + "0"
                    + "00000000000000000012" + " " * 9)
    assert trailer == "8000001000000001300" + " " * 101


@pytest.mark.parametrize("code", [JIS, EBCDIC])
def test_a_bank_answers_it(code):
    made, asked = layout("zengin", code), debits(3)
    codes = {asked[0].reference: "0", asked[1].reference: "1", asked[2].reference: "0"}
    raw = b"".join(answered(request(made, asked), made, codes.__getitem__, today=TODAY))
    batch = read_received(raw, "zengin", made, today=ON)
    assert [(x.reference, x.amount, x.paid_on, x.stage, x.code) for x in batch] == [
        (d.reference, d.amount, ON, "final" if codes[d.reference] == "0" else "failed", codes[d.reference]) for d in asked]
    assert batch.by_stage == {"final": (2, 24_002), "failed": (1, 12_001)}


def test_a_request_is_no_result_and_a_result_no_request():
    made, asked = profile("zengin"), debits(3)
    with pytest.raises(FileRefused) as wrong:
        read_received(request(made, asked), "zengin", today=ON)
    assert (wrong.value.record, wrong.value.field) == (5, "振替済件数")
    raw = b"".join(answered(request(made, asked), made, lambda _: "1", today=TODAY))
    with pytest.raises(FileRefused) as wrong:
        read_request(raw, made, today=TODAY)
    assert (wrong.value.record, wrong.value.field) == (2, "振替結果コード")
    raw = b"".join(answered(request(made, asked), made, lambda _: "0", today=TODAY))
    with pytest.raises(FileRefused) as wrong:
        read_request(raw, made, today=TODAY)
    assert (wrong.value.record, wrong.value.field) == (5, "振替済件数")


def test_a_request_with_a_result_code_in_it():
    made = profile("zengin")
    raw = bytearray(request(made, debits(3)))
    raw[2 * 122 + 111] = ord("1")
    with pytest.raises(FileRefused) as wrong:
        read_request(bytes(raw), made, today=TODAY)
    assert (wrong.value.record, wrong.value.byte, wrong.value.field) == (3, 2 * 122 + 111, "振替結果コード")
    assert "結果ファイルを選んでいないか" in wrong.value.ja


def test_an_order_is_not_read_as_a_request():
    raw = b"".join(transfer_file(profile("transfer"), CITY, ON, []))
    with pytest.raises(FileRefused) as wrong:
        read_request(raw, profile("zengin"), today=TODAY)
    assert (wrong.value.record, wrong.value.byte, wrong.value.field) == (1, 1, "種別コード")


@pytest.mark.parametrize(("change", "field", "says"), [
    ({"account": {"holder": "七尾花子"}}, "預金者名", "「七尾花子」はこのファイルでは使えません"),
    ({"account": {"holder": "カヲル"}}, "預金者名", "「ｦ」"),
    ({"account": {"holder": "ガ" * 16}}, "預金者名", "32文字"),
    ({"account": {"number": "12345678"}}, "口座番号", "7けたまで"),
    ({"account": {"number": "12-3"}}, "口座番号", "数字だけ"),
    ({"account": {"bank": ""}}, "引落銀行番号", "数字だけ"),
    ({"amount": 10**10}, "引落金額", "10けたまで"), ({"amount": -1}, "引落金額", "数字だけ"), ({"reference": "1" * 21}, "顧客番号", "20けたまで"),
])
def test_what_can_not_be_written_is_refused_with_its_row(change, field, says):
    asked = debits(3)
    own = dataclasses.replace(asked[1].account, **change.pop("account", {}))
    asked[1] = dataclasses.replace(asked[1], account=own, **change)
    with pytest.raises(RowRefused) as wrong:
        request(profile("zengin"), asked)
    assert (wrong.value.row, wrong.value.field) == (2, field)
    assert says in wrong.value.ja


def test_the_header_too():
    with pytest.raises(RowRefused) as wrong:
        list(debit_request(profile("zengin"), dataclasses.replace(CITY, code="12345678901"), ON, []))
    assert (wrong.value.row, wrong.value.field) == (0, "委託者コード")


def test_a_bank_that_takes_o_for_wo():
    made = dataclasses.replace(profile("zengin"), wo=True)
    asked = [dataclasses.replace(debits(1)[0], account=dataclasses.replace(debits(1)[0].account, holder="ミホン カヲル"))]
    assert read_request(request(made, asked), made, today=TODAY)[2][0].account.holder == "ﾐﾎﾝ ｶｵﾙ"


def test_a_long_name_of_a_bank_is_cut_a_long_name_of_a_person_is_not():
    long = dataclasses.replace(debits(1)[0].account, bank_name="ナガイナマエノキンユウキカンデス", branch_name="ｱ" * 20)
    asked = [dataclasses.replace(debits(1)[0], account=long)]
    found = read_request(request(profile("zengin"), asked), profile("zengin"), today=TODAY)[2][0].account
    assert (found.bank_name, found.branch_name) == ("ﾅｶﾞｲﾅﾏｴﾉｷﾝﾕｳｷｶﾝ"[:15], "ｱ" * 15)
