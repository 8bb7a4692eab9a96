"""Django's settings. Each value that differs between hosts comes from the environment; docs/settings.md lists them."""

from pathlib import Path
from urllib.parse import urlsplit

from config import env, postgres

BASE_DIR = Path(__file__).resolve().parent.parent

# Where this host keeps what is its own: the embedded database, mail, photos, the broker's folder, the secret key.
PICO_DATA_DIR = Path(env.text("PICO_DATA_DIR", str(BASE_DIR / ".data"))).resolve()
HOST = env.text("HOST", "127.0.0.1")
PORT = env.port("PORT", 8000)
LIVE_PORT = env.port("LIVE_PORT", 8001)
CALLCENTRE_PORT = env.port("CALLCENTRE_PORT", 8002)
_public = env.public_url("PUBLIC_URL", f"http://localhost:{PORT}")
PUBLIC_URL = _public.geturl()
# Where pages open their live stream; empty means LIVE_PORT on the host that served the page.
LIVE_URL = env.text("LIVE_URL")
# For how many full months events are kept, whoever they are about; 0 keeps them for good.
PICO_KEEP_MONTHS = env.integer("PICO_KEEP_MONTHS", 0, smallest=0)
# Owners told of one advisory; their notices are mailed, so it is also how many mails a second it makes.
PICO_TOLD_PER_SECOND = env.integer("PICO_TOLD_PER_SECOND", 100, smallest=1)
PICO_DEMO = env.flag("PICO_DEMO", default=True)
PICO_WEBHOOK_ALLOW = env.networks("PICO_WEBHOOK_ALLOW")
# How many proxies of our own stand in front; that many entries from the right of X-Forwarded-For are believed.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, smallest=0)
# How the country or region of a scan is told: by a header of such a proxy's, or a database file; or not at all.
PICO_REGION_HEADER = env.text("PICO_REGION_HEADER")
PICO_REGION_DB = env.file("PICO_REGION_DB")

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or env.secret_kept_in(PICO_DATA_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

SECURE = _public.scheme == "https"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=[str(_public.hostname), "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "dashboards",  # before allauth, whose pages it dresses
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "config",
    "parties",
    "api",
    "picos",
    "journals",
    "conduits",
    "rules",
    "demo",
    "bench",
]

MIDDLEWARE = [
    "dashboards.bodies.bounded_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboards.security.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboards.context.site",
            ],
        },
    },
]

# PostgreSQL, always: the embedded one unless DATABASE_URL names another. Connections live as long as their thread.
EMBEDDED_DATABASE = not env.text("DATABASE_URL")
DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL") or postgres.cluster_for(PICO_DATA_DIR).url(),
        conn_max_age=None,
        conn_health_checks=True,
    ),
}
# A socket's folder comes as an option; Django's own clients (dbshell) look for it here.
DATABASES["default"]["HOST"] = DATABASES["default"].get("OPTIONS", {}).pop("host", DATABASES["default"].get("HOST", ""))
DATABASES["default"]["PORT"] = DATABASES["default"].get("OPTIONS", {}).pop("port", DATABASES["default"].get("PORT", ""))
_options = DATABASES["default"].setdefault("OPTIONS", {})
# For the statements of picos/prepared.py; Django's own cursors prepare nothing.
_options.setdefault("prepare_threshold", 2)
# They are many joins over few rows: a server that compiles such a statement takes a hundred times as long as it runs.
_options["options"] = f"-c jit=off {_options.get('options', '')}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The broker is only a bell: it carries wake-ups, and losing it loses nothing.
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL") or "filesystem://localhost"
# Sign-in limits are counted here: in the database, so that they hold over all processes, and need no broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "api_cache",
        "KEY_FUNCTION": "api.throttling.unreadable_key",
    }
}

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "parties.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
# Six digits: easier to carry from a mail to a phone's number keys than letters; three tries each.
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code that signs in has verified the address
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 60
ACCOUNT_FORMS = {
    "request_login_code": "parties.sign_in.EmailForm",
    "confirm_login_code": "parties.sign_in.CodeForm",
}
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers offer passkeys on https and on localhost only; the latter must be allowed by name.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SESSION_COOKIE_AGE = 180 * 24 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Mail lies in a folder until EMAIL_URL names a server (smtp://user:password@host:587).
MAIL_DIR = PICO_DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Pico Conduit <no-reply@{_public.hostname}>")
if _mail := env.text("EMAIL_URL"):
    _server = urlsplit(_mail)
    EMAIL_HOST, EMAIL_PORT = _server.hostname or "", _server.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _server.username or "", _server.password or ""
    EMAIL_USE_TLS = _server.scheme == "smtp"
    EMAIL_USE_SSL = _server.scheme == "smtps"
    EMAIL_TIMEOUT = 10
    MAIL_IN_FOLDER = False
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(MAIL_DIR)
    MAIL_IN_FOLDER = True

# Where answers by mail arrive, once the operator's mail server hands them over; empty: none are asked for.
MAIL_DOMAIN = env.text("MAIL_DOMAIN").lower()
MAIL_SECRET = env.text("MAIL_SECRET")

TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
# Straight from the packages: no collected copy that could be old.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = PICO_DATA_DIR / "media"

# A form may carry several photos of 10 MB; the limits for photos are in journals/photos.py. Files beyond theirs must
# still come through to the form, or who chose twenty would lose their text.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 100

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pico Conduit",
    "DESCRIPTION": "Every copy of every product, its owner, its company, and the conduit between them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
