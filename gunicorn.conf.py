"""How gunicorn runs the product: `gunicorn` in this folder is enough; options on the command line win."""

import logging.config
import os
import select
import signal

from gunicorn.glogging import Logger
from gunicorn.systemd import sd_notify
from gunicorn.workers.gthread import ThreadWorker

LINGER_MILLISECONDS = 15


class JsonLogger(Logger):
    """One JSON object a line on standard error, for all that the server and the product have to say."""

    def setup(self, cfg):
        super().setup(cfg)
        logging.config.dictConfig(LOGGING)

    def atoms(self, resp, req, environ, request_time):
        """Whatever format is chosen: tokens stand in paths (shared cards), queries, referrers and cookies."""
        from app.redaction import redact

        atoms = super().atoms(resp, req, environ, request_time)
        return {name: redact(value) if isinstance(value, str) else value for name, value in atoms.items()}


class LingeringWorker(ThreadWorker):
    """Threads that answered stay with their connection for a moment, in case its next request is under way.

    gthread hands a connection to its main thread after each answer, and back for each request: two threads woken, at
    the price of a quarter of a session check. A proxy in front, and a page that asks for several things, come again
    at once. Nobody lingers once half of the threads are taken.
    """

    def handle(self, conn):
        is_kept = super().handle(conn)
        while is_kept is True and self.alive and self._has_threads_to_spare() and _comes_again(conn.sock):
            is_kept = super().handle(conn)
        return is_kept

    def _has_threads_to_spare(self):
        at_hand = self.nr_conns - len(self.keepalived_conns) - len(self.pending_conns)
        return at_hand <= self.cfg.threads // 2


def _comes_again(sock):
    ready = select.poll()
    ready.register(sock, select.POLLIN)
    return bool(ready.poll(LINGER_MILLISECONDS))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(name)s %(process)d %(message)s",
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"app": {"level": "INFO"}, "gunicorn.error": {"handlers": ["stderr"]}},
}
"""Requests that go well are no event. `--access-logfile -` has gunicorn print them, in the format below."""

wsgi_app = "wsgi:app"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = LingeringWorker
preload_app = True  # imported once, shared by all processes: less to start, and less memory
threads = 64  # more than may wait for a hash (policy.hash_queue), so that quick requests always find one
timeout = 60
graceful_timeout = 15
keepalive = 15
control_socket_disable = True  # one file in the home folder, for all instances: not needed to run one
logger_class = JsonLogger
# Nothing that a request says of itself is believed here, also not from this machine: what proxies say is read in
# app/client_address.py, if TRUSTED_PROXY_COUNT says that there are any.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# Without the query, where tokens stand; those in paths are taken out by JsonLogger.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms "%(a)s"'


def pre_fork(server, worker):
    if metrics := server.app.wsgi().extensions.get("metrics"):
        worker.place = metrics.share([other.place for other in server.WORKERS.values()])


def post_worker_init(worker):
    """Mail that was owed when the last process died is sent without waiting for a first request."""
    worker.wsgi.extensions["postman"].start()
    worker.wsgi.extensions["housekeeper"].start()
    if worker.age == 1:
        take_over()


def take_over():
    """The first process of a successor (see USR2) can answer by now: the one before may go. Systemd is told first, so
    that it does not take that for the end."""
    if elder := os.environ.get("GUNICORN_PID"):
        sd_notify(f"MAINPID={os.getppid()}", logging.getLogger("gunicorn.error"))
        os.kill(int(elder), signal.SIGTERM)


def child_exit(server, worker):
    if metrics := server.app.wsgi().extensions.get("metrics"):
        metrics.leave(worker.place)


def on_exit(server):
    if metrics := server.app.wsgi().extensions.get("metrics"):
        metrics.close()


def worker_exit(server, worker):
    """The letter at hand is finished: nobody could know whether it has left, and it would be sent once more, later."""
    if worker.pid == os.getpid():  # the main process calls this too, of one that it finds gone
        worker.wsgi.extensions["postman"].stop(graceful_timeout / 2)
