"""What people type is put right by the system; what cannot be is refused in Japanese, saying what to do."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.checks.common import account_holder_is_person
from madoguchi.procedures.rules.conditions import parse
from madoguchi.procedures.rules.fields import TYPES
from madoguchi.procedures.rules.fields.banks import find_bank, find_branch
from madoguchi.procedures.rules.fields.texts import is_my_number, my_number_check_digit
from madoguchi.procedures.rules.model import Choice, Question

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def wide(text):
    """The text in full-width characters (made here, because editors like to fold them)."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def question(kind, **more):
    return Question(id="q", label="項目", type=kind, **more)


def read(kind, raw, **more):
    """Parse and check raw input as read_entry does; returns (value, messages)."""
    q = question(kind, **more)
    parts = raw if isinstance(raw, dict) else {"": raw}
    value, faults = TYPES[kind].parse(lambda part: parts.get(part, ""), q)
    if not faults and value is not None:
        faults = TYPES[kind].check(value, q)
    return value, [f.ja for f in faults]


@pytest.mark.parametrize(("kind", "typed", "kept"), [
    ("整数", "12", 12), ("整数", "1,200", 1200), ("金額", "1,000円", 1000), ("金額", " 500 ", 500),
    ("整数", "3人", 3), ("整数", wide("12") + "週", 12), ("整数", "80cm", 80), ("金額", "¥1,200", 1200),
    ("金額", "\uffe5" + wide("1,200"), 1200), ("金額", "¥1,200-", 1200), ("金額", "5万円", 50_000),
    ("金額", "1万2千円", 12_000), ("金額", wide("1") + "万" + wide("2500"), 12_500), ("金額", "120万", 1_200_000),
    ("電話", "0767-53-1111", "0767531111"), ("電話", "(0767)53-1111", "0767531111"),
    ("電話", "090ー0000ー0000", "09000000000"), ("電話", "+81 767 53 1111", "+81767531111"),
    ("メール", "hanako@example.jp", "hanako@example.jp"), ("メール", " a.b@example.co.jp ", "a.b@example.co.jp"),
    ("被保険者番号", "0000 000-001", "0000000001"), ("個人番号", "1234-5678-9018", "123456789018"),
    ("個人番号", "1234 5678 9018", "123456789018"), ("文字", "  七尾   城山 ", "七尾 城山"),
    ("整数", wide("12"), 12), ("金額", wide("1,000") + "円", 1000), ("電話", wide("0767-53-1111"), "0767531111"),
    ("電話", wide("(0767)53") + "\u30fc1111", "0767531111"), ("電話", "0767\u221253\u20101111", "0767531111"),
    ("メール", wide("hanako@example.jp"), "hanako@example.jp"), ("個人番号", wide("123456789018"), "123456789018"),
    ("被保険者番号", wide("0000000001"), "0000000001"), ("文字", "\u3000七尾\u3000\u3000城山", "七尾 城山"),
    ("文字", "𠮷野", "𠮷野"), ("長文", "一行目\r\n二行目\n", "一行目\n二行目"), ("続柄", "子", "子"),
])
def test_text_and_numbers_are_put_right(kind, typed, kept):
    assert read(kind, typed) == (kept, [])


@pytest.mark.parametrize(("typed", "kept"), [
    ({"era": "r", "y": "8", "m": "11", "d": "20"}, "2026-11-20"),
    ({"era": "r", "y": "\uff18", "m": "\uff11\uff11", "d": "\uff12\uff10"}, "2026-11-20"),
    ({"era": "r", "y": "\uff12\uff10\uff12\uff16", "m": "\uff11", "d": "\uff12"}, "2026-01-02"),
    ({"era": "r", "y": "元", "m": "5", "d": "1"}, "2019-05-01"),
    ({"era": "h", "y": "1", "m": "1", "d": "8"}, "1989-01-08"),
    ({"y": "令和8", "m": "11", "d": "20"}, "2026-11-20"),
    ({"y": "令和8年", "m": "11月", "d": "20日"}, "2026-11-20"),
    ({"y": "R8", "m": "1", "d": "2"}, "2026-01-02"),
    ({"y": "平成元", "m": "1", "d": "8"}, "1989-01-08"),
    ({"y": "2026", "m": "11", "d": "20"}, "2026-11-20"),
    ({"era": "r", "y": "2026", "m": "11", "d": "20"}, "2026-11-20"),
    ({"era": "ad", "y": "2026", "m": "02", "d": "03"}, "2026-02-03"),
    ({"era": "s", "y": "64", "m": "1", "d": "7"}, "1989-01-07"),
    ({"era": "h", "y": "31", "m": "4", "d": "30"}, "2019-04-30"),
    ({"era": "t", "y": "15", "m": "12", "d": "24"}, "1926-12-24"),
])
def test_dates_are_read_in_every_writing(typed, kept):
    assert read("日付", typed) == (kept, [])


