"""The environment: what is read, and what stops the start."""

from pathlib import Path

import pytest

from app.database_url import servers_in
from app.settings import BadSettings, Settings, from_environment

TOKEN = "a9-token.of_the~tests/own+0123456789"
Log = pytest.LogCaptureFixture
SAFE = {
    "FLASK_ENV": "production",
    "DATABASE_URL": "postgresql://club:p%40ss@db/club?sslmode=verify-full",
    "FLASK_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "BASE_URL": "https://club.example",
    "SESSION_COOKIE_SECURE": "true",
}


def read(tmp_path: Path, **environment: str) -> Settings:
    return from_environment(environment, tmp_path / "instance")


def test_production_names_every_missing_variable_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as stopped:
        read(tmp_path, FLASK_ENV="production")

    for name in ("PGDB_HOST", "PGDB_NAME", "PGDB_USER", "PGDB_PASSWORD", "FLASK_SECRET_KEY", "BASE_URL"):
        assert name in stopped.value.message
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FLASK_SECRET_KEY", "short"),
        ("FLASK_SECRET_KEY", "0123456789abcdef0123456789abcdef,short"),
        ("FLASK_DEBUG", "1"),
        ("BASE_URL", "club.example"),
        ("BASE_URL", "javascript://club.example"),
        ("BASE_URL", "https://club.example/?a=b"),
        ("DATABASE_URL", "mysql://db/club"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://club:p@one:5432,two:port/club"),
        ("DATABASE_URL", "postgresql://club:p@one,/club"),
        ("DATABASE_URL", "postgresql://club:p@/club?host=one,two&port=5432,5433,5434"),
        ("CORS_ORIGIN", "*"),
        ("CORS_ORIGIN", "https://club.example/path"),
        ("REDIS_URL", "localhost:6379"),
        ("MAIL_PORT", "smtp"),
        ("MAIL_PORT", "0"),
        ("SESSION_COOKIE_SECURE", "maybe"),
        ("PASSWORD_MIN_LENGTH", "4"),
        ("TRUSTED_PROXY_COUNT", "-1"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start_by_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(BadSettings) as stopped:
        read(tmp_path, **{**SAFE, variable: value})

    assert variable in stopped.value.message


def test_both_kinds_of_mail_encryption_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="MAIL_USE_TLS, MAIL_USE_SSL"):
        read(tmp_path, **SAFE, MAIL_USE_TLS="true", MAIL_USE_SSL="true")


def test_production_settings_that_are_complete_start_without_a_warning(tmp_path: Path, caplog: Log) -> None:
    settings = read(tmp_path, **SAFE)

    assert caplog.text == ""
    assert settings.production
    assert settings.database.drivername == "postgresql+psycopg2"
    assert settings.database.password == "p@ss"
    assert settings.cookie_name == "__Host-session"
    assert settings.reset_url_base == "https://club.example/reset"
    assert settings.cors_origins == ()


UNSAFE = {
    "FLASK_SECRET_KEY": {"FLASK_SECRET_KEY": "0123456789abcdef"},
    "sslmode=verify-full": {"DATABASE_URL": "postgresql://club:p@db/club"},
    "MAIL_USE_TLS": {"MAIL_SERVER": "smtp.club.example"},
}


@pytest.mark.parametrize("named", UNSAFE)
def test_what_is_less_safe_than_it_could_be_is_warned_of(tmp_path: Path, caplog: Log, named: str) -> None:
    read(tmp_path, **{**SAFE, **UNSAFE[named]})

    assert named in caplog.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", ""])
def test_what_stays_on_this_machine_need_not_be_encrypted(tmp_path: Path, caplog: Log, host: str) -> None:
    read(tmp_path, **{**SAFE, "DATABASE_URL": f"postgresql://club:p@{host}/club", "MAIL_SERVER": host})

    assert caplog.text == ""


def test_a_cookie_over_plain_http_is_warned_of_in_production(tmp_path: Path, caplog: Log) -> None:
    read(tmp_path, **{**SAFE, "SESSION_COOKIE_SECURE": "false"})
    assert "SESSION_COOKIE_SECURE" in caplog.text


def test_limits_that_are_off_are_warned_of(tmp_path: Path, caplog: Log) -> None:
    read(tmp_path, **SAFE, RATELIMIT_ENABLED="false")
    assert "RATELIMIT_ENABLED" in caplog.text


def test_any_character_may_stand_in_the_database_password(tmp_path: Path) -> None:
    password = " p@ss:w/o?r%d#& "
    parts = {"PGDB_HOST": "db:5433", "PGDB_NAME": "club", "PGDB_USER": "ann", "PGDB_PASSWORD": password}

    database = read(tmp_path, FLASK_SECRET_KEY="x", **parts, PGDB_SSLMODE="verify-full").database

    assert (database.host, database.port, database.database) == ("db", 5433, "club")
    assert (database.username, database.password) == ("ann", password)
    assert database.query == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgresql://ann:p%40s,s@one:5433,two/club"},
        {"DATABASE_URL": "postgres://ann:p%40s,s@one:5433,two:5432/club?target_session_attrs=read-write"},
        {"DATABASE_URL": "postgresql://ann:p%40s,s@/club?host=one:5433&host=two:5432"},
        {"PGDB_HOST": "one:5433, two", "PGDB_NAME": "club", "PGDB_USER": "ann", "PGDB_PASSWORD": "p@s,s"},
    ],
    ids=["as libpq writes it", "with an attribute", "as SQLAlchemy writes it", "in parts"],
)
def test_several_servers_are_asked_for_the_one_that_takes_writes(tmp_path: Path, environment: dict[str, str]) -> None:
    database = read(tmp_path, FLASK_SECRET_KEY="x", **environment).database

    told = database.get_dialect()().create_connect_args(database)[1]
    assert servers_in(database) == [("one", 5433), ("two", 5432)]
    assert (told["user"], told["password"], told["dbname"]) == ("ann", "p@s,s", "club")
    assert told["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("address", "servers"),
    [
        ("postgresql:///club", []),
        ("postgresql://ann:a,b@one/club", [("one", 5432)]),
        ("postgresql://ann@/club?host=/run/postgresql", [("/run/postgresql", 5432)]),
        ("postgresql://ann@[::1]:5433,[fe80::2]/club", [("::1", 5433), ("fe80::2", 5432)]),
        ("postgresql://ann@/club?host=/run/one,/run/two", [("/run/one", 5432), ("/run/two", 5432)]),
    ],
)
def test_servers_are_found_wherever_they_stand(tmp_path: Path, address: str, servers: list[tuple[str, int]]) -> None:
    assert servers_in(read(tmp_path, FLASK_SECRET_KEY="x", DATABASE_URL=address).database) == servers


