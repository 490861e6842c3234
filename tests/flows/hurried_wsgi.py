"""The product with shorter patience and nothing else changed, so that a test need not wait a minute for a lease to end.

A file named by DIES_AT makes the next process die, as with kill -9, between the mail server's yes and noting it.
"""

import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import core.mail
from app import create_app, extensions, postman
from app.settings import from_environment

LEASE_SECONDS = 3

settings = from_environment()
pauses = (timedelta(seconds=1),)
policy = replace(settings.policy, letter_lease=timedelta(seconds=LEASE_SECONDS), letter_pauses=pauses)
extensions.SMTP_TIMEOUT = 1.0
postman.LOOK_AGAIN_SECONDS = 1.0
settle = core.mail.settle


def die_or_settle(*what: Any) -> None:
    try:
        Path(os.environ.get("DIES_AT", "/nowhere")).unlink()
    except FileNotFoundError:
        settle(*what)
    else:
        os.kill(os.getpid(), signal.SIGKILL)


core.mail.settle = die_or_settle

app = create_app(replace(settings, policy=policy))
