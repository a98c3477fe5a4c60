"""What production insists on before it opens. Each fault is one line that says what to set (docs/administrator.md)."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from madoguchi.kernel import keys
from madoguchi.kernel.errors import StartRefused

from .placeholders import is_placeholder

SECRET_LEAST = 32


def insist() -> None:
    """At the start of every process of a city hall in production. Raises StartRefused with everything that is wrong."""
    _refuse(list(_setting_faults()) if settings.PRODUCTION else [])


def insist_on_data() -> None:
    """Once the database is there: nothing of a trial may be in it, for its passwords stand on the start screen."""
    _refuse(list(_data_faults()) if settings.PRODUCTION else [])


def _refuse(faults: list[str]) -> None:
    if faults:
        raise StartRefused("本番の設定が足りません(MADOGUCHI_ENV=production)。\n" + "\n".join(f"  - {fault}" for fault in faults))


def _setting_faults() -> Iterator[str]:
    if not settings.BASE_URL.startswith("https://"):
        yield (f"MADOGUCHI_URL に住民から見たアドレスを https:// から指定してください(今は {settings.BASE_URL})。"
               "クッキーと個人情報を暗号化した通信だけで送るためです。")
    if not settings.ALLOWED_HOSTS:
        yield "MADOGUCHI_HOSTS に受け付けるホスト名を指定してください(例: madoguchi.city.example.jp)。"
    elif "*" in settings.ALLOWED_HOSTS:
        yield "MADOGUCHI_HOSTS の * は本番では使えません。ホスト名をコンマ区切りで指定してください。"
    if len(settings.SECRET_KEY) < SECRET_LEAST or settings.SECRET_KEY.startswith("django-insecure"):
        yield f"MADOGUCHI_SECRET が短すぎます。{SECRET_LEAST}字以上のでたらめな文字にするか、指定せずに鍵束から作らせてください。"
    yield from _example_faults()
    if settings.STAFF_SECOND_FACTOR != "required":
        yield "MADOGUCHI_STAFF_SECOND_FACTOR は本番では required だけです。職員のログインには二つ目の確認が要ります。"
    if not settings.LIMITS["sign_in.address"].count:
        yield ("MADOGUCHI_LIMIT_SIGN_IN_ADDRESS は本番では 0(制限なし)にできません。職員のログインの失敗を、一つのアドレスから何回まで受けるかを "
               "60/600(10分に60回)のように指定するか、指定せずに既定のままにしてください。")
    source = keys.source()
    if isinstance(source, keys.FileKeys):
        yield from _ring_faults(source.path)


def _example_faults() -> Iterator[str]:
    """Secrets that still are the text of an example: everybody can read them there. The value itself is never said."""
    fresh = "openssl rand -hex 32 を実行し、出た文字に置き換えてください"
    given = "{}から受け取った本物に置き換えてください"
    database = settings.DATABASES["default"]
    for name, value, mend in (
        ("MADOGUCHI_SECRET", settings.SECRET_KEY, f"{fresh}(指定しなければ、鍵束から作ります)"),
        ("MADOGUCHI_METRICS_TOKEN", settings.METRICS_TOKEN, f"{fresh}(指定しなければ、/metrics はだれにも見えません)"),
        ("DATABASE_URL の合言葉", database.get("PASSWORD", ""),
         f"{fresh}。データベースの側も ALTER ROLE {database.get('USER') or 'madoguchi'} PASSWORD で同じ文字にします"),
        ("MADOGUCHI_SMTP_PASSWORD", settings.SMTP_PASSWORD, given.format("メールサーバの管理者")),
        ("MADOGUCHI_SEAL_PASSWORD", settings.SEAL["password"], "電子証明書(PKCS#12)を、でたらめな合言葉で作り直してください"),
        ("MADOGUCHI_CARD_KEY", settings.CARD_GATEWAY["key"], given.format("決済会社")),
        ("MADOGUCHI_CARD_WEBHOOK_SECRET", settings.CARD_GATEWAY["webhook_secret"], given.format("決済会社")),
        ("MADOGUCHI_GBIZ_SECRET", settings.GBIZ["client_secret"], given.format("GビズID")),
    ):
        if is_placeholder(value):
            yield f"{name} が見本のままか、だれでも思いつく文字です。{mend}。"


def _ring_faults(ring: Path) -> Iterator[str]:
    if ring.resolve().is_relative_to(settings.MADOGUCHI_DATA):
        yield (f"鍵束がデータフォルダの中にあります: {ring}。データベースの控えと一緒に写されないよう、別の場所に移して "
               "MADOGUCHI_KEYS で指定してください。")
    elif ring.exists() and stat.S_IMODE(ring.stat().st_mode) & 0o077:
        yield f"鍵束をほかの利用者が読めます: {ring}。chmod 600 {ring} を実行してください。"


def _data_faults() -> Iterator[str]:
    from madoguchi.agency.public import trial_organisations_open  # a start looks at the settings only
    from madoguchi.identity.public import TRIAL_PASSWORD, TRIAL_STAFF, Staff

    names = [username for username, _, _ in TRIAL_STAFF]
    for person in Staff.objects.filter(username__in=names, is_active=True):
        if person.check_password(TRIAL_PASSWORD):
            yield (f"試用のパスワードの職員が残っています(職員番号 {person.username} など)。"
                   "本番は、新しいデータベースと新しいデータフォルダで始めてください。")
            break
    if names_left := trial_organisations_open():
        yield f"試用の事業所が残っています({names_left[0]} など)。本番は、新しいデータベースと新しいデータフォルダで始めてください。"