@pytest.mark.parametrize("typed", [
    {"era": "r", "y": "8", "m": "13", "d": "1"}, {"era": "r", "y": "8", "m": "2", "d": "30"},
    {"y": "8", "m": "1", "d": "1"},
    {"era": "r", "y": "八", "m": "1", "d": "1"}, {"era": "r", "y": "8", "m": "", "d": "1"},
    {"era": "s", "y": "70", "m": "1", "d": "1"}, {"era": "ad", "y": "1800", "m": "1", "d": "1"},
    {"era": "r", "y": "0", "m": "1", "d": "1"}, {"era": "x", "y": "8", "m": "1", "d": "1"},
])
def test_days_that_do_not_exist_are_refused_in_japanese(typed):
    _, messages = read("日付", typed)
    assert messages and all(JAPANESE.search(m) and "項目" in m for m in messages)


def test_date_range_says_the_bound_in_wareki():
    _, messages = read("日付", {"era": "r", "y": "1", "m": "5", "d": "1"}, low="2020-01-01")
    assert messages == ["項目は令和2年1月1日以後の日付を入力してください"]
    assert read("日付", {"era": "r", "y": "2", "m": "1", "d": "1"}, low="2020-01-01") == ("2020-01-01", []), "the bound itself is taken"


def test_month_needs_no_day():
    assert read("年月", {"era": "r", "y": "8", "m": "12"}) == ("2026-12", [])
    assert read("年月", {"era": "ad", "y": "1", "m": "5"})[0] == "0001-05"  # a form drew nothing but an error of ours
    q = question("年月")
    assert TYPES["年月"].text("2026-12", q) == "令和8年12月"
    assert TYPES["年月"].text("2026-12", q, machine=True) == "2026-12"


@pytest.mark.parametrize("value", ["2026-11-20", "1989-01-07", "2019-05-01", "1926-12-25", "1989-01-08", "1900-01-01"])
def test_a_date_goes_to_the_form_and_back(value):
    q = question("生年月日")
    form = TYPES["生年月日"].form(value, q)
    assert TYPES["生年月日"].parse(lambda part: form.get(part, ""), q) == (value, [])


@pytest.mark.parametrize(("typed", "kept"), [
    ({"sei": "ななお", "mei": "はなこ"}, {"sei": "ナナオ", "mei": "ハナコ"}),
    ({"sei": "ナナオ", "mei": "ハナコ"}, {"sei": "ナナオ", "mei": "ハナコ"}),
    ({"sei": "ヴぁん", "mei": ""}, {"sei": "ヴァン", "mei": ""}),
    ({"sei": "\uff76\uff9e\uff77", "mei": "\uff8a\uff9f"}, {"sei": "ガキ", "mei": "パ"}),
    ({"sei": "ナナオ\u3000", "mei": " ハナコ"}, {"sei": "ナナオ", "mei": "ハナコ"}),
    ({"sei": "ロ-ズ", "mei": "ロ\uff0dズ"}, {"sei": "ローズ", "mei": "ローズ"}),
    ({"sei": "ろ\u2212ず", "mei": "\uff9b-\uff7d\uff9e"}, {"sei": "ローズ", "mei": "ローズ"}),
    ({"sei": wide("SMITH"), "mei": wide("John Q.")}, {"sei": "SMITH", "mei": "John Q."}),
    ({"sei": "Nguyễn", "mei": "Thị Đào"}, {"sei": "Nguyen", "mei": "Thi Dao"}),
    ({"sei": "Nguye\u0302\u0303n", "mei": "João Łukasz"}, {"sei": "Nguyen", "mei": "Joao Lukasz"}),
    ({"sei": "か\u3099き", "mei": "パ"}, {"sei": "ガキ", "mei": "パ"}),
])
def test_kana_in_any_writing(typed, kept):
    assert read("カナ", typed) == (kept, [])


