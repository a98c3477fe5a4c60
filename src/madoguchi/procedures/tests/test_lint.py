"""`madoguchi procedures check`: every error with its file, its line and what to do. Each is tried on a broken copy."""

from __future__ import annotations

import pytest

from madoguchi.casework.rules import ROUTE_ROLES
from madoguchi.config import procedures_cli
from madoguchi.procedures.rules.read import read
from madoguchi.procedures.rules.route import ROUTE
from madoguchi.procedures.tests import pack

SOURCE = (pack.ROOT / "procedures" / "jidou-teate-nintei.yaml").read_text(encoding="utf-8")
LAWS = SOURCE[SOURCE.index("根拠:"):SOURCE.index("様式:")]
SPOUSE = SOURCE[SOURCE.index("  - 題: 配偶者\n"):SOURCE.index("  - 題: 特別な事情")]


def problems(text: str, override: str = "") -> list[str]:
    city = pack.city()
    over = (override, "city.yaml") if override else None
    _, found = read(text, "x.yaml", override=over, sections=city.sections, appeals=city.appeals,
                    life_events=city.life_events, fees=city.fees)
    return [str(p) for p in found]


def broken(old: str, new: str) -> tuple[str, int]:
    """The definition with one thing changed, and the line of the change."""
    assert SOURCE.count(old) >= 1, old
    at = SOURCE.index(old)
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    text = SOURCE[:at] + new + SOURCE[at + len(old):]
    return text, text[: at + same].count("\n") + 1


def test_a_file_that_is_not_there_is_told(capsys) -> None:
    assert procedures_cli.check(["/nowhere/a.yaml", "/nowhere"], doubts=False) == 1
    assert "/nowhere/a.yaml がありません" in capsys.readouterr().out


def test_the_definition_itself_has_no_problem() -> None:
    assert problems(SOURCE) == []


