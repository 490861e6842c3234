"""The environment, read once into frozen settings. A bad or missing value stops the start and names every fault."""

import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from click import ClickException
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.environment import Reader
from core.policy import Policy

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY_MIN = 16
DEVELOPMENT_ORIGINS = re.compile(r"http://(localhost|127\.0\.0\.1|192\.168\.\d{1,3}\.\d{1,3}):3000\Z")


class BadSettings(ClickException):
    """The environment does not make sense: one line for each variable at fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["The settings need attention:", *(f"  - {fault}" for fault in faults)]))


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int = 587
    use_tls: bool = False
    use_ssl: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    database: URL
    secret_keys: tuple[str, ...] = field(repr=False)
    base_url: str = "http://localhost:5000"
    reset_url_base: str = "http://localhost:5000/reset"
    production: bool = False
    cors_origins: tuple[re.Pattern[str], ...] = (DEVELOPMENT_ORIGINS,)
    cookie_secure: bool = False
    cookie_domain: str | None = None
    mail_server: MailServer | None = None
    mail_sender: str = "noreply@skatetrax.com"
    redis_url: str | None = field(default=None, repr=False)
    rate_limits: bool = True
    trusted_proxies: int = 0
    development_mailbox: bool = False
    policy: Policy = field(default_factory=Policy)

    @property
    def own_origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def sends_mail(self) -> bool:
        return self.mail_server is not None or self.development_mailbox

    @property
    def cookie_name(self) -> str:
        if not self.cookie_secure:
            return "session"
        return "__Secure-session" if self.cookie_domain else "__Host-session"


def from_environment(environment: Mapping[str, str] = os.environ, instance: Path = ROOT / "instance") -> Settings:
    """Settings as the variables in README's table say. Raises BadSettings with all faults at once."""
    read = Reader(environment)
    production = read.text("FLASK_ENV", "development") == "production"
    base_url, reset_url_base = _links(read, production)
    settings = Settings(
        database=_database(read, production, instance),
        secret_keys=_secret_keys(read, production, instance),
        base_url=base_url,
        reset_url_base=reset_url_base,
        production=production,
        cors_origins=_origins(read, production),
        cookie_secure=read.switch("SESSION_COOKIE_SECURE", default=False),
        cookie_domain=read.text("SESSION_COOKIE_DOMAIN"),
        mail_server=_mail_server(read),
        mail_sender=read.text("MAIL_DEFAULT_SENDER", "noreply@skatetrax.com") or "",
        redis_url=read.matching("REDIS_URL", r"(rediss?|unix)://.+", "must look like redis://host:6379/0"),
        rate_limits=read.switch("RATELIMIT_ENABLED", default=True),
        trusted_proxies=read.number("TRUSTED_PROXY_COUNT", 0, 0, 10),
        policy=Policy(
            password_min=read.number("PASSWORD_MIN_LENGTH", 8, 8, 64),
            hash_slots=read.number("HASH_SLOTS", max(1, (os.cpu_count() or 2) // 2), 1, 64),
        ),
    )
    if production and read.switch("FLASK_DEBUG", default=False):
        read.fault("FLASK_DEBUG", "must be off in production")
    if read.faults:
        raise BadSettings(read.faults)
    _warn(settings)
    return settings


def _database(read: Reader, production: bool, instance: Path) -> URL:
    fallback = URL.create("sqlite", database=str(instance / "vestibule.sqlite3"))
    if address := read.text("DATABASE_URL"):
        try:
            url = make_url(address)
        except ArgumentError:
            read.fault("DATABASE_URL", "must look like postgresql://user:password@host/name or sqlite:///file")
            return fallback
        drivers = {"postgres": "postgresql+psycopg2", "postgresql": "postgresql+psycopg2"}
        url = url.set(drivername=drivers.get(url.drivername, url.drivername))
        if url.drivername not in {"postgresql+psycopg2", "sqlite"}:
            read.fault("DATABASE_URL", "must name PostgreSQL or SQLite")
        return url
    if read.text("PGDB_HOST") or read.text("PGDB_NAME"):
        return _postgresql(read)
    if production:
        read.fault("PGDB_HOST, PGDB_NAME, PGDB_USER, PGDB_PASSWORD", "(or DATABASE_URL) must name the database")
    else:
        instance.mkdir(parents=True, exist_ok=True)
    return fallback


def _postgresql(read: Reader) -> URL:
    for name in ("PGDB_HOST", "PGDB_NAME", "PGDB_USER"):
        if not read.text(name):
            read.fault(name, "must be set when another PGDB_ variable is")
    host, _, port = (read.text("PGDB_HOST") or "").partition(":")
    if port and not port.isdecimal():
        read.fault("PGDB_HOST", "must be host or host:port")
    sslmode = read.text("PGDB_SSLMODE")
    return URL.create(
        "postgresql+psycopg2",
        username=read.text("PGDB_USER"),
        password=read.secret("PGDB_PASSWORD"),
        host=host,
        port=int(port) if port.isdecimal() else None,
        database=read.text("PGDB_NAME"),
        query={"sslmode": sslmode} if sslmode else {},
    )


def _secret_keys(read: Reader, production: bool, instance: Path) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in (read.text("FLASK_SECRET_KEY") or "").split(",") if key.strip())
    if keys and (not production or all(len(key) >= SECRET_KEY_MIN for key in keys)):
        return keys
    if production:
        read.fault("FLASK_SECRET_KEY", f"must be set to a secret of {SECRET_KEY_MIN} characters or more")
        return ("",)
    return (_kept_secret_key(instance / "secret_key"),)


def _kept_secret_key(path: Path) -> str:
    """The secret that this installation made for itself at its first start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_hex(32))
        log.warning("FLASK_SECRET_KEY is not set: one was made and is kept in %s/", path.parent.name)
    except FileExistsError:
        pass
    return path.read_text()


def _links(read: Reader, production: bool) -> tuple[str, str]:
    base, reset = read.url("BASE_URL"), read.url("RESET_URL_BASE")
    if production and not base and not reset:
        read.fault(
            "BASE_URL", "must be the public address, such as https://club.example: every mailed link begins with it"
        )
    if not base and reset:
        parts = urlsplit(reset)
        base = f"{parts.scheme}://{parts.netloc}"
    base = base or "http://localhost:5000"
    return base, reset or f"{base}/reset"


def _origins(read: Reader, production: bool) -> tuple[re.Pattern[str], ...]:
    """Origins are compared whole (hence the \\Z: Flask-CORS compares beginnings only). In production none but our own
    is let in unless it is named."""
    listed = [origin.strip().rstrip("/") for origin in (read.text("CORS_ORIGIN") or "").split(",") if origin.strip()]
    for origin in listed:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            read.fault("CORS_ORIGIN", "must list origins such as https://club.example, separated by commas")
            break
    if listed:
        return tuple(re.compile(re.escape(origin) + r"\Z") for origin in listed)
    return () if production else (DEVELOPMENT_ORIGINS,)


def _mail_server(read: Reader) -> MailServer | None:
    server = MailServer(
        host=read.text("MAIL_SERVER") or "",
        port=read.number("MAIL_PORT", 587, 1, 65535),
        use_tls=read.switch("MAIL_USE_TLS", default=False),
        use_ssl=read.switch("MAIL_USE_SSL", default=False),
        username=read.text("MAIL_USERNAME"),
        password=read.secret("MAIL_PASSWORD"),
    )
    if server.use_tls and server.use_ssl:
        read.fault("MAIL_USE_TLS, MAIL_USE_SSL", "exclude each other: port 587 wants the first, port 465 the second")
    return server if server.host else None


def _warn(settings: Settings) -> None:
    if settings.production and not settings.cookie_secure:
        log.warning("SESSION_COOKIE_SECURE is off: the session cookie also travels over plain http")
    if not settings.rate_limits:
        log.warning("RATELIMIT_ENABLED is off: passwords and tokens can be guessed without end")