@pytest.mark.parametrize(("kind", "typed"), [
    ("カナ", {"sei": "-ロズ", "mei": "ハナコ"}), ("カナ", {"sei": "七尾", "mei": "ハナコ"}), ("カナ", {"sei": "", "mei": "ハナコ"}),
    ("氏名", {"sei": "七尾1", "mei": "花子"}), ("氏名", {"sei": "", "mei": "花子"}),
    ("氏名", {"sei": "あ" * 61, "mei": ""}),
    ("氏名", {"sei": "七尾\uff11", "mei": "花子"}), ("電話", wide("12345")),
    ("氏名", {"sei": "七\u202e尾", "mei": "花子"}), ("氏名", {"sei": "七\x0b尾", "mei": "花子"}),
    ("住所", {"zip": "926861", "city": "石川県七尾市", "lot": "1"}),
    ("住所", {"zip": "9268611", "city": "", "lot": "1"}),
    ("住所", {"zip": "9268611", "city": "石川県七尾市", "lot": ""}), ("電話", "12345"), ("電話", "でんわ"),
    ("メール", "hanako"), ("メール", "a..b@example.jp"), ("メール", "花子@example.jp"), ("整数", "三"), ("整数", "-1"),
    ("金額", "1.5"), ("個人番号", "123456789012"), ("個人番号", "12345"), ("個人番号", "sv_" + "0" * 24),
    ("被保険者番号", "123"), ("文字", "あ" * 101), ("文字", "\u200b見本"), ("長文", "あ" * 1001), ("続柄", "あ" * 21),
    ("はい・いいえ", "maybe"),
    ("口座", {"bank": "ないない銀行", "branch": "101", "kind": "普通", "number": "1", "holder": "ナナオ"}),
    ("口座", {"bank": "0146", "branch": "999", "kind": "普通", "number": "1", "holder": "ナナオ"}),
    ("口座", {"bank": "0146", "branch": "101", "kind": "", "number": "1", "holder": "ナナオ"}),
    ("口座", {"bank": "0146", "branch": "101", "kind": "普通", "number": "12345678", "holder": "ナナオ"}),
    ("口座", {"bank": "0146", "branch": "101", "kind": "普通", "number": "1234567", "holder": "七尾"}),
    ("口座", {"bank": "0146", "branch": "101", "kind": "普通", "number": "1234567", "holder": "カヲル"}),
    ("口座", {"bank": "0146", "branch": "101", "kind": "普通", "number": "1234567", "holder": "ナガイナマエノ" * 5}),
])
def test_bad_input_gets_a_message_that_says_what_to_do(kind, typed):
    _, messages = read(kind, typed)
    assert messages
    for message in messages:
        assert JAPANESE.search(message) and message.endswith(("ください", ")", "ませんか"))