def test_a_server_elsewhere_among_several_must_show_that_it_is_ours(tmp_path: Path, caplog: Log) -> None:
    read(tmp_path, **{**SAFE, "DATABASE_URL": "postgresql://club:p@localhost,two/club"})

    assert "sslmode=verify-full" in caplog.text


def test_the_link_of_the_reset_page_may_give_the_public_address(tmp_path: Path) -> None:
    environment = {**SAFE, "RESET_URL_BASE": "https://club.example/new-password"}
    del environment["BASE_URL"]

    settings = read(tmp_path, **environment)

    assert settings.base_url == "https://club.example"
    assert settings.reset_url_base == "https://club.example/new-password"


def test_without_any_setting_development_just_starts(tmp_path: Path, caplog: Log) -> None:
    first = read(tmp_path)
    assert "FLASK_SECRET_KEY" in caplog.text
    second = read(tmp_path)

    assert first.database.get_backend_name() == "sqlite"
    assert first.secret_keys == second.secret_keys
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert not first.sends_mail


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        ("http://localhost:3000", True),
        ("http://127.0.0.1:3000", True),
        ("http://192.168.1.20:3000", True),
        ("http://localhost:3001", False),
        ("https://localhost:3000", False),
        ("http://localhost:3000.evil.example", False),
        ("http://192.168.1.20.evil.example:3000", False),
        ("http://192x168.1.20:3000", False),
        ("http://evil.example/http://localhost:3000", False),
    ],
)
def test_development_origins_are_compared_whole(tmp_path: Path, origin: str, welcome: bool) -> None:
    [pattern] = read(tmp_path, FLASK_SECRET_KEY="x").cors_origins
    assert bool(pattern.fullmatch(origin)) is welcome


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = read(
        tmp_path, **SAFE, MAIL_SERVER="smtp", MAIL_PASSWORD="geheim", REDIS_URL="redis://:topf@r/0", METRICS_TOKEN=TOKEN
    )

    for secret in (SAFE["FLASK_SECRET_KEY"], "p@ss", "p%40ss", "geheim", "topf", TOKEN):
        assert secret not in repr(settings)
