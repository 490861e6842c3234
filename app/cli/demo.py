"""A club to look around in, at the terminal."""

import json
from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from app import demo
from app.cli.terminal import PlainSpoken, as_json, operating, table
from app.demo import Filled

NOT_IN_PRODUCTION = "The demo's accounts all have one known password: not in production."
NOT_BESIDE_OTHERS = (
    "There are accounts in this database already. The demo wants one of its own: set DATABASE_URL to a fresh one, such "
    "as sqlite:////tmp/demo.sqlite3, run db upgrade, and then this again."
)


@click.command("demo", cls=PlainSpoken)
@as_json
@with_appcontext
def show_demo(json_: bool) -> None:
    """Fill an empty development database with a club, its people and a season of theirs."""
    if current_app.extensions["settings"].production:
        raise click.ClickException(NOT_IN_PRODUCTION)
    with operating() as unit:
        if not demo.has_room(unit):
            raise click.ClickException(NOT_BESIDE_OTHERS)
        filled = demo.fill(unit)
    if json_:
        click.echo(json.dumps(_told(filled)))
    else:
        _show(filled)


def _told(filled: Filled) -> dict[str, object]:
    return {
        "password": filled.password,
        "people": [{"login": each.login, "email": each.email, "told": each.told} for each in filled.people],
        "links": [asdict(each) for each in filled.links],
        "shared_card": filled.shared_card,
    }


def _show(filled: Filled) -> None:
    table(["LOGIN", "WHO"], [[each.login, each.told] for each in filled.people])
    click.echo(f"\nEverybody's password: {filled.password}\n")
    table(["LINK", "STATE", "WHAT FOR", ""], [[each.kind, each.state, each.told, each.url] for each in filled.links])
    click.echo(f"\nA shared skater card: {filled.shared_card}")