ONE = [  # (what is written, what stands there instead, words of the message)
    # unknown keys
    ("概要:", "概用: 子\n概要:", "「概用」という見出しは使えません"),
    ("型: はい・いいえ, 必須: はい, 説明: 上のお子さん", "型: はい・いいえ, 必す: はい, 説明: 上のお子さん", "「必す」という見出し"),
    ("型: 整数, 必須: はい, 範囲: 0〜10", "型: 整すう, 必須: はい, 範囲: 0〜10", "「整すう」は使えません"),
    # duplicates
    ("手数料: 0\n", "手数料: 0\n手数料: 100\n", "「手数料」が二度書かれています"),
    ("      public_servant: {問", "      receiving: {問", "「receiving」が二度書かれています"),
    ("movein: {表示", "birth: {表示", "「birth」が二度書かれています"),
    ("      spouse_kana: {問", "      kana: {問", "番号「kana」が"),
    ("  - 先: jidou-teate-jidou", "  - 先: jidou-teate", "連携の先「jidou-teate」が二度あります"),
    # dangling references
    ("条件: reason = other", "条件: reazon = other", "「reazon」という項目はありません"),
    ("条件: reason = other", "条件: reason = othre", "「othre」は「reason」の答えにありません"),
    ("条件: special を含む divorce", "条件: special を含む divorse", "「divorse」は「special」の答えにありません"),
    ("条件: late = はい", "条件: late = yes", "「yes」は「late」の値にありません"),
    ("役割: claimant, 引継: 本人確認.氏名", "役割: claimand, 引継: 本人確認.氏名", "役割「claimand」はありません"),
    ("引継: 本人確認.氏名", "引継: 本人確認.指名", "引継は「本人確認.氏名"),
    ("前回: 本人.電話", "前回: 電話", "「本人.電話」のように"),
    ("前回: 本人.電話", "前回: 本人.フリガナ", "前回「本人.フリガナ」が"),
    ("      mynumber: {問", "      mynumber: {前回: 本人.番号, 問", "型「個人番号」に前回は使えません"),
    ("reason_date: {問: そのできごとの日, 型: 日付", "reason_date: {前回: 本人.日, 問: そのできごとの日, 型: 日付", "型「日付」に前回は使えません"),
    ("前回: 子.氏名", "前回: 配偶者.呼び名", "前回の「配偶者」は、繰返の中と外"),
    ("前回: 子.氏名", "前回: 本人.呼び名", "前回の「本人」は、繰返の中と外"),
    ("start_month: {問:", "start_month: {前回: 本人.月, 問:", "決定項目「start_month」に前回は使えません"),
    ("起点: reason_date", "起点: reason_day", "期限の起点「reason_day」"),
    ("{規則: not_in_future, item: reason_date}", "{規則: not_in_futur, item: reason_date}", "規則「not_in_futur」はありません"),
    ("{規則: not_in_future, item: reason_date}", "{規則: not_in_future, item: reason_day}", "「item: reason_day」という項目は"),
    ("numbers: [mynumber, spouse_mynumber", "numbers: [mynumber, spouse_mynumbre", "「numbers: spouse_mynumbre」"),
    ("ceased: unavoidable_end}", "ceased: unavoidable_and}", "「ceased: unavoidable_and」という項目は"),
    ("{規則: not_in_future, item: reason_date}", "{規則: not_in_future, itam: reason_date}", "引数「item」がありません"),
    ("claimant: {名: 請求者, カード: はい}", "claimant: {名: 請求者, カード: はい, 委任状: mandat}", "委任状「mandat」という添付"),
    ("    単位: children", "    単位: childs", "単位「childs」という繰返"),
    ("担当: kosodate", "担当: kosodatte", "担当「kosodatte」は市の設定にありません"),
    ("分野: [child, birth, move]", "分野: [child, birht, move]", "分野「birht」は市の設定にありません"),
    ("  教示: 県知事", "  教示: 国知事", "教示「国知事」はありません"),
    # questions that cannot be reached, conditions that never hold
    ("必須: はい, 説明: 上のお子さん", "必須: はい, 条件: public_servant = はい, 説明: 上のお子さん", "後で聞く「public_servant」"),
    ("条件: reason = other", "条件: reason = other かつ reason = birth", "成り立つことはありません"),
    ("条件: sibling_statement = はい", "条件: older_count > 10", "成り立つことはありません"),
    ("条件: sibling_statement = はい", "条件: older_count > 5 かつ older_count < 3", "成り立つことはありません"),
    ("条件: late = はい", "条件: late = はい かつ late = いいえ", "成り立つことはありません"),
    ("条件: late = はい", "条件: reason_date < 2020-01-01", "成り立つことはありません"),
    ("条件: unavoidable = はい, 説明: 退院", "条件: unavoidable = はい かつ late = いいえ, 説明: 退院", "成り立つことはありません"),
    ("条件: jan1 = abroad", "条件: jan1 = abroad かつ jan1 = same", "成り立つことはありません"),
    ("grant: {名: 認定, 種: 認容}", "grant: {名: 認定, 種: 認容, 条件: reason = birth かつ reason = dv}", "成り立つことはありません"),
    ("文字数: 20}\n    start_month", "文字数: 20, 条件: 結果 = grant かつ 結果 = reject}\n    start_month", "成り立つことはありません"),
    ("条件: special を含む divorce", "条件: special = divorce", "「special を含む divorce」と書いてください"),
    ("条件: reason = other", "条件: reason を含む other", "「reason = other」と書いてください"),
    # missing law, empty parts
    (LAWS, "根拠: []\n", "「根拠」が一つもありません"),
    ("{法令: 児童手当法, 条: 第7条第1項}", "{法令: 児童手当法}", "「条」がありません"),
    (SPOUSE, "  - 題: 配偶者\n    番号: spouse_page\n", "「項目」がありません"),
    # values of the wrong shape
    ("範囲: 0〜10", "範囲: 10〜0", "小さい方を先に"),
    ("範囲: 0〜10", "範囲: 零〜十", "範囲の「零」が読めません"),
    ("版: 2026-11-30", "版: 明日", "版「明日」は"),
    ("種: 拒否", "種: 不備", "「種」の「不備」は使えません"),
    ("手数料: 0", "手数料: &a 0", "& * ! は使えません"),
    ("  標準日数: ", "  期限の知らせ: 0\n  標準日数: ", "期限の何開庁日前かを1〜30の数で"),
    ("  標準日数: ", "  期限の知らせ: 三日\n  標準日数: ", "期限の何開庁日前かを1〜30の数で"),
    ("照合の同意: consent", "照合の同意: consend", "照合の同意「consend」という「はい・いいえ」の項目は"),
    ("照合の同意: consent", "照合の同意: reason", "照合の同意「reason」という「はい・いいえ」の項目は"),
    # what nobody would ever be asked for, and lines that name no sum or two
    ("手数料: 0\n", "手数料: 300\n", "手数料が額(300円)だけでは、だれにも請求しません"),
    ("手数料: 0\n", "手数料: {時期: 受取時, 明細: [{名: 手数料}]}\n", "「円」に1以上の整数"),
    ("手数料: 0\n", "手数料: {時期: 受取時, 明細: [{料金: juuminhyou, 名: 手数料, 円: 300}]}\n", "どちらか一つ"),
    ("手数料: 0\n", "手数料: {時期: 受取時, 明細: [{名: 手数料, 円: 300, 数: nothing}]}\n", "数「nothing」という整数の項目"),
]


