"""How gunicorn runs the product: `gunicorn` in this folder is enough; options on the command line win."""

import os

wsgi_app = "wsgi:app"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 15
keepalive = 15
control_socket_disable = True  # one file in the home folder, for all instances: not needed to run one
# Without the query, where tokens stand.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms "%(a)s"'


def post_worker_init(worker):
    """Mail that was owed when the last process died is sent without waiting for a first request."""
    worker.wsgi.extensions["postman"].start()
