"""The environment, read once into frozen settings. A bad or missing value stops the start and names every fault."""

import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from click import ClickException
from sqlalchemy import URL

from app import database_url
from app.environment import HOST, REDIS, Reader, host_in, is_elsewhere, origin_of, origins_in
from app.languages import CODES, ENGLISH
from core.policy import CONTEXT_WORDS, Policy

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY_MIN, SECRET_KEY_ADVISED = 16, 32
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE, ANY_IP = ("0.0.0.0", "::"), "any address"  # noqa: S104 - what a developer may have HOST say
"""Who listens everywhere is reached by any address of the machine, but still by no other name."""
DEVELOPMENT_ORIGINS = re.compile(r"http://(localhost|127\.0\.0\.1|192\.168\.\d{1,3}\.\d{1,3}):3000\Z")


class BadSettings(ClickException):
    """The environment does not make sense: one line for each variable at fault."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
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
    breached_passwords_url: str | None = None
    trusted_proxies: int = 0
    trusted_hosts: tuple[str, ...] = ()
    metrics_token: str | None = field(default=None, repr=False)
    development_mailbox: bool = False
    default_language: str = ENGLISH
    policy: Policy = field(default_factory=Policy)

    @property
    def own_origin(self) -> str:
        return origin_of(self.base_url)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts, without ports, that requests may name. A page whose name was made to lead here names another."""
        public = (urlsplit(url).netloc for url in (self.base_url, self.reset_url_base))
        return frozenset({*LOOPBACK, *self.trusted_hosts, *(host_in(each) or "" for each in public)})

    @property
    def sends_mail(self) -> bool:
        return self.mail_server is not None or self.development_mailbox

    @property
    def cookie_name(self) -> str:
        return self.cookie("session")

    def cookie(self, name: str) -> str:
        if not self.cookie_secure:
            return name
        return f"__Secure-{name}" if self.cookie_domain else f"__Host-{name}"


def from_environment(environment: Mapping[str, str] = os.environ, instance: Path = ROOT / "instance") -> Settings:
    """Settings as app/variables.py explains them. Raises BadSettings with all faults at once."""
    read = Reader(environment)
    production = read.choice("FLASK_ENV", "development", "production", "development", "testing") == "production"
    base_url, reset_url_base = _links(read, production)
    settings = Settings(
        database=database_url.read_from(read, production, instance),
        secret_keys=_secret_keys(read, production, instance),
        base_url=base_url,
        reset_url_base=reset_url_base,
        production=production,
        cors_origins=_origins(read, production),
        cookie_secure=read.switch("SESSION_COOKIE_SECURE", default=False),
        cookie_domain=read.matching("SESSION_COOKIE_DOMAIN", HOST, "must be a host's name such as club.example"),
        mail_server=_mail_server(read),
        mail_sender=read.text("MAIL_DEFAULT_SENDER", Settings.mail_sender) or "",
        redis_url=read.matching("REDIS_URL", REDIS, "must look like redis://host:6379/0"),
        rate_limits=read.switch("RATELIMIT_ENABLED", default=True),
        trusted_proxies=read.number("TRUSTED_PROXY_COUNT", 0, 0, 10),
        trusted_hosts=_hosts(read, production),
        metrics_token=read.token("METRICS_TOKEN"),
        breached_passwords_url=read.url("BREACHED_PASSWORDS_URL"),
        default_language=read.choice("DEFAULT_LANGUAGE", ENGLISH, *CODES) or ENGLISH,
        policy=Policy(
            context_words=CONTEXT_WORDS | set((urlsplit(base_url).hostname or "").split(".")),
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


def _secret_keys(read: Reader, production: bool, instance: Path) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in (read.text("FLASK_SECRET_KEY") or "").split(",") if key.strip())
    for key in keys:
        read.secrecy("FLASK_SECRET_KEY", key, production)
    if keys and (not production or all(len(key) >= SECRET_KEY_MIN for key in keys)):
        return keys
    if production:
        read.fault("FLASK_SECRET_KEY", f"must be set to a secret of {SECRET_KEY_MIN} characters or more")
        return ("",)
    with read.keeping("FLASK_SECRET_KEY"):
        return (_kept_secret_key(instance / "secret_key"),)
    return ("",)


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
    for name, url in (("BASE_URL", base), ("RESET_URL_BASE", reset)):
        if production and url and url.startswith("http:") and is_elsewhere(urlsplit(url).hostname):
            read.fault(name, "must begin with https:// in production: passwords and links would travel in clear")
    if not base and reset:
        base = origin_of(reset)
    base = base or "http://localhost:5000"
    return base, reset or f"{base}/reset"


def _origins(read: Reader, production: bool) -> tuple[re.Pattern[str], ...]:
    """Origins are compared whole (hence the \\Z: Flask-CORS compares beginnings only). In production none but our own
    is let in unless it is named."""
    listed = origins_in(read.text("CORS_ORIGIN") or "")
    for origin in listed:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or origin != origin_of(origin):
            read.fault("CORS_ORIGIN", "must list origins such as https://club.example, separated by commas")
            break
    if listed:
        return tuple(re.compile(re.escape(origin) + r"\Z") for origin in listed)
    return () if production else (DEVELOPMENT_ORIGINS,)


def _hosts(read: Reader, production: bool) -> tuple[str, ...]:
    """Those that are named, and on a developer's machine the one that `python wsgi.py` listens at."""
    listed = [each.strip() for each in (read.text("TRUSTED_HOSTS") or "").split(",") if each.strip()]
    hosts = [host_in(each) for each in listed]
    if any(host is None or host != each.lower() for host, each in zip(hosts, listed, strict=True)):
        read.fault("TRUSTED_HOSTS", "must list hosts such as www.club.example, separated by commas, without ports")
    if not production and (own := read.text("HOST")):
        hosts.append(ANY_IP if own in EVERYWHERE else host_in(f"[{own}]" if ":" in own else own))
    return tuple(host for host in hosts if host)


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
    if not settings.production:
        return
    if any(len(key) < SECRET_KEY_ADVISED for key in settings.secret_keys):
        log.warning("FLASK_SECRET_KEY is short: %s random characters or more are safe", SECRET_KEY_ADVISED)
    if database_url.is_remote(settings.database) and not database_url.is_checked(settings.database):
        log.warning("The database is on another machine: sslmode=verify-full (PGDB_SSLMODE) makes sure that it is ours")
    mail = settings.mail_server
    if mail and is_elsewhere(mail.host) and not (mail.use_tls or mail.use_ssl):
        log.warning("MAIL_USE_TLS and MAIL_USE_SSL are off: letters with links travel in clear to %s", mail.host)