@pytest.mark.parametrize(("old", "new", "says"), ONE)
def test_each_error_is_found_on_its_line(old: str, new: str, says: str) -> None:
    text, line = broken(old, new)
    found = problems(text)
    about = [p for p in found if says in p]
    assert about, found
    lines = [int(p.removeprefix("x.yaml:").split(" ")[0]) for p in about]
    # the line itself, or that of the page (its 題) whose condition it is
    assert any(0 <= line - at <= 3 for at in lines), (line, about)


def test_where_the_card_may_be_somebody_elses_the_same_answer_of_oneself_needs_a_role() -> None:
    text, _ = broken("claimant: {名: 請求者, カード: はい}", "claimant: {名: 請求者, カード: receiving = いいえ}")
    about = [p for p in problems(text) if "に「役割」も書いてください" in p]
    assert len(about) == 1 and "項目「account」" in about[0], "the kana and the telephone have one"


@pytest.mark.parametrize(("old", "new", "says", "heading"), [
    ("{決定.recognition_no}", "{決定.recognition_nr}", "「決定.recognition_nr」という項目は", "  notice:"),
    ("    処分: [grant]\n", "    処分: [grannt]\n", "文書「notice」の処分「grannt」はありません", "  notice:"),
    ("    処分: [grant]\n", "    処分: [partial]\n", "処分「grant」(認定)で出す文書がありません", "    grant:"),
    ("認定番号: 決定.recognition_no, 請求", "認定番号: 決定.recog, 請求", "連携の列「認定番号」: 「決定.recog」", "  - 先: jidou-teate\n"),
    ("事情: special,", "事情: special.□,", "文書にだけ使えます", "  - 先: jidou-teate\n"),
    ("    処分: [grant]\n", "    処分: [grant]\n    様式: 額縁\n", "「様式」の「額縁」は使えません", "    様式: 額縁"),
])
def test_an_error_in_a_block_is_reported_where_the_block_begins(old: str, new: str, says: str, heading: str) -> None:
    text, _ = broken(old, new)
    line = text[: text.index(heading)].count("\n") + 1
    assert any(p.startswith(f"x.yaml:{line} ") and says in p for p in problems(text)), problems(text)


