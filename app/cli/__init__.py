"""The terminal commands: what an operator does without a browser. `--json` prints one line for scripts."""

from flask import Flask

from app.cli.invites import invites
from app.cli.people import people
from app.cli.places import clubs, record_labels
from app.cli.post import post
from app.cli.reference import directories

GROUPS = (invites, people, clubs, record_labels, directories, post)


def init_app(app: Flask) -> None:
    for group in GROUPS:
        app.cli.add_command(group)
