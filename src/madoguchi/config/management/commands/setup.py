"""`madoguchi setup`: database, city pack, trial accounts. Safe to run at every start."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

import madoguchi.procedures.rules as procedure_rules
from madoguchi.agency.public import trial_organisations
from madoguchi.booking.public import trial_bookings
from madoguchi.builder.public import released_slugs
from madoguchi.cards.public import trial_cards
from madoguchi.casework.public import words_fill
from madoguchi.collection.public import trial_taxes
from madoguchi.config import production
from madoguchi.identity.public import trial_staff
from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.public import city, disasters_seed
from madoguchi.procedures.pack import COMMON, TRANSLATIONS_ROOT, body, pack_files, read_file, tables
from madoguchi.procedures.public import catalogue, version_publish
from madoguchi.register.public import trial_town


class Command(BaseCommand):
    help = "データベースと市の手続を用意します"

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in (settings.MADOGUCHI_DATA, settings.FILES_ROOT, settings.FILE_UPLOAD_TEMP_DIR):
            try:
                Path(folder).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StartRefused(f"{folder} を作れません({type(error).__name__})。MADOGUCHI_DATA の場所と権限を確認してください。") from None
        try:
            Path(settings.OUT_ROOT).mkdir(parents=True, exist_ok=True)
        except OSError:  # the core system's folder is somebody else's: its being away closes no city hall, parcels wait
            self.stderr.write(f"連携先のフォルダ {settings.OUT_ROOT} がありません。申請は受け付け、連携ファイルは届くまで待たせます。")
        call_command("migrate", verbosity=0)
        production.insist_on_data()
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

    def _mark(self) -> str:
        """A fingerprint of everything that makes the pack: definitions, city, and the code that reads them."""
        digest = hashlib.sha256()
        rules = Path(procedure_rules.__file__).parent
        for path in [*sorted(rules.rglob("*.py")), city().folder / "city.yaml", *(p for pair in pack_files(city()) for p in pair if p),
                     *sorted(TRANSLATIONS_ROOT.rglob("*.yaml"))]:
            digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()

    def _publish(self) -> None:
        own, common = released_slugs(), tables(COMMON)
        for path, override in pack_files(city()):
            if path.stem in own:
                self.stdout.write(f"{path.stem}: 「手続きの作成」から公開した版を使います（パックの定義には変えません）")
                continue
            definition, problems = read_file(path, override, city())
            if definition is None:
                for problem in problems:
                    self.stderr.write(str(problem))
                raise SystemExit("手続の定義に誤りがあるため、始められません。上の行を直してください。")
            version_publish(actor="setup", slug=definition.id, body=body(path, override, definition, common))