def test_every_error_is_reported_not_only_the_first() -> None:
    text = SOURCE
    for old, new, _ in ONE[16:20:2]:
        text = text.replace(old, new, 1)
    text = text.replace("条件: reason = other", "条件: reason = othre", 1).replace("起点: reason_date", "起点: reason_day", 1)
    assert len(problems(text)) >= 4


def test_no_law_at_all() -> None:
    assert any("「根拠」がありません" in p for p in problems(SOURCE.replace(LAWS, "")))


def test_two_entries_may_each_bring_a_part() -> None:
    """Seen from outside, an item of a repeat group means 「どれか一人でも」: one child lives here, another elsewhere."""
    assert problems(SOURCE.replace("条件: apart_in_city = いいえ", "条件: apart_in_city = いいえ かつ living = together")) == []


def test_an_error_of_the_citys_override_names_that_file_and_line() -> None:
    own = "# 市の言い方\n残ること: 市からお知らせします。\n期限: {起点: reason_day}\n"
    assert [p.split(" ")[0] for p in problems(SOURCE, own)] == ["city.yaml:3"]
    assert problems(SOURCE, "期限: {起てん: x}\n")[0].startswith("city.yaml:1 「起てん」")


WRONG_SHAPES = [  # what cannot be read, and what its own message says
    ("型: 整数, 必須: はい, 範囲: 0〜10", "型: 整すう, 必須: はい, 範囲: 0〜10", "「整すう」は使えません"),
    ("older_count: {問", "older_count: [問]\n      gone: {問", "項目「older_count」は"),
    ("概要:", "概用: 子\n概要:", "「概用」という見出し"),
    ("手数料: 0\n", "手数料: 0\n手数料: 0\n", "「手数料」が二度"),
    ("手数料: 0", "手数料: &a 0", "& * ! は使えません"),
    ("所要: 15分", "所要: 十分", "「所要」には0以上の整数"),
    ("  claimant: {名: 請求者, カード: はい}", "  claimant: 請求者", "役割「claimant」は"),
    ("    grant: {名: 認定, 種: 認容}", "    grant: 認定", "処分「grant」は"),
    ("文書:\n", "文書:\n  letter: 通知\n", "文書「letter」は"),
    ("  教示: 県知事\n", "", "「教示」がありません"),
    ("版: 2026-11-30\n", "", "「版」がありません"),
]


@pytest.mark.parametrize(("old", "new", "says"), WRONG_SHAPES)
def test_a_wrong_shape_hides_no_other_error_and_makes_up_none(old: str, new: str, says: str) -> None:
    text, _ = broken(old, new)
    alone = problems(text)
    assert [p for p in alone if says in p]
    assert [p for p in alone if says not in p and "「gone」" not in p] == [], "what names it is not at fault"
    for more, instead in (("担当: kosodate", "担当: kosodatte"), ("条件: reason = other", "条件: reazon = other"),
                          ("[担当, 係長, 課長]", "[担当, 部長]"), ("{規則: not_in_future,", "{規則: not_in_futur,")):
        text = text.replace(more, instead, 1)
    found = problems(text)
    for told in (says, "担当「kosodatte」", "「reazon」という項目は", "「部長」という役割は", "規則「not_in_futur」"):
        assert [p for p in found if told in p], (told, found)


def test_a_page_that_cannot_be_read_takes_no_blame_for_its_questions() -> None:
    text, _ = broken("  - 題: 配偶者\n", "  - 題: 配偶者\n    頁: x\n")
    found = problems(text.replace("担当: kosodate", "担当: kosodatte").replace(SPOUSE.partition("    項目:\n")[2], "      - spouse\n", 1))
    told = ("「項目」は「見出し: 値」の形で", "「頁」という見出し", "担当「kosodatte」")
    assert len(found) == len(told) and all(any(says in p for p in found) for says in told), found


