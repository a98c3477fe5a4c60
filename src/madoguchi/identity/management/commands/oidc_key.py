"""`madoguchi oidc_key`: the public key to be registered with the identity provider; makes the key if there is none."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madoguchi.identity.services import identity_provider


class Command(BaseCommand):
    help = "デジタル認証アプリなどに登録する公開鍵(JWK)を表示します。鍵がなければ作ります"

    def handle(self, *args: Any, **options: Any) -> None:
        provider = identity_provider()
        if provider is None:
            raise CommandError("MADOGUCHI_OIDC_ISSUER に発行者のURLを設定してから、もう一度実行してください")
        self.stdout.write(json.dumps(provider.public_jwk(), ensure_ascii=False, indent=2, sort_keys=True))
