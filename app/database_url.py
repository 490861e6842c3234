"""Where the database is: read from the environment, one server or several of which one takes writes."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.environment import SSL_MODES, Reader, is_elsewhere

CHECKED = {"verify-ca", "verify-full"}
DRIVERS = {"postgres": "postgresql+psycopg2", "postgresql": "postgresql+psycopg2"}
SEVERAL = re.compile(
    r"(?P<before>postgres\w*(?:\+\w+)?://(?:[^@/?]*@)?)(?P<hosts>[^@/?]*,[^@/?]*)(?P<after>(?:[/?].*)?)"
)
"""libpq's way to name several servers, host1:5432,host2:5432, which SQLAlchemy does not read."""
SERVER = re.compile(r"(?P<host>[^:\[\]]++|\[[0-9a-fA-F:.]++\])(?::(?P<port>[0-9]++))?")


def read_from(read: Reader, production: bool, instance: Path) -> URL:
    """The URL in DATABASE_URL, or of the PGDB_ variables; in development a SQLite file in `instance` otherwise."""
    fallback = URL.create("sqlite", database=str(instance / "vestibule.sqlite3"))
    if address := read.text("DATABASE_URL"):
        return _in_one(read, address, production) or fallback
    if read.text("PGDB_HOST") or read.text("PGDB_NAME"):
        url = _in_parts(read)
        read.secrecy("PGDB_PASSWORD", url.password, production and is_remote(url))
        return url
    if production:
        read.fault("PGDB_HOST, PGDB_NAME, PGDB_USER, PGDB_PASSWORD", "(or DATABASE_URL) must name the database")
    else:
        with read.keeping("DATABASE_URL"):
            instance.mkdir(parents=True, exist_ok=True)
    return fallback


def servers_of(parameters: dict[str, Any]) -> list[tuple[str, int]]:
    """Hosts and ports that libpq is told; none when it finds the server by itself."""
    hosts = str(parameters.get("host") or "").split(",")
    ports = str(parameters.get("port") or "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    return [(host, int(port or 5432)) for host, port in zip(hosts, ports, strict=True) if host]


def servers_in(url: URL) -> list[tuple[str, int]]:
    """Hosts and ports of this URL, however it names them."""
    return servers_of(url.get_dialect()().create_connect_args(url)[1])


def is_remote(url: URL) -> bool:
    """Whether what is said to this database can leave the machine."""
    return url.get_backend_name() != "sqlite" and any(is_elsewhere(host) for host, _ in servers_in(url))


def is_checked(url: URL) -> bool:
    """Whether a server must show by a certificate that it is ours."""
    return url.query.get("sslmode") in CHECKED


def _in_one(read: Reader, address: str, production: bool) -> URL | None:
    try:
        url = _parsed(address)
    except (ArgumentError, ValueError):
        read.fault(
            "DATABASE_URL",
            "must look like postgresql://user:password@host/name (or @host1:5432,host2:5432/name) or sqlite:///file",
        )
        return None
    if url.drivername not in {"postgresql+psycopg2", "sqlite"}:
        read.fault("DATABASE_URL", "must name PostgreSQL or SQLite")
        return None
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        read.fault("DATABASE_URL", "must name a file, such as sqlite:////var/lib/club.sqlite3")
    read.secrecy("DATABASE_URL", url.password, production and is_remote(url))
    return url


def _parsed(address: str) -> URL:
    """Raises ArgumentError or ValueError when it is none."""
    several = SEVERAL.fullmatch(address)
    url = make_url(several["before"] + several["after"] if several else address)
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    if several:
        return _at(url, several["hosts"])
    if url.drivername == "postgresql+psycopg2" and len(servers_in(url)) > 1:
        return _preferring_writes(url)
    return url


def _in_parts(read: Reader) -> URL:
    for name in ("PGDB_HOST", "PGDB_NAME", "PGDB_USER"):
        if not read.text(name):
            read.fault(name, "must be set when another PGDB_ variable is")
    sslmode = read.choice("PGDB_SSLMODE", None, *SSL_MODES)
    url = URL.create(
        "postgresql+psycopg2",
        username=read.text("PGDB_USER"),
        password=read.secret("PGDB_PASSWORD"),
        database=read.text("PGDB_NAME"),
        query={"sslmode": sslmode} if sslmode else {},
    )
    try:
        return _at(url, read.text("PGDB_HOST") or "localhost")
    except ValueError:
        read.fault("PGDB_HOST", "must be host or host:port, or several of them with commas between")
        return url


def _at(url: URL, listed: str) -> URL:
    """This URL at a server, or at several. Raises ValueError when they make no sense."""
    found = [SERVER.fullmatch(each.strip()) for each in listed.split(",")]
    servers = [(each["host"].strip("[]"), each["port"]) for each in found if each]
    if len(servers) < len(found):
        raise ValueError(listed)
    if len(servers) == 1:
        [(host, port)] = servers
        return url.set(host=host, port=int(port) if port else None)
    hosts, ports = zip(*((host, port or "5432") for host, port in servers), strict=True)
    return _preferring_writes(url.update_query_dict({"host": ",".join(hosts), "port": ",".join(ports)}))


def _preferring_writes(url: URL) -> URL:
    """Of several servers one takes writes, and which one it is may change while the product runs."""
    if "target_session_attrs" in url.query:
        return url
    return url.update_query_dict({"target_session_attrs": "read-write"})