def test_postcode_and_lot_in_full_width():
    raw = {"zip": wide("926-8611"), "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "イ部25番地"}
    value, messages = read("住所", raw)
    assert messages == [] and value["zip"] == "9268611" and value["lot"] == "イ部25番地"
    text = TYPES["住所"].text(value | {"building": "見本荘101"}, question("住所"))
    assert text == "石川県七尾市袖ヶ江町イ部25番地\u3000見本荘101"


@pytest.mark.parametrize("bank", ["0146", wide("0146"), "北國", "北國銀行", "北国銀行", "北国"])
def test_bank_by_code_or_name(bank):
    assert [b.code for b in find_bank(bank)] == ["0146"]
    assert [b.code for b in find_branch(find_bank(bank)[0], "101")] == ["101"]


@pytest.mark.parametrize(("typed", "code"), [("中国銀行", "0168"), ("中國銀行", "0489"), ("四國銀行", "0175")])
def test_a_bank_that_is_written_just_so_comes_before_one_with_the_other_form_of_a_letter(typed, code):
    assert [b.code for b in find_bank(typed)] == [code]


@pytest.mark.parametrize("typed", ["〇一八店", "〇一八支店", "〇一八", "018"])
def test_branch_as_the_post_bank_prints_it(typed):
    assert [b.code for b in find_branch(find_bank("ゆうちょ銀行")[0], typed)] == ["018"]


def test_a_branch_that_is_only_the_word_for_branch_is_nobody():
    assert find_branch(find_bank("ゆうちょ銀行")[0], "店") == []


@pytest.mark.parametrize(("bank", "branch"), [("0146", "101"), ("北國銀行", "本店営業部"), ("北國", "101")])
def test_account_is_put_right(bank, branch):
    raw = {"bank": bank, "branch": branch, "kind": "普通", "number": wide("12345"), "holder": "ななお\u3000はなこ"}
    value, messages = read("口座", raw)
    assert messages == []
    assert value == {"bank": "0146", "bank_name": "北國", "branch": "101", "branch_name": "本店営業部", "kind": "普通",
                     "number": "0012345", "holder": "ナナオ ハナコ"}


def test_account_holder_keeps_its_long_vowel_mark_and_gets_narrow_signs():
    holder = "\uff76)\uff85\uff85\uff75\u3000ろーず" + wide("A.B")
    raw = {"bank": "0146", "branch": "101", "kind": "普通", "number": "1", "holder": holder}
    assert read("口座", raw)[0]["holder"] == "カ)ナナオ ローズA.B"


def test_unknown_bank_is_named_in_the_message():
    _, messages = read("口座", {"bank": "ないない", "branch": "101", "kind": "普通", "number": "1", "holder": "ナナオ"})
    assert "「ないない」が見つかりません" in messages[0]


def test_my_number_check_digit():
    assert my_number_check_digit("12345678901") == 8  # 番号法施行令8条; by hand: 212 mod 11 = 3, 11 − 3 = 8
    assert is_my_number("123456789018")
    for wrong in range(10):
        assert is_my_number(f"12345678901{wrong}") == (wrong == 8)


def test_my_number_token_is_kept_but_never_typed():
    q = question("個人番号")
    kind = TYPES["個人番号"]
    token = "sv_0123456789abcdef01234567"
    assert kind.check(token, q) == []
    assert kind.check("sv_x", q)
    assert kind.parse(lambda part: token, q)[1]
    assert kind.form(token, q) == {"": ""}
    assert "1234" not in kind.text("123456789018", q)


def test_choices():
    options = (Choice("a", "あ"), Choice("b", "い"))
    assert read("選択", "a", choices=options) == ("a", [])
    assert read("選択", "c", choices=options)[1]
    q = question("複数選択", choices=options)
    kind = TYPES["複数選択"]
    assert kind.parse(lambda part: "b\x1fa", q) == (["a", "b"], [])
    assert kind.check(["a", "a"], q) and kind.check([], q) and kind.check(["c"], q)
    assert kind.text(["a", "b"], q) == "あ、い"
    assert read("宣言", "yes") == (True, []) and read("宣言", "on") == (None, [])


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_nothing_typed_is_no_answer_and_missing_says_what_to_do(kind):
    q = question(kind, choices=(Choice("a", "あ"),))
    assert TYPES[kind].parse(lambda part: "", q) == (None, [])
    assert TYPES[kind].missing(q).endswith("ください")


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize("value", [{}, [], 1.5, "x\x00", {"sei": 1}, [1], True, "", "0767000000"])
def test_check_never_breaks_on_strange_values(kind, value):
    TYPES[kind].check(value, question(kind, choices=(Choice("a", "あ"),)))


def test_conditions_take_full_width_operators():
    text = f"kind {wide('=')} a かつ {wide('(')}n {wide('<')} 3{wide(')')}"
    assert parse(text) == parse("kind = a かつ (n < 3)")


def test_a_long_vowel_mark_and_a_hyphen_are_the_same_account_holder():
    answers = {"account": {"holder": "ミホン タロ-"}, "kana": {"sei": "ミホン", "mei": "タロー"}}
    facts = Facts(answers, dt.date(2026, 11, 20))
    assert list(account_holder_is_person(facts, "account", "kana")) == []


@pytest.mark.parametrize(("typed", "letters"), [("みほん かをる", "ヲ→オ"), ("ヰヱ ハナコ", "ヰ→イ、ヱ→エ"), ("ヵヶ ヵヲ", "ヵ→カ、ヶ→ケ、ヲ→オ")])
def test_a_holder_whom_no_file_for_a_bank_can_name_is_told_what_to_write(typed, letters):
    raw = {"bank": "0146", "branch": "101", "kind": "普通", "number": "1", "holder": typed}
    _, messages = read("口座", raw)
    assert messages == [f"項目の口座名義人に、銀行で使えない字があります。{letters}のように書き直してください"]
    assert not re.fullmatch(TYPES["口座"].schema(question("口座"))["properties"]["holder"]["pattern"], "カヲル")


def test_a_name_whose_kana_banks_lack_is_the_same_account_holder():
    answers = {"account": {"holder": "ミホン カオル"}, "kana": {"sei": "ミホン", "mei": "カヲル"}}
    assert list(account_holder_is_person(Facts(answers, dt.date(2026, 11, 20)), "account", "kana")) == []


def test_account_refuses_unknown_parts():
    good = {"bank": "0146", "branch": "101", "kind": "普通", "number": "1234567", "holder": "ナナオ"}
    assert TYPES["口座"].check(good, question("口座")) == []
    assert TYPES["口座"].check(good | {"pin": "1"}, question("口座"))
    assert TYPES["カナ"].check({"sei": "ナ", "note": "x"}, question("カナ"))


# --- the words of what is wrong


@pytest.mark.parametrize(("label", "words"), [
    ("調査の方法", "調査の方法を選んでください"),
    ("いっしょに住んでいますか", "「いっしょに住んでいますか」の答えを選んでください"),
    ("お子さんから見て、あなたはどなたですか", "「お子さんから見て、あなたはどなたですか」の答えを選んでください"),
    ("持ち家か借家か", "持ち家か借家かを選んでください"),
])
def test_a_label_that_is_a_question_stands_in_quotes(label, words):
    assert TYPES["選択"].missing(Question(id="q", label=label, type="選択")) == words


def test_a_label_that_is_a_request_stands_in_quotes_too():
    q = Question(id="q", label="手助けが要ることがあれば教えてください", type="長文", max_length=5)
    assert TYPES["長文"].check("あ" * 6, q)[0].ja.startswith("「手助けが要ることがあれば教えてください」の答えは5文字以内")


def test_an_unknown_bank_is_repeated_shortly_and_without_control_characters():
    raw = {"bank": "あ\x00" * 5000, "branch": "101", "kind": "普通", "number": "1", "holder": "ナナオ"}
    _, (message,) = read("口座", raw)
    assert len(message) < 80
    assert "\x00" not in message


def test_an_account_that_is_too_long_says_which_part():
    raw = {"bank": "0146", "branch": "101", "kind": "普通", "number": "1", "holder": "ナナオ" * 40}
    q = question("口座")
    value, _ = TYPES["口座"].parse(lambda part: raw.get(part, ""), q)
    (fault,) = TYPES["口座"].check(value, q)
    assert (fault.part, fault.ja) == ("holder", "項目の口座名義人が長すぎます。通帳を見て、入力し直してください")


@pytest.mark.parametrize("name", ["😀", "花子☺", "田中🏠"])
def test_a_name_of_pictures_is_refused_by_form_and_schema(name):
    import jsonschema_rs

    _, messages = read("氏名", {"sei": name, "mei": "花子"})
    assert "取り除いて" in messages[0]
    assert not jsonschema_rs.validator_for(TYPES["氏名"].schema(question("氏名"))).is_valid({"sei": name, "mei": "花子"})
    assert read("氏名", {"sei": "𠮷\u9ad9\ufa11", "mei": "辻\U000e0100"})[1] == [], "rare kanji and their variants are no pictures"


def test_a_day_before_taisho_comes_back_with_a_button_that_is_there():
    kind, q = TYPES["生年月日"], question("生年月日")
    value, _ = read("生年月日", {"era": "t", "y": "1", "m": "1", "d": "1"})
    shown = kind.form(value, q)
    assert shown == {"era": "ad", "y": "1912", "m": "1", "d": "1"}
    assert read("生年月日", shown) == (value, [])


def test_nobody_is_born_tomorrow():
    from madoguchi.procedures.rules import validate

    today = dt.date(2026, 11, 20)
    born = (question("生年月日"),)
    assert [f.ja for f in validate.born_later(born, {"q": "2026-11-21"}, today)] == ["項目は今日までの日付を入力してください"]
    assert validate.born_later(born, {"q": "2026-11-20"}, today) == []
    assert validate.born_later((question("日付"),), {"q": "2027-01-01"}, today) == []


def test_who_cannot_write_kana_is_told_of_romaji():
    assert read("カナ", {"sei": "阮", "mei": ""})[1] == ["項目は、ひらがな・カタカナかローマ字(A〜Z)で入力してください"]
