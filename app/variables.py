"""What each variable of the environment means, for the table in docs/self-hosting.md. They are read by app/settings.py
and its neighbours, by app/development.py (PORT, HOST) and gunicorn.conf.py (BIND, WEB_CONCURRENCY)."""

from typing import NamedTuple

from app.languages import CODES
from app.settings import MailServer, Settings
from core.policy import Policy


class Variable(NamedTuple):
    """`names` that belong together, their `default` and their `meaning`, in Markdown."""

    names: tuple[str, ...]
    default: str
    meaning: str


VARIABLES = (
    Variable(
        ("FLASK_ENV",),
        "`development`",
        "`production` refuses unsafe defaults: `FLASK_DEBUG`, secrets out of examples, `http://` addresses…",
    ),
    Variable(
        ("DATABASE_URL",),
        "a SQLite file under `instance/`; must be set in production",
        "`postgresql://…` or `sqlite:///…`; of several servers, `@host1:5432,host2:5432/…`, the one that takes writes",
    ),
    Variable(
        ("PGDB_HOST", "PGDB_NAME", "PGDB_USER", "PGDB_PASSWORD", "PGDB_SSLMODE"),
        "unset",
        "the same in parts: host or host:port, several with commas between; any character may stand in the password. "
        "`verify-full` when it is on another machine",
    ),
    Variable(
        ("FLASK_SECRET_KEY",),
        "made once, kept under `instance/`; must be set in production, 16 characters or more",
        "signs access tokens; a comma-separated list rotates: the first signs, all verify",
    ),
    Variable(
        ("BASE_URL",),
        f"`{Settings.base_url}`; must be set in production, unless `RESET_URL_BASE` is",
        "public address: every link begins with it",
    ),
    Variable(("RESET_URL_BASE",), "`{BASE_URL}/reset`", "the page that takes `?token=`"),
    Variable(
        ("CORS_ORIGIN",),
        r"localhost, 127.0.0.1, 192.168.\*.\* on port 3000; in production none",
        "comma-separated origins of other front ends, compared whole",
    ),
    Variable(
        ("SESSION_COOKIE_SECURE",),
        "`false`, with a warning in production",
        "`true`: over https only, named `__Host-session`",
    ),
    Variable(("SESSION_COOKIE_DOMAIN",), "unset", "share the cookie with sibling hosts (`__Secure-session`)"),
    Variable(
        ("MAIL_SERVER", "MAIL_PORT", "MAIL_USE_TLS", "MAIL_USE_SSL", "MAIL_USERNAME", "MAIL_PASSWORD"),
        f"unset, {MailServer.port}, `false`, `false`, unset, unset",
        "SMTP; without it resets answer 503. Certificates are checked",
    ),
    Variable(("MAIL_DEFAULT_SENDER",), f"`{Settings.mail_sender}`", "who letters come from"),
    Variable(
        ("PASSWORD_MIN_LENGTH",),
        str(Policy.password_min),
        "raises the floor (NIST asks 15 where a password stands alone)",
    ),
    Variable(
        ("BREACHED_PASSWORDS_URL",),
        "unset",
        "refuses stolen passwords: a range service such as `https://api.pwnedpasswords.com/range` is asked with five "
        "digits of a digest; while it is away passwords pass",
    ),
    Variable(
        ("HASH_SLOTS",),
        "half the cores",
        f"passwords that one process hashes at the same time, {Policy.hash_cost.memory_kib // 1024} MiB each",
    ),
    Variable(("REDIS_URL",), "unset", "attempt counters in Redis; while it is away each process counts for itself"),
    Variable(("RATELIMIT_ENABLED",), "`true`", "`false` only for load tests"),
    Variable(
        ("METRICS_TOKEN",),
        "unset",
        "shows [numbers for Prometheus](running.md#numbers) at `/metrics` to who presents this token, 32 characters or "
        "more; without it there is no such page",
    ),
    Variable(
        ("DEFAULT_LANGUAGE",),
        f"`{Settings.default_language}`",
        f"what is spoken to whoever says nothing else: {', '.join(f'`{code}`' for code in CODES)}",
    ),
    Variable(
        ("TRUSTED_PROXY_COUNT",),
        str(Settings.trusted_proxies),
        "proxies in front whose `X-Forwarded-For` and `-Proto` are believed",
    ),
    Variable(
        ("TRUSTED_HOSTS",),
        "unset",
        "comma-separated further hosts to answer for, beside those of `BASE_URL` and `RESET_URL_BASE`, localhost, "
        "127.0.0.1 and [::1]; others get 421, but for `/healthz`, `/readyz`, `/metrics`",
    ),
    Variable(
        ("BIND", "WEB_CONCURRENCY"),
        "127.0.0.1:8000, 2",
        "gunicorn only: where it listens, and with how many processes of 64 threads",
    ),
    Variable(
        ("PORT", "HOST"),
        "5000, 127.0.0.1",
        "`python wsgi.py` only: where it listens, and which host requests may name; with `0.0.0.0` any address",
    ),
    Variable(("SECURITY_PASSWORD_SALT",), "ignored", "accepted for compatibility: no hash depends on it"),
)
