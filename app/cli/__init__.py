"""The terminal commands: what an operator does without a browser. `--json` prints one line for scripts."""

from flask import Flask

from app.cli.demo import show_demo
from app.cli.invites import invites
from app.cli.people import people
from app.cli.places import clubs, record_labels
from app.cli.post import post
from app.cli.reference import directories

GROUPS = (invites, people, clubs, record_labels, directories, post)
ALONE = (show_demo,)
"""Commands that belong to no group."""


def init_app(app: Flask) -> None:
    for command in (*GROUPS, *ALONE):
        app.cli.add_command(command)
