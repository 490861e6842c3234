"""`python wsgi.py`: the product on one's own machine, with nothing to install, start or configure beside it."""

import os
import sys
from collections import deque
from dataclasses import replace

from flask import Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_mail import Message, email_dispatched
from werkzeug.serving import WSGIRequestHandler, make_server

from app import links
from app.languages import ENGLISH, spoken
from app.redaction import redact
from app.settings import BadSettings, Settings, from_environment
from app.unit import open_unit
from core import first_admin
from core.errors import NotFound
from core.unit import TERMINAL

KEPT = 100


class Mailbox:
    """Catches the letters that would have been sent. In memory: gone when the process ends."""

    def __init__(self) -> None:
        self._letters: deque[Message] = deque(maxlen=KEPT)

    def catch(self, _: Flask, message: Message) -> None:
        self._letters.appendleft(message)

    def show(self) -> str:
        """All letters, newest first, as text. For developers, and so in the language of the code."""
        spoken.insist(ENGLISH)
        return render_template("pages/mailbox.html", letters=list(self._letters))

    def show_one(self, key: str) -> ResponseReturnValue:
        """One letter's HTML part, as its reader sees it."""
        for letter in list(self._letters):
            if letter.msgId == f"<{key}>":
                answer = make_response(letter.html)
                answer.headers["Content-Language"] = letter.extra_headers["Content-Language"]
                answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
                return answer
        raise NotFound


def init_app(app: Flask) -> None:
    """Catch all mail and show it at /dev/mailbox."""
    mailbox = app.extensions["mailbox"] = Mailbox()
    email_dispatched.connect(mailbox.catch, app)
    app.add_url_rule("/dev/mailbox", "mailbox", mailbox.show)
    app.add_url_rule("/dev/mailbox/<path:key>", "mailbox_letter", mailbox.show_one)


def serve() -> None:
    """Bring the database up to date if it is our own, say where everything is, and serve until interrupted."""
    from app import create_app, schema

    try:
        settings = _settings()
    except BadSettings as bad:
        sys.exit(bad.message)
    app = create_app(settings)
    with app.app_context():
        if settings.database.get_backend_name() == "sqlite":
            schema.upgrade()
        elif not schema.is_current():
            sys.exit("The database needs its migrations first: flask --app wsgi db upgrade")
        _greet(settings)
    host, port = os.environ.get("HOST", "127.0.0.1"), _port()
    make_server(host, port, app, threaded=True, request_handler=_DiscreetHandler).serve_forever()


class _DiscreetHandler(WSGIRequestHandler):
    """Logs requests without their query and the tokens in their path."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.log("info", '"%s %s" %s', self.command, redact(self.path.partition("?")[0]), code)


def _settings() -> Settings:
    settings = from_environment()
    if settings.production:
        sys.exit("python wsgi.py is for development. In production: gunicorn wsgi:app")
    if not os.environ.get("BASE_URL"):
        base = f"http://localhost:{_port()}"
        given = os.environ.get("RESET_URL_BASE")
        settings = replace(
            settings, base_url=base, reset_url_base=settings.reset_url_base if given else f"{base}/reset"
        )
    return replace(settings, development_mailbox=settings.mail_server is None)


def _port() -> int:
    try:
        return int(os.environ.get("PORT") or 5000)
    except ValueError:
        sys.exit("PORT must be a number, such as 5001")


def _greet(settings: Settings) -> None:
    with open_unit(name=TERMINAL) as unit:
        offered = first_admin.offer(unit)
    print(f"\n  The front door is open:   {settings.base_url}")
    print(f"  The API, to read and try: {settings.base_url}/api/v4/docs")
    if settings.development_mailbox:
        print(f"  Mail is caught here:      {settings.base_url}/dev/mailbox")
    if offered:
        print("\n  There is no admin yet. Open this link to become the first (it works once, for 7 days):\n")
        print(f"  {links.invite(offered).invite_url}\n")
    print("  Stop with Ctrl+C.\n", flush=True)
