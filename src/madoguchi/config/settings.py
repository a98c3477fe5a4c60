"""Settings. Everything a city changes is an environment variable; docs/administrator.md lists them."""

from __future__ import annotations

import os
from pathlib import Path

from madoguchi.kernel import keys

from . import env

ROOT = Path(__file__).resolve().parents[3]
MADOGUCHI_ENV = env.text("MADOGUCHI_ENV", "trial")
if MADOGUCHI_ENV not in ("trial", "test", "production"):
    raise env.SettingWrong("MADOGUCHI_ENV は trial か production で指定してください")
PRODUCTION = MADOGUCHI_ENV == "production"
MADOGUCHI_DATA = Path(env.text("MADOGUCHI_DATA") or ROOT / "var").resolve()
MADOGUCHI_CITY = Path(env.text("MADOGUCHI_CITY") or ROOT / "cities" / "nanao").resolve()
MADOGUCHI_KEYS = Path(env.text("MADOGUCHI_KEYS") or MADOGUCHI_DATA / "keys" / "ring.json")
if not PRODUCTION and not MADOGUCHI_KEYS.exists():
    keys.ring_make(MADOGUCHI_KEYS)

BASE_URL = env.text("MADOGUCHI_URL", f"http://127.0.0.1:{env.text('PORT', '8000')}")
SECRET_KEY = env.text("MADOGUCHI_SECRET") or keys.subkey("django", path=str(MADOGUCHI_KEYS)).hex()
DEBUG = False
ALLOWED_HOSTS = [h for h in env.text("MADOGUCHI_HOSTS", "" if PRODUCTION else "*").split(",") if h]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.staticfiles",
    "madoguchi.kernel", "madoguchi.web", "madoguchi.offices", "madoguchi.identity", "madoguchi.register", "madoguchi.procedures",
    "madoguchi.files", "madoguchi.notifications", "madoguchi.records", "madoguchi.intake", "madoguchi.casework",
    "madoguchi.delivery", "madoguchi.survey", "madoguchi.config",
]
MIDDLEWARE = [
    "madoguchi.config.middleware.request_frame",
    "madoguchi.config.middleware.PagesCompressed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "madoguchi.config.urls"
WSGI_APPLICATION = "madoguchi.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "madoguchi.config.engine.Templates",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "madoguchi.config.engine.environment",
            "context_processors": ["madoguchi.offices.context.city", "madoguchi.web.languages.context", "madoguchi.survey.context.desk"],
        },
    }
]
DATABASES = {"default": env.database(env.text("DATABASE_URL"), MADOGUCHI_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Staff"
LOGIN_URL = "/staff/sign-in/"

USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
LANGUAGE_CODE = "ja"
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = MADOGUCHI_DATA / "static"
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
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = str(MADOGUCHI_DATA / "incoming")
Path(FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
FILES_ROOT = MADOGUCHI_DATA / "files"
OUT_ROOT = Path(env.text("MADOGUCHI_OUT") or MADOGUCHI_DATA / "out")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
UPLOAD_MAX_BYTES = env.number("MADOGUCHI_UPLOAD_MB", 10) * 1_000_000
UPLOAD_REQUEST_MAX_BYTES = 6 * UPLOAD_MAX_BYTES

SECURE_COOKIES = BASE_URL.startswith("https://")
SESSION_COOKIE_NAME = "mado_staff"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES and PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(SECURE_HSTS_SECONDS)
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("MADOGUCHI_TLS_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("MADOGUCHI_BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "madoguchi.web.views.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"] if MADOGUCHI_ENV == "test"
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)

FILING_SOURCE = "madoguchi.adapters.filing.LocalFilings"
REGISTER_SOURCE = "madoguchi.adapters.register_table.TableResidents"  # a city may put the link-up with its 住民記録 here
CORE_SYSTEM = "madoguchi.adapters.core_folder.FolderCore"

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
TRIAL_SIGN_IN = not PRODUCTION
SIGNER = env.text("MADOGUCHI_SIGNER", "" if PRODUCTION else "trial")

# Signers that may be named by MADOGUCHI_SIGNER. None is proven against the real service yet: production has none.
SIGNERS = {} if PRODUCTION else {"trial": "madoguchi.adapters.jpki.TrialSigner"}

LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("MADOGUCHI_LOG", "WARNING")},
}
