"""Housekeeping at the terminal."""

import time
from collections import Counter

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.terminal import PlainSpoken, as_json, done, needs_schema, operating
from app.housekeeper import in_words
from core import housekeeping

TELL_SECONDS = 1.0


@click.command("housekeeping", cls=PlainSpoken)
@click.option("--dry-run", is_flag=True, help="Only count what would be removed.")
@as_json
@with_appcontext
def tidy_up(dry_run: bool, json_: bool) -> None:
    """Remove what is dead: sessions, one-use tokens, attempt counters, letters of long ago."""
    needs_schema()
    found = _count() if dry_run else current_app.extensions["housekeeper"].tidy(_Progress())
    what = in_words(found)
    said = f"{'Would remove' if dry_run else 'Removed'} {what}." if what else "There was nothing to remove."
    done(json_, said, dry_run=dry_run, **found)


def _count() -> Counter[str]:
    with operating() as unit:
        return Counter({table: housekeeping.count_dead(unit, table) for table in housekeeping.SWEPT})


class _Progress:
    """Says on standard error, once in a while, how far it is."""

    def __init__(self) -> None:
        self._gone: Counter[str] = Counter()
        self._told = time.monotonic()

    def __call__(self, table: str, removed: int) -> None:
        self._gone[table] += removed
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            click.echo(f"{in_words(self._gone)} so far …", err=True)
