"""`madoguchi collection …`: 調定, 収納 and the books from the command line."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.collection import keeping, nightly
from madoguchi.collection.debits import debits_take
from madoguchi.collection.demands import demands_take, warnings_of
from madoguchi.collection.errors import DuesNear, SheetWrong
from madoguchi.collection.models import Sheet
from madoguchi.collection.names import names_import, names_shown
from madoguchi.collection.printing import run_print, run_take_up
from madoguchi.collection.results import read_results, results_take
from madoguchi.collection.rules import FORMS, LETTERS, OUTCOMES, Letter, counted
from madoguchi.collection.runs import PER_FILE, file_name
from madoguchi.collection.selectors import run_files
from madoguchi.collection.slips import check
from madoguchi.collection.trial import PARTS, SOON, demands_csv, results_invented
from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.keeping import fiscal_year, year_typed
from madoguchi.kernel.oswords import os_words


class Command(BaseCommand):
    help = "税・料金の収納: 調定と収納のファイルを取り込み(demands, results)、帳簿を突き合わせます(verify)"

    def add_arguments(self, parser: CommandParser) -> None:
        rooms = parser.add_subparsers(dest="room", required=True, metavar="demands|names|debits|results|notices|slip|retention|verify")
        demands = rooms.add_parser("demands", help="調定").add_subparsers(dest="act", required=True, metavar="import|generate")
        taken = demands.add_parser("import", help="税務システムの調定のデータ(CSV)を取り込みます。全件か無か、どちらかです")
        taken.add_argument("file", type=Path, metavar="ファイル", help="調定のファイル(CSV)")
        made = demands.add_parser("generate", help="架空の調定のデータを作ります(本番では動きません)")
        made.add_argument("--people", type=int, default=1000, metavar="人", help="何人分か(既定: 1000)")
        made.add_argument("--overdue", action="store_true", help="納期限をその年度のふつうの日にする(過ぎていてもよい)。書かないと、これから来る日")
        made.add_argument("--seed", type=int, default=1, metavar="数", help="乱数の種")
        made.add_argument("--out", type=Path, required=True, metavar="ファイル", help="書くファイル")
        for each in (taken, made):
            each.add_argument("--charge", required=True, help="科目(collection.yaml の名)。例: keiji")
            each.add_argument("--year", type=year_typed, default=fiscal_year(clock.today()), help="賦課年度(既定: 今の年度)")
        self._of_payers(rooms)
        results = rooms.add_parser("results", help="収納").add_subparsers(dest="act", required=True, metavar="import|generate")
        paid = results.add_parser("generate", help="架空の収納のファイルを作ります(本番では動きません): まだ納めていない期を、番号の順に")
        paid.add_argument("--charge", required=True, help="科目。例: keiji")
        paid.add_argument("--year", type=year_typed, default=fiscal_year(clock.today()), help="賦課年度(既定: 今の年度)")
        paid.add_argument("--format", required=True, choices=[form for form in FORMS if form != "zengin"], help="払い方")
        paid.add_argument("--count", type=int, default=100, help="何件納めたことにするか(既定: 100)")
        paid.add_argument("--on", type=dt.date.fromisoformat, default=None, metavar="2026-05-20", help="納付の日(既定: 納期限か今日の早いほう)")
        paid.add_argument("--out", type=Path, required=True, metavar="ファイル", help="書くファイル")
        came = results.add_parser("import", help="収納のファイルを取り込み、消し込みます")
        came.add_argument("file", type=Path, metavar="ファイル", help="収納のファイル")
        came.add_argument("--format", required=True, choices=list(FORMS), help="払い方")
        came.add_argument("--profile", default="", help="様式(既定: 払い方ごとの最初の様式)")
        came.add_argument("--bank", default="", help="口座振替の結果が、collection.yaml の「銀行別」の金融機関から来たとき、その番号")
        self._notices_arguments(rooms)
        slip = rooms.add_parser("slip", help="納付書").add_subparsers(dest="act", required=True, metavar="check")
        looked = slip.add_parser("check", help="納付書の写真かPDFを読み、すべての欄を説明します。誤りがあれば終了コード1")
        looked.add_argument("file", type=Path, metavar="ファイル", help="写真か PDF")
        looked.add_argument("--page", type=int, default=0, help="PDFのこの頁だけ(印刷用の大きなファイルから1枚を確かめるとき)")
        kept = rooms.add_parser("retention", help="保存期間の過ぎた調定の氏名・住所とファイルの中身を廃棄します(仕訳と金額は残ります)")
        kept.add_argument("act", nargs="?", default="run", choices=["run", "hold", "lift"],
                          help="run 廃棄(既定)、hold 止める、lift 止めるのをやめる")
        kept.add_argument("notice", nargs="?", default="", help="hold / lift: 通知書番号")
        kept.add_argument("--dry-run", action="store_true", help="廃棄せず、何がなぜ対象かだけを出す")
        kept.add_argument("--charge", default="", help="hold / lift: 科目")
        kept.add_argument("--year", type=year_typed, default=fiscal_year(clock.today()), help="hold / lift: 賦課年度")
        kept.add_argument("--kind", default="appeal", choices=sorted(keeping.HOLDS), help="hold: 審査請求 appeal、訴訟 lawsuit、監査 audit")
        rooms.add_parser("verify", help="ファイル・入金・調定・仕訳を一円まで突き合わせます。違いがあれば終了コード1")

    def _notices_arguments(self, rooms: Any) -> None:
        notices = rooms.add_parser("notices", help="通知書と納付書").add_subparsers(dest="act", required=True, metavar="make")
        made = notices.add_parser("make", help="科目の通知書をすべて作り、印刷用のファイルに分けます。途中で切れたら、同じ命令で続きから作ります")
        made.add_argument("charge", help="科目。例: keiji")
        made.add_argument("--year", type=year_typed, required=True, help="賦課年度")
        made.add_argument("--kind", choices=list(LETTERS), default=Letter.NOTICE, help="notice 通知書(既定)、reminder 督促状、call 催告書")
        made.add_argument("--out", type=Path, required=True, help="PDFと作業票(CSV)を置くフォルダ")
        made.add_argument("--issued-on", type=dt.date.fromisoformat, default=None, metavar="2027-04-10", help="発付の日(既定: 今日)")
        made.add_argument("--known", default="", metavar="理由", help="納期限が過ぎたか10日ない期があっても、承知のうえで通知書を作る理由")
        made.add_argument("--per-file", type=int, default=PER_FILE, help="1つのファイルに入れる通知書")
        made.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="数", help="使うプロセスの数")

    def _of_payers(self, rooms: Any) -> None:
        names = rooms.add_parser("names", help="宛名(氏名・住所)").add_subparsers(dest="act", required=True, metavar="import")
        moved = names.add_parser("import", help="変わった宛名を取り込みます。これから作る通知書・督促状の宛名が変わります。全件か無か")
        moved.add_argument("file", type=Path, metavar="ファイル", help="宛名のCSV")
        moved.add_argument("--dry-run", action="store_true", help="変えずに、何が変わるかだけを出す")
        debits = rooms.add_parser("debits", help="口座振替").add_subparsers(dest="act", required=True, metavar="import")
        debits.add_parser("import", help="口座を取り込みます。全件か無か").add_argument("file", type=Path, metavar="ファイル", help="口座のCSV")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['room']}_{options.get('act') or 'all'}")(options)
        except SheetWrong as wrong:
            for line in wrong.lines:
                self.stderr.write(line)
            raise CommandError(wrong.ja) from None
        except DuesNear as wrong:
            raise CommandError(f"{wrong.ja}それでも作るときは、--known 理由 を付けてください。") from None
        except DomainError as wrong:
            raise CommandError(wrong.ja) from None

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as wrong:
            raise CommandError(f"{path} を開けません({os_words(wrong)})。場所と権限を確認してください。") from None

    def _demands_import(self, options: dict[str, Any]) -> None:
        sheet, new = demands_take(actor="cli", charge=options["charge"], year=options["year"], data=self._bytes(options["file"]),
                                  name=options["file"].name)
        self._told(sheet, new)
        self.stdout.write(f"通知書{sheet.counts['demands'][0]:,}件、期別{sheet.rows:,}件、調定額{sheet.amount:,}円")
        for words in warnings_of(sheet):
            self.stderr.write(f"注意: {words}")

    def _demands_generate(self, options: dict[str, Any]) -> None:
        if settings.PRODUCTION:
            raise CommandError("本番では実行できません。架空の調定を作るためのものです。")
        if options["charge"] not in PARTS:
            raise CommandError(f"架空の調定を作れる科目は {'、'.join(PARTS)} です。")
        options["out"].write_bytes(demands_csv(options["charge"], year=options["year"], people=options["people"], seed=options["seed"],
                                               after=None if options["overdue"] else clock.today() + SOON))
        self.stdout.write(f"{options['out']}: 架空の{options['people']:,}人の調定を書きました")

    def _names_import(self, options: dict[str, Any]) -> None:
        data = self._bytes(options["file"])
        if options["dry_run"]:
            moves = names_shown(data)
            self.stdout.write(f"宛名が変わる方{len(moves.moves):,}件、今の宛名と同じ{moves.same:,}件、調定のない宛名番号{len(moves.unknown):,}件。何も変えていません")
            return
        sheet, new = names_import(actor="cli", data=data, name=options["file"].name)
        self._told(sheet, new)
        self.stdout.write(f"宛名{sheet.counts['names'][0]:,}件、その調定{sheet.counts['demands'][0]:,}件の宛名を変えました")

    def _debits_import(self, options: dict[str, Any]) -> None:
        sheet, new = debits_take(actor="cli", data=self._bytes(options["file"]), name=options["file"].name)
        self._told(sheet, new)
        self.stdout.write(f"口座振替の口座{sheet.rows:,}件")

    def _results_generate(self, options: dict[str, Any]) -> None:
        if settings.PRODUCTION:
            raise CommandError("本番では実行できません。架空の収納を作るためのものです。")
        data, count, yen = results_invented(options["format"], charge=options["charge"], year=options["year"], count=options["count"],
                                            on=options["on"])
        if not count:
            raise CommandError("まだ納めていない期がありません。科目と賦課年度を確かめてください。")
        options["out"].write_bytes(data)
        self.stdout.write(f"{options['out']}: 架空の収納{count:,}件 {yen:,}円を書きました")

    def _results_import(self, options: dict[str, Any]) -> None:
        read = read_results(form=options["format"], profile=options["profile"], bank=options["bank"],
                            data=self._bytes(options["file"]), name=options["file"].name)
        sheet, new = results_take(actor="cli", results=read)
        self._told(sheet, new)
        for outcome, (count, yen) in counted(sheet.counts):
            self.stdout.write(f"{OUTCOMES[outcome]}: {count:,}件 {yen:,}円")

    def _notices_make(self, options: dict[str, Any]) -> None:
        try:
            options["out"].mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise CommandError(f"{options['out']} に書けません({os_words(wrong)})。場所と権限を確認してください。") from None
        run = run_take_up(
            actor="cli", kind=options["kind"], charge=options["charge"], year=options["year"], issued_on=options["issued_on"] or clock.today(),
            per_file=options["per_file"], folder=options["out"], known=options["known"])
        for far in run_print(run, options["out"], options["processes"]):
            self.stderr.write(f"\r{'█' * (20 * far.notices // far.all_notices):░<20} {far.notices:,}/{far.all_notices:,}通 {far.pages:,}ページ "
                              f"{far.files:,}/{far.all_files:,}ファイル", ending="")
        self.stderr.write("")
        files = run_files(run)
        for f in files:
            self.stdout.write(f"{file_name(f)} {f.notices:,}通 {f.pages:,}ページ {f.amount:,}円")
        for problem in (line for f in files for line in f.problems):
            self.stdout.write(problem)
        slips, pages = sum(f.slips for f in files), sum(f.pages for f in files)
        self.stdout.write(f"{LETTERS[run.kind]}{run.letters:,}通、納付書{slips:,}枚、{pages:,}ページ、{run.amount:,}円。"
                          f"帳簿と一円まで一致しています: {options['out']}")

    def _slip_check(self, options: dict[str, Any]) -> None:
        try:
            findings = check.explain(options["file"], max(options["page"], 0))
        except check.Unreadable as wrong:
            raise CommandError(str(wrong)) from None
        for finding in findings:
            self.stdout.write(finding.ja)
        if check.wrong(findings):
            raise CommandError("この納付書には、上のとおり誤りがあります。")

    def _told(self, sheet: Sheet, new: bool) -> None:
        if not new:
            self.stdout.write(f"このファイルは、もう取り込んであります({sheet.name})。何も変えていません")

    def _retention_run(self, options: dict[str, Any]) -> None:
        if options["notice"]:
            raise CommandError(f"run は、保存期間の過ぎたものを全部廃棄します。通知書番号({options['notice']})は付けられません。"
                               "廃棄を止めるのは hold、解くのは lift です。")
        gone = stays = 0
        for found in keeping.plan():
            words = f"{found.words} 最後の処理 {found.last_on} {found.goes_on}から廃棄できます"
            if found.why_not:
                stays += 1
                self.stdout.write(f"残す   {words} → {found.why_not}")
            elif options["dry_run"] or keeping.destroy(actor="cli", kind=found.kind, row_id=found.id):
                gone += 1
                self.stdout.write(f"{'廃棄' if options['dry_run'] else '廃棄した'}   {words}")
        for what in keeping.unruled():
            self.stdout.write(f"対象外  {what}: 保存期間の決まりがありません(collection.yaml の 保存)")
        self.stdout.write(f"{gone}件{'が廃棄の対象です' if options['dry_run'] else 'を廃棄しました'}(残すもの{stays}件)")

    def _retention_hold(self, options: dict[str, Any]) -> None:
        self._hold(options, options["kind"], f"の廃棄を止めました({keeping.HOLDS[options['kind']]})。")

    def _retention_lift(self, options: dict[str, Any]) -> None:
        self._hold(options, "", "の廃棄の停止を解きました。")

    def _hold(self, options: dict[str, Any], kind: str, words: str) -> None:
        keeping.hold_set(actor="cli", charge=options["charge"], year=options["year"], notice=options["notice"], kind=kind)
        self.stdout.write(f"{options['notice']} {words}")

    def _verify_all(self, options: dict[str, Any]) -> None:
        faults = nightly.differences()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"違いが{len(faults)}件あります。原因が分かるまで、督促と還付を止めてください。")
        self.stdout.write("ファイル・入金・調定・仕訳は、一円まで一致しています")
