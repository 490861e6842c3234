"""What docs/deployment.md describes, on loopback: the shipped configuration of nginx, two instances, a Redis."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import URL

from app.extensions import db
from core.policy import Policy
from tests.support.certificates import Certificate, certificate
from tests.support.mailserver import mail_server
from tests.support.redisserver import redis_server
from tests.support.running import House
from tests.support.servers import ROOT, Server, free_port, running, wait_for
from tests.support.world import bring_up, new_app

SHIPPED = ROOT / "docs/deployment"
CODE = ("app", "core", "migrations", "gunicorn.conf.py", "wsgi.py")
MAIN = """
{user}
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
    gzip on;  # as Debian has it
    {paths}
    include {folder}/vestibule.conf;
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass
class Instance:
    """One gunicorn, with the command of the README, in a checkout of the product."""

    checkout: Path
    environment: dict[str, str]
    module: str
    port: int = field(default_factory=free_port)
    process: psutil.Process | None = None

    @property
    def pidfile(self) -> Path:
        return self.checkout / f"{self.port}.pid"

    @property
    def log(self) -> Path:
        return self.checkout / f"{self.port}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        around = {**self.environment, "BIND": f"127.0.0.1:{self.port}"}
        command = [str(Path(sys.executable).parent / "gunicorn"), "--pid", str(self.pidfile), self.module]
        with self.log.open("ab") as output:
            self.process = psutil.Popen(command, cwd=self.checkout, env=around, stdout=output, stderr=output)
        wait_for(self.is_up, 30)

    def is_up(self) -> bool:
        assert self.process is not None
        assert self.process.is_running(), self.log.read_text()
        return self.status("/healthz") == 200

    def status(self, path: str) -> int | None:
        with suppress(requests.RequestException):
            return requests.get(self.url + path, headers={"Connection": "close"}, timeout=5).status_code
        return None

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop, and wait until all that was begun is answered."""
        if self.process and self.process.is_running():
            family = [self.process, *self.process.children(recursive=True)]
            for each in family if how == signal.SIGKILL else family[:1]:
                with suppress(psutil.NoSuchProcess):
                    each.send_signal(how)
            psutil.wait_procs(family, 20)

    def renew(self) -> None:
        """docs/deployment/renew.sh, as it is shipped."""
        assert self.process is not None
        with subprocess.Popen([SHIPPED / "renew.sh", self.pidfile]) as script:
            assert script.wait(60) == 0, self.log.read_text()
        self.process.wait(10)
        self.process = psutil.Process(int(self.pidfile.read_text()))


@dataclass
class Site:
    """`house` is what people see of it, through nginx; `instances` stand behind."""

    house: House
    instances: list[Instance]
    configuration: Path
    redis: subprocess.Popen[bytes]
    checkout: Path

    def turn_away(self, instance: Instance, *, again: bool = False) -> None:
        """Nginx asks this one no more, or again. What it is at is finished."""
        text, place = self.configuration.read_text(), f"server 127.0.0.1:{instance.port} "
        changed = text.replace(f"{place}down ", place) if again else text.replace(place, f"{place}down ")
        assert changed != text
        self.configuration.write_text(changed)
        nginx = psutil.Process(self.house.server.process.pid)
        before = nginx.children()
        nginx.send_signal(signal.SIGHUP)  # as `nginx -s reload`
        psutil.wait_procs(before, 20)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One of the product's own at the terminal, in the checkout."""
        flask = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        around = self.house.server.environment
        return subprocess.run(flask, cwd=self.checkout, env=around, capture_output=True, text=True, timeout=120)

    def written(self) -> str:
        return "".join(each.log.read_text() for each in self.instances)


@contextmanager
def site(database: URL, folder: Path, module: str = "wsgi:app", **environment: str) -> Iterator[Site]:
    """Two instances behind nginx, on a database that is migrated here; all ended afterwards."""
    with ExitStack() as stack:
        bring_up(database)
        mail, port = stack.enter_context(mail_server()), free_port()
        redis = stack.enter_context(redis_server(folder, redis_port := free_port()))
        shown, checkout = certificate(folder), checked_out(folder / "checkout")
        around = {
            **shipped_environment(),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{checkout}{os.pathsep}{ROOT}",
            "FLASK_SECRET_KEY": "kept by the tests of the deployment",
            "BASE_URL": f"https://localhost:{port}",
            "DATABASE_URL": database.render_as_string(hide_password=False),
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            **dict.fromkeys(("MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_USE_TLS"), ""),
            **mail.settings(),
            **environment,
        }
        instances = [Instance(checkout, around, module) for _ in range(2)]
        for each in instances:
            stack.callback(each.end)
            each.start()
        configuration = _nginx_configuration(folder, port, [each.port for each in instances], shown)
        output = stack.enter_context((folder / "nginx.log").open("ab"))
        nginx = stack.enter_context(running(["nginx", "-c", str(folder / "main.conf")], around, output))
        app = new_app(database, policy=Policy(), base_url=around["BASE_URL"], cookie_secure=True)
        with app.app_context():
            server = Server(
                app.extensions["settings"].base_url, around, nginx, folder / "nginx.log", db.engine, shown.path
            )
        site = Site(House(server, mail, app, 4), instances, configuration, redis, checkout)
        wait_for(lambda: answers(server), 20)
        yield site
        with app.app_context():
            db.engine.dispose()


def checked_out(folder: Path) -> Path:
    """The product's code where a later version can be put in its place."""
    folder.mkdir()
    for name in CODE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def shipped_environment() -> dict[str, str]:
    lines = (SHIPPED / "vestibule.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def answers(server: Server) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    try:
        return requests.get(f"{server.url}/readyz", timeout=5, verify=str(server.trusted)).status_code == 200
    except requests.ConnectionError:
        return False


def _nginx_configuration(folder: Path, port: int, instances: list[int], shown: Certificate) -> Path:
    """The shipped file with other ports and paths, and nothing else changed."""
    text = (SHIPPED / "nginx.conf").read_text()
    changes: dict[str, Any] = {
        r"127\.0\.0\.1:8000": f"127.0.0.1:{instances[0]}",
        r"127\.0\.0\.1:8001": f"127.0.0.1:{instances[1]}",
        r"listen 80;": f"listen {free_port()};",
        r"listen 443 ": f"listen {port} ",
        r"listen \[::\]:80;": f"listen [::1]:{free_port()};",
        r"listen \[::\]:443 ": f"listen [::1]:{port} ",
        r"https://club\.example": f"https://localhost:{port}",
        r"server_name club\.example": "server_name localhost",
        r"/etc/ssl/club\.example/fullchain\.pem": str(shown.path),
        r"/etc/ssl/club\.example/privkey\.pem": str(shown.key),
        r"/var/log/nginx": str(folder),
    }
    for pattern, instead in changes.items():
        text, number = re.subn(pattern, instead, text)
        assert number, pattern
    (folder / "vestibule.conf").write_text(text)
    paths = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "main.conf").write_text(MAIN.format(user=user, folder=folder, paths=paths))
    return folder / "vestibule.conf"
