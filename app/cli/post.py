"""The outbox at the terminal."""

import click
from flask import current_app

from app.cli.terminal import Commands, needs_schema

post = Commands("mail", help="The outbox.")


@post.command("work")
def work_mail() -> None:
    """Deliver everything that is due now."""
    needs_schema()
    click.echo(f"{current_app.extensions['postman'].work_off()} letters sent.")
