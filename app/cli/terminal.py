"""What all terminal commands share: how they refuse, and how they print."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import InterfaceError, OperationalError

from app import errors, schema
from app.sentences import SENTENCES
from app.unit import open_unit
from core import names
from core.errors import Refusal
from core.unit import TERMINAL, Unit

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
F = TypeVar("F", bound=Callable[..., Any])


class PlainSpoken(click.Command):
    """Says what is wrong in one line: refusals, and a database that is away or has no tables yet."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            settings = ctx.ensure_object(ScriptInfo).load_app().extensions["settings"]
            faults = errors.fields_at_fault(refusal, settings.policy)
            details = [f"{field}: {' '.join(said)}" for field, said in faults.items()]
            raise click.ClickException("\n".join([SENTENCES[refusal.code], *details])) from None
        except (OperationalError, InterfaceError) as error:
            said = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(f"The database cannot serve right now: {said}") from None


class Commands(PlainSpoken, AppGroup):
    """Commands that belong together."""


class Lifetime(click.ParamType):
    """7d, 12h, 30m, 90s, or never."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value is None or value == "never" or isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([smhd]?)", str(value))
        if not found or not int(found[1]):
            self.fail("must be a duration such as 7d, 12h or 30m, or never", param, ctx)
        return timedelta(seconds=int(found[1]) * UNITS[found[2] or "s"])


class Name(click.ParamType):
    """Something that people read."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if not 0 < len(text) <= 120 or names.has_hidden_characters(text):
            self.fail("must be 1 to 120 visible characters", param, ctx)
        return text


def as_json(command: F) -> F:
    return click.option("--json", "json_", is_flag=True, help="Print one JSON line.")(command)


@contextmanager
def operating() -> Iterator[Unit]:
    """A unit for the operator, on a database that is up to date."""
    needs_schema()
    with open_unit(name=TERMINAL) as unit:
        yield unit


def needs_schema() -> None:
    if not schema.is_current():
        raise click.ClickException(SENTENCES["schema_not_current"])


def done(json_: bool, text: str, **data: Any) -> None:
    click.echo(json.dumps(data) if json_ else text)


def table(titles: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    for row in [titles, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
