"""`madoguchi setup`: database, city pack, trial accounts. Safe to run at every start."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

import madoguchi.procedures.rules as procedure_rules
from madoguchi.agency.public import trial_organisations
from madoguchi.booking.public import trial_bookings
from madoguchi.builder.public import released_slugs
from madoguchi.cards.public import trial_cards
from madoguchi.casework.public import sections_of_cases, words_fill
from madoguchi.collection.public import trial_taxes
from madoguchi.config import production
from madoguchi.identity.public import sections_of_staff, trial_staff
from madoguchi.kernel import kinds, rotation
from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.public import city, disasters_seed
from madoguchi.procedures.pack import COMMON, TRANSLATIONS_ROOT, body, pack_files, read_file, tables
from madoguchi.procedures.public import catalogue, offer_again, offered_by, retire, version_publish, withdrawals
from madoguchi.register.public import trial_town

from .keys import actor


def locked_below(data: Path) -> Path | None:
    """A folder of the data folder, or of the files in it, or the embedded database, that this process cannot write to: another user has
    restored into it. Not the keys, which nobody need write, nor what is handed over, which may be another system's."""
    own = [folder for folder in data.iterdir() if folder.is_dir() and folder.name not in ("keys", "out")]
    own += [folder for folder in Path(settings.FILES_ROOT).iterdir() if folder.is_dir()]
    closed = (folder for folder in own if not os.access(folder, os.W_OK | os.X_OK))
    return next(closed, None) or next((file for file in sorted(data.glob("*.sqlite3*")) if not os.access(file, os.W_OK)), None)


class Command(BaseCommand):
    help = "データベースと市の手続を用意します"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keys-lost", action="store_true",
                            help="前の鍵束も控えもなくしたとき: 封をしたものをあきらめ、今の鍵束で開く(記録に残ります)")

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in (settings.MADOGUCHI_DATA, settings.FILES_ROOT, settings.FILE_UPLOAD_TEMP_DIR):
            try:
                Path(folder).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StartRefused(f"{folder} を作れません({type(error).__name__})。MADOGUCHI_DATA の場所と権限を確認してください。") from None
        if locked := locked_below(settings.MADOGUCHI_DATA):
            raise StartRefused(f"{locked} に書き込めません。データフォルダーを、市役所を動かす利用者のものにしてください"
                               f"(例 chown -R 利用者 {settings.MADOGUCHI_DATA})。")
        try:
            Path(settings.OUT_ROOT).mkdir(parents=True, exist_ok=True)
        except OSError:  # the core system's folder is somebody else's: its being away closes no city hall, parcels wait
            self.stderr.write(f"連携先のフォルダ {settings.OUT_ROOT} がありません。申請は受け付け、連携ファイルは届くまで待たせます。")
        call_command("migrate", verbosity=0)
        production.insist_on_data()
        rotation.ring_insist(actor=actor(), lost=options["keys_lost"])
        self._sections()
        disasters_seed(actor="setup")
        mark = self._mark()
        known = settings.MADOGUCHI_DATA / "pack.sha256"
        if not (known.exists() and known.read_text() == mark and catalogue()):
            self._publish()
            known.write_text(mark)
        if filled := words_fill():
            self.stdout.write(f"検索のことば: {filled}件の申請に加えました")
        if not settings.PRODUCTION:
            trial_staff()
            trial_town(actor="setup")
            trial_organisations(actor="setup")
            trial_taxes(actor="setup")
            trial_bookings(actor="setup")
            trial_cards()
        if settings.MADOGUCHI_ENV != "test":
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write(f"{city().name}: {len(catalogue())}の手続を用意しました")

    def _sections(self) -> None:
        """Cases and roles of a section that the pack has no longer need one that does its work. Raises StartRefused."""
        here = city()
        known = {*here.sections, *here.gone}
        if left := sorted(sections_of_cases() - known):
            raise StartRefused(f"申請のある課「{'」「'.join(left)}」が {here.folder / 'city.yaml'} にありません。課を戻すか、仕事を引き継ぐ課に"
                               f"「受け持ち: [{', '.join(left)}]」を書き足してください。")
        if left := sorted(sections_of_staff() - known):
            self.stderr.write(f"職員の役割に、city.yaml にない課「{'」「'.join(left)}」があります。その役割では何もできません。仕事を引き継ぐ課の"
                              "「受け持ち」に書くか、人事のファイルか職員の画面で、いまの課の役割を加えてください。")

    def _mark(self) -> str:
        """A fingerprint of everything that makes the pack: definitions, city, and the code that reads them."""
        digest = hashlib.sha256()
        rules = Path(procedure_rules.__file__).parent
        for path in [*sorted(rules.rglob("*.py")), Path(kinds.__file__), rules.parent / "pack.py",
                     city().folder / "city.yaml", *(p for pair in pack_files(city()) for p in pair if p),
                     *sorted(TRANSLATIONS_ROOT.rglob("*.yaml"))]:
            digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()

    def _publish(self) -> None:
        own, common, packed = released_slugs(), tables(COMMON), set[str]()
        for path, override in pack_files(city()):
            packed.add(path.stem)
            if path.stem in own:
                self.stdout.write(f"{path.stem}: 「手続きの作成」から公開した版を使います（パックの定義には変えません）")
                continue
            definition, problems = read_file(path, override, city())
            if definition is None:
                for problem in problems:
                    self.stderr.write(str(problem))
                raise SystemExit("手続の定義に誤りがあるため、始められません。上の行を直してください。")
            version_publish(actor="setup", slug=definition.id, body=body(path, override, definition, common))
        self._follow(packed, own)

    def _follow(self, packed: set[str], own: set[str]) -> None:
        """What the pack has no longer is offered no longer, and what it has again is offered again."""
        for withdrawal in withdrawals():
            if withdrawal.slug in packed and not withdrawal.instead:
                offer_again(actor="setup", slug=withdrawal.slug)
                self.stdout.write(f"{withdrawal.slug}: もう一度受け付けます")
        for slug in sorted(offered_by("setup") - packed - own):
            if retire(actor="setup", slug=slug):
                self.stdout.write(f"{slug}: 市のパックにないので、新しい申請の受付をやめました(書きかけと、送られた申請は続きます)")