def test_a_file_that_is_no_yaml_says_so_and_nothing_else() -> None:
    assert [p.split(" ")[0] for p in problems("手続: [\n")] == ["x.yaml:2"]
    assert len(problems("手続: &a x\n版: *a\n")) == 2
    assert [p.split(" ")[0] for p in problems(SOURCE, "期限: [\n")] == ["city.yaml:2"]


@pytest.mark.parametrize(("route", "says"), [
    ("[担当, 部長]", "「部長」という役割はありません"), ("[担当, 係長、課長]", "「係長、課長」という役割はありません"),
    ("部長", "「部長」という役割"), ("[係長, 課長]", "起案する「担当」から"), ("{担当: はい}", "「決裁」には文字の一覧"),
])
def test_a_route_names_only_who_stamps(route: str, says: str) -> None:
    text, line = broken("決裁: [担当, 係長, 課長]", f"決裁: {route}")
    assert [p for p in problems(text) if says in p and p.startswith(f"x.yaml:{line} ")], problems(text)


def test_who_stamps_is_who_the_workbench_knows() -> None:
    assert tuple(ROUTE_ROLES) == ROUTE


FEE = "手数料:\n  時期: 受取時\n  明細:\n    - {料金: %s}\n"


@pytest.mark.parametrize(("fee", "says", "line"), [
    ("juuminhyo", "料金「juuminhyo」は市の手数料の表にありません。使えるのは: juuminhyou、", 3),
    ("300", "料金「300」は市の手数料の表にありません", 3), ("[juuminhyou]", "「料金」には一行の文字を", 3), ('""', "「料金」がありません", 3),
])
def test_a_fee_is_one_of_the_citys_table(fee: str, says: str, line: int) -> None:
    at = SOURCE[: SOURCE.index("手数料: 0\n")].count("\n") + 1
    text = SOURCE.replace("手数料: 0\n", FEE % fee)
    assert [p for p in problems(text) if says in p] == [p for p in problems(text) if p.startswith(f"x.yaml:{at + line} ")] != []
    assert problems(SOURCE.replace("手数料: 0\n", FEE % "juuminhyou")) == []


def test_a_city_without_fees_and_a_table_without_lines_are_told() -> None:
    text = SOURCE.replace("手数料: 0\n", FEE % "juuminhyou")
    assert ["(まだありません)" in str(p) for p in read(text, "x.yaml", fees=())[1]] == [True]
    assert "明細が一つもありません" in problems(SOURCE.replace("手数料: 0\n", "手数料:\n  時期: 受取時\n  明細: []\n"))[0]


def test_a_procedure_is_called_as_its_file(tmp_path, capsys) -> None:
    file = tmp_path / "jidou-teate.yaml"
    file.write_text(SOURCE, encoding="utf-8")
    line = SOURCE[: SOURCE.index("\n手続:")].count("\n") + 2 if "\n手続:" in SOURCE else 1
    assert procedures_cli.check([str(file)], doubts=False) == 1
    assert f"{file}:{line} 「手続」の「jidou-teate-nintei」はファイルの名前「jidou-teate」と違います。揃えてください" in capsys.readouterr().out
    file.rename(tmp_path / "jidou-teate-nintei.yaml")
    assert procedures_cli.check([str(tmp_path)], doubts=False) == 0


@pytest.mark.parametrize(("told", "says"), [("", True), ("個人番号: はい, ", False), ("個人番号: いいえ, ", False)])
def test_a_document_that_shows_a_number_says_so(told: str, says: bool) -> None:
    text = SOURCE.replace("添付:\n", f"添付:\n  shown: {{名: 個人番号の分かる書類, {told}必須: あとで可}}\n", 1)
    line = text[:text.index("  shown:")].count("\n") + 1
    said = f"x.yaml:{line} 添付「個人番号の分かる書類」に個人番号が写るなら「個人番号: はい」、写らないなら「いいえ」と書いてください"
    assert (said in problems(text)) is says, problems(text)
