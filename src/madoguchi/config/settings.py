"""Settings. Everything a city changes is an environment variable; docs/administrator.md lists them."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from pathlib import Path

from madoguchi.kernel import keys, kinds
from madoguchi.offices.city import read_city
from madoguchi.offices.errors import CityWrong

from . import env

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parents[3]
MADOGUCHI_ENV = env.text("MADOGUCHI_ENV", "trial")
if MADOGUCHI_ENV not in ("trial", "test", "production"):
    raise env.SettingWrong("MADOGUCHI_ENV は trial か production で指定してください")
PRODUCTION = MADOGUCHI_ENV == "production"
MADOGUCHI_DATA = env.folder("MADOGUCHI_DATA", Path(env.text("MADOGUCHI_DATA") or ROOT / "var").resolve())
MADOGUCHI_CITY = Path(env.text("MADOGUCHI_CITY") or ROOT / "cities" / "nanao").resolve()
with contextlib.suppress(CityWrong):  # a pack that cannot be read is told by whatever needs it
    kinds.adopt(read_city(MADOGUCHI_CITY).kind)  # before any sentence is made
# Where the key ring lies: a file, env:NAME, command:PROGRAM (kernel.keysource); a KMS is one more line here.
MADOGUCHI_KEYS = env.text("MADOGUCHI_KEYS") or str(MADOGUCHI_DATA / "keys" / "ring.json")
KEY_SOURCES = {"command": "madoguchi.adapters.key_command.CommandKeys"}
_source = keys.source_of(MADOGUCHI_KEYS, tuple(KEY_SOURCES.items()))
if not PRODUCTION and isinstance(_source, keys.FileKeys) and not _source.path.exists():
    if sys.argv[1:2] == ["restore"]:  # a ring of its own would stand in the way of the one that the backup was sealed with
        raise keys.KeysMissing(
            f"鍵束がありません: {_source.path}。先に `madoguchi keys import 鍵束の控え` で、バックアップを取ったころの鍵束を戻してください。")
    keys.ring_make(_source.path)

BASE_URL = env.text("MADOGUCHI_URL", f"http://127.0.0.1:{env.text('PORT', '8000')}")
SECRET_KEY = env.text("MADOGUCHI_SECRET") or keys.subkey("django", of=_source).hex()
DEBUG = False
ALLOWED_HOSTS = [h for h in env.text("MADOGUCHI_HOSTS", "" if PRODUCTION else "*").split(",") if h]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.staticfiles", "axes",
    "madoguchi.kernel", "madoguchi.web", "madoguchi.offices", "madoguchi.identity", "madoguchi.register", "madoguchi.procedures",
    "madoguchi.files", "madoguchi.notifications", "madoguchi.records", "madoguchi.payments", "madoguchi.agency", "madoguchi.collection",
    "madoguchi.inventory", "madoguchi.builder", "madoguchi.booking", "madoguchi.queue", "madoguchi.scans", "madoguchi.cards",
    "madoguchi.intake", "madoguchi.guide",
    "madoguchi.casework", "madoguchi.counter", "madoguchi.delivery", "madoguchi.survey", "madoguchi.api", "madoguchi.figures",
    "madoguchi.operations",
    "madoguchi.config",
]
MIDDLEWARE = [
    "madoguchi.config.middleware.request_frame",
    "madoguchi.config.unseen.nothing_unseen",
    "madoguchi.config.middleware.PagesCompressed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "madoguchi.config.unseen.NothingUnseenInForms",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "madoguchi.identity.middleware.kept_inputs",
    "madoguchi.identity.middleware.staff_limits",
    "madoguchi.counter.middleware.tablet_mark",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "madoguchi.config.middleware.whole_bodies",
]
ROOT_URLCONF = "madoguchi.config.urls"
WSGI_APPLICATION = "madoguchi.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "madoguchi.config.engine.Templates",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "madoguchi.config.engine.environment",
            "context_processors": ["madoguchi.config.engine.token", "madoguchi.offices.context.city", "madoguchi.web.languages.context",
                                   "madoguchi.survey.context.desk", "madoguchi.collection.context.rail",
                                   "madoguchi.inventory.context.rail", "madoguchi.builder.context.rail",
                                   "madoguchi.booking.context.rail", "madoguchi.queue.context.rail",
                                   "madoguchi.scans.context.rail", "madoguchi.cards.context.rail",
                                   "madoguchi.counter.context.tablet", "madoguchi.guide.context.mine"],
        },
    }
]
DATABASES = {"default": env.database(env.text("DATABASE_URL"), MADOGUCHI_DATA)}
PAGE_SECONDS = env.number("MADOGUCHI_PAGE_SECONDS", 60)  # so long may one statement of a page run (config.patience); 0 is no limit
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Staff"
LOGIN_URL = "/staff/sign-in/"

# Sign-in of staff: password and second factor, or the city's own OpenID provider (docs/administrator.md).
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
STAFF_SECOND_FACTOR = env.text("MADOGUCHI_STAFF_SECOND_FACTOR", "required" if PRODUCTION else "optional")
if STAFF_SECOND_FACTOR not in ("required", "optional"):
    raise env.SettingWrong("MADOGUCHI_STAFF_SECOND_FACTOR は required か optional で指定してください")
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the time that the page tells stays true
AXES_DISABLE_ACCESS_LOG, AXES_ENABLE_ACCESS_FAILURE_LOG, AXES_VERBOSE = True, False, False
AXES_CLIENT_IP_CALLABLE = "madoguchi.identity.lockout.address_of"
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware: identity.lockout says it in our own words

USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
LANGUAGE_CODE = "ja"
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("MADOGUCHI_STATIC") or MADOGUCHI_DATA / "static")  # elsewhere where a proxy reads it
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MADOGUCHI_ENV == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MADOGUCHI_ENV == "test"
WHITENOISE_MAX_AGE = 0 if MADOGUCHI_ENV == "test" else 3600

# Attachments go to disk while they arrive; nothing larger than this is ever held in memory.
FILE_UPLOAD_HANDLERS = ["madoguchi.web.arriving.PlainTemporary"]
FILE_UPLOAD_TEMP_DIR = str(env.folder("MADOGUCHI_DATA", MADOGUCHI_DATA / "incoming"))
FILES_ROOT = MADOGUCHI_DATA / "files"
OUT_ROOT = Path(env.text("MADOGUCHI_OUT") or MADOGUCHI_DATA / "out")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
UPLOAD_MAX_BYTES = env.number("MADOGUCHI_UPLOAD_MB", 10) * 1_000_000
UPLOAD_REQUEST_MAX_BYTES = 6 * UPLOAD_MAX_BYTES

# Metrics for Prometheus at /metrics: by this token, or (not in production) from this machine itself.
METRICS = env.flag("MADOGUCHI_METRICS", True)
METRICS_TOKEN = env.text("MADOGUCHI_METRICS_TOKEN")
# What the operator page looks at: certificates (comma-separated) and the folder of backups.
TLS_CERTS = [c for c in env.text("MADOGUCHI_TLS_CERTS").split(",") if c]
ANCHOR_MINUTES = env.number("MADOGUCHI_ANCHOR_MINUTES", 10)  # so long may a seal be missing outside the database before it is an alarm
BACKUPS = Path(env.text("MADOGUCHI_BACKUPS") or MADOGUCHI_DATA / "backups")

# How often something may be tried: per browser (owner) and per network address. Shelters share an address, so those are wide.
LIMITS = {
    "code.address": env.rate("MADOGUCHI_LIMIT_CODE", "60/600"),  # wrong tries of receipt number and code
    "resume.address": env.rate("MADOGUCHI_LIMIT_RESUME", "120/600"),  # links from mails that are opened
    "mail.owner": env.rate("MADOGUCHI_LIMIT_MAIL", "6/3600"),  # mails with such a link that are asked for
    "mail.address": env.rate("MADOGUCHI_LIMIT_MAIL_ADDRESS", "300/3600"),
    "hold.address": env.rate("MADOGUCHI_LIMIT_HOLD_ADDRESS", "40/600"),  # slots of a counter that are held
    "card.owner": env.rate("MADOGUCHI_LIMIT_CARD", "10/86400"),  # wrong birthdays for one number of a card's letter, true number or not
    "card.address": env.rate("MADOGUCHI_LIMIT_CARD_ADDRESS", "60/600"),
    "hold.owner": env.rate("MADOGUCHI_LIMIT_HOLD", "20/600"),
    "ticket.owner": env.rate("MADOGUCHI_LIMIT_TICKET", "120/600"),  # tickets from one device, and booking numbers typed there
    "submit.owner": env.rate("MADOGUCHI_LIMIT_SUBMIT", "60/600"),
    "submit.address": env.rate("MADOGUCHI_LIMIT_SUBMIT_ADDRESS", "1200/600"),
    "api.owner": env.rate("MADOGUCHI_LIMIT_API", "1200/600"),
    "api.address": env.rate("MADOGUCHI_LIMIT_API_ADDRESS", "12000/600"),
    "sign_in.address": env.rate("MADOGUCHI_LIMIT_SIGN_IN_ADDRESS", "60/600"),  # failed sign-ins of staff, whatever the account
    "token.address": env.rate("MADOGUCHI_LIMIT_TOKEN", "60/600"),  # wrong tokens
    "upload.owner": env.rate("MADOGUCHI_LIMIT_UPLOAD", "300/600"),
    "hook.address": env.rate("MADOGUCHI_LIMIT_HOOK", "60/600"),  # notices of a gateway whose signature is wrong
    "upload.address": env.rate("MADOGUCHI_LIMIT_UPLOAD_ADDRESS", "6000/600"),
}
BULK_MOST = env.number("MADOGUCHI_BULK_MOST", 100)  # cases in one run of bulk review
BEHIND_PROXY, PROXIES = env.flag("MADOGUCHI_BEHIND_PROXY", False), max(1, env.number("MADOGUCHI_PROXIES", 1))

SECURE_COOKIES = BASE_URL.startswith("https://")
SESSION_COOKIE_NAME = "mado_staff"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
STAFF_SESSION_HOURS = env.number("MADOGUCHI_STAFF_SESSION_HOURS", 10)  # from sign-in, whatever is done meanwhile
STAFF_IDLE_MINUTES = env.number("MADOGUCHI_STAFF_IDLE_MINUTES", 60)
STAFF_FRESH_MINUTES = env.number("MADOGUCHI_STAFF_FRESH_MINUTES", 15)  # a sensitive act asks again after this long
SESSION_COOKIE_AGE = STAFF_SESSION_HOURS * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = (31_536_000 if PRODUCTION else 3600) if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION and bool(SECURE_HSTS_SECONDS)
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("MADOGUCHI_TLS_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # monitors and load balancers ask this process by plain HTTP
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "madoguchi.identity.views.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "madoguchi.identity.passwords.NotOnesNumber"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"] if MADOGUCHI_ENV == "test"
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)

# 代理: how long a standing 委任 may run, and how many years it is kept after its end.
MANDATE_DAYS, MANDATE_KEEP_YEARS = env.number("MADOGUCHI_MANDATE_DAYS", 366), env.number("MADOGUCHI_MANDATE_KEEP_YEARS", 5)
# What the card said of a resident is forgotten so many days after the last sign-in.
RESIDENT_KEEP_DAYS = env.number("MADOGUCHI_RESIDENT_KEEP_DAYS", 30)
# An account of a company is forgotten so many years after its last sign-in, once nothing of the company needs it.
BUSINESS_KEEP_YEARS = env.number("MADOGUCHI_BUSINESS_KEEP_YEARS", 1)
# 法定代理: the farthest last day of one that the city confirms (days), and for how long its proof is kept after its end.
GUARDIAN_DAYS, GUARDIAN_PROOF_DAYS = env.number("MADOGUCHI_GUARDIAN_DAYS", 1096), env.number("MADOGUCHI_GUARDIAN_PROOF_DAYS", 90)
FILING_SOURCE = "madoguchi.adapters.filing.LocalFilings"
REGISTER_SOURCE = "madoguchi.adapters.register_table.TableResidents"  # a city may put the link-up with its 住民記録 here
CORE_SYSTEM = "madoguchi.adapters.core_folder.FolderCore"

# Cards: a gateway of Stripe's protocol; "base" is another address than Stripe's (another company, the trial gateway). None when the key is empty.
CARD_GATEWAY = {"key": env.text("MADOGUCHI_CARD_KEY"), "webhook_secret": env.text("MADOGUCHI_CARD_WEBHOOK_SECRET"),
                "base": env.text("MADOGUCHI_CARD_BASE")}
CARD_GATEWAY["page"] = (CARD_GATEWAY["base"] or "https://checkout.stripe.com") if CARD_GATEWAY["key"] else ""  # where its page lies
if CARD_GATEWAY["key"] and not CARD_GATEWAY["webhook_secret"]:
    raise env.SettingWrong("MADOGUCHI_CARD_KEY を使うには、MADOGUCHI_CARD_WEBHOOK_SECRET(通知の署名の鍵)も指定してください")
PAYMENT_PROVIDERS = {"free": "madoguchi.adapters.counter.Free", "counter_cash": "madoguchi.adapters.counter.CounterCash",
                     "terminal": "madoguchi.adapters.counter.CounterTerminal",
                     "card": "madoguchi.adapters.card_gateway.CardGateway" if CARD_GATEWAY["key"] else "",
                     "slip": "madoguchi.adapters.fee_orders.FeeSlips", "debit": "madoguchi.adapters.fee_orders.FeeDebits"}

# Electronic papers (署名: はい in a definition): the city's certificate as PKCS#12. Without one, production offers none.
SEAL = {"p12": env.text("MADOGUCHI_SEAL_P12"), "password": env.text("MADOGUCHI_SEAL_PASSWORD")}
SEALER = "madoguchi.adapters.paper_seal." + ("P12Seal" if SEAL["p12"] else "TrialSeal") if SEAL["p12"] or not PRODUCTION else ""

# Virus scan of uploads: ClamAV's daemon (host:port or /path/of/socket); none when empty.
CLAMD, SCANNER = env.text("MADOGUCHI_CLAMD"), "madoguchi.adapters.clamd.ClamScanner"

# Mail: an SMTP server when MADOGUCHI_SMTP is set (host:port), otherwise letters are laid into var/mail.
SMTP = env.text("MADOGUCHI_SMTP")
SMTP_USER, SMTP_PASSWORD = env.text("MADOGUCHI_SMTP_USER"), env.text("MADOGUCHI_SMTP_PASSWORD")
SMTP_TLS = env.flag("MADOGUCHI_SMTP_TLS", False)
MAILER = "madoguchi.adapters.mail.SmtpMailer" if SMTP else "madoguchi.adapters.mail.FolderMailer"
MAIL_ROOT = MADOGUCHI_DATA / "mail"
MAIL_FROM = env.text("MADOGUCHI_MAIL_FROM", "madoguchi@localhost")

# Sign-in of residents: OpenID Connect as デジタル認証アプリ does it (reference: docs/administrator.md).
OIDC = {
    "issuer": env.text("MADOGUCHI_OIDC_ISSUER"),
    "client_id": env.text("MADOGUCHI_OIDC_CLIENT_ID"),
    "key_file": env.text("MADOGUCHI_OIDC_KEY"),
    "name": env.text("MADOGUCHI_OIDC_NAME", "マイナンバーカード(デジタル認証アプリ)"),
    "scope": env.text("MADOGUCHI_OIDC_SCOPE", "openid name address birthdate gender"),
    "acr": env.text("MADOGUCHI_OIDC_ACR"),
}
# Where the provider publishes no discovery document, or others are wanted: MADOGUCHI_OIDC_TOKEN_ENDPOINT …
OIDC_ENDPOINTS = {
    name: env.text(f"MADOGUCHI_OIDC_{name.upper()}")
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
}
IDENTITY_PROVIDER = "madoguchi.adapters.oidc.CardProvider"

# Sign-in of staff at the city's own OpenID provider; the claim holds the 職員番号.
STAFF_OIDC = {
    "issuer": env.text("MADOGUCHI_STAFF_OIDC_ISSUER"),
    "client_id": env.text("MADOGUCHI_STAFF_OIDC_CLIENT_ID"),
    "key_file": env.text("MADOGUCHI_STAFF_OIDC_KEY"),
    "name": env.text("MADOGUCHI_STAFF_OIDC_NAME", kinds.ours("市の職員認証")),
    "scope": env.text("MADOGUCHI_STAFF_OIDC_SCOPE", "openid"),
    "acr": env.text("MADOGUCHI_STAFF_OIDC_ACR"),
    "claim": env.text("MADOGUCHI_STAFF_OIDC_CLAIM", "employee_number"),
}
STAFF_PROVIDER = "madoguchi.adapters.oidc.StaffProvider"

# Sign-in of companies: OpenID Connect as GビズID does it. Sources and how sure they are: docs/administrator.md, GビズID.
GBIZ = {
    "issuer": env.text("MADOGUCHI_GBIZ_ISSUER"),  # of the service, as it is known: https://gbiz-id.go.jp/oauth/
    "client_id": env.text("MADOGUCHI_GBIZ_CLIENT_ID"),
    "client_secret": env.text("MADOGUCHI_GBIZ_SECRET"),
    "auth_method": env.text("MADOGUCHI_GBIZ_AUTH_METHOD", "client_secret_basic"),
    "id_token_alg": env.text("MADOGUCHI_GBIZ_ID_TOKEN_ALG", "RS256"),
    "name": env.text("MADOGUCHI_GBIZ_NAME", "GビズID"),
    "scope": env.text("MADOGUCHI_GBIZ_SCOPE", "openid profile user"),
    "account_types": env.text("MADOGUCHI_GBIZ_ACCOUNT_TYPES", "2 3"),  # プライム, メンバー; エントリー (1) is not examined
}
# May a company file what asks for a signature of the card? The city's rules say so (docs/adr/0029), and so must the setting.
GBIZ_UNSIGNED = env.flag("MADOGUCHI_GBIZ_UNSIGNED", not PRODUCTION)
COUNTER_UNSIGNED = env.flag("MADOGUCHI_COUNTER_UNSIGNED", not PRODUCTION)
GBIZ_CLAIMS = {
    what: env.text(f"MADOGUCHI_GBIZ_CLAIM_{what.upper()}", name) for what, name in (
        ("number", "corporate_number"), ("name", "name"), ("account_type", "account_type"), ("family_name", "user_last_nm"),
        ("given_name", "user_first_nm"), ("department", "user_department"))
}
GBIZ_ENDPOINTS = {
    name: env.text(f"MADOGUCHI_GBIZ_{name.upper()}")
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
}
BUSINESS_PROVIDER = "madoguchi.adapters.oidc.gbiz.BusinessProvider"
TRIAL_SIGN_IN = not PRODUCTION
SIGNER = env.text("MADOGUCHI_SIGNER", "" if PRODUCTION else "trial")

# Signers that may be named by MADOGUCHI_SIGNER. None is proven against the real service yet: production has none.
SIGNERS = {} if PRODUCTION else {"trial": "madoguchi.adapters.jpki.TrialSigner"}

LOG_FORMAT = env.text("MADOGUCHI_LOG_FORMAT", "line")
if LOG_FORMAT not in ("line", "json"):
    raise env.SettingWrong("MADOGUCHI_LOG_FORMAT は line か json で指定してください")
# Django's own handlers (console in DEBUG, mail to admins with all of the request) are taken away: everything goes to one place.
LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "filters": {"careful": {"()": "madoguchi.config.logs.Careful"}},
    "formatters": {"line": {"()": "madoguchi.config.logs.Lines"}, "json": {"()": "madoguchi.config.logs.Json"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["careful"]}},
    "loggers": {"axes": {"level": "ERROR"},  # its warnings name accounts and addresses; identity keeps its own record
                "django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("MADOGUCHI_LOG", "WARNING")},
}
