"""What skaters choose from, at the terminal: rinks, clubs, coaches and kinds from a file."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from app.cli.terminal import Commands, as_json, operating
from app.wire import reference as wire
from app.wire.csv_files import BadFile
from app.wire.reference import Problem
from core import reference
from core.reference import Given, Plan

KIND = click.argument("kind", type=click.Choice(list(reference.KINDS)))

directories = Commands("reference", help="Rinks, clubs, coaches, kinds of ice time and of events from CSV files.")


@directories.command("load")
@KIND
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@as_json
def load_reference(kind: str, file: Path, dry_run: bool, json_: bool) -> None:
    """Load a file, all of it or nothing: rows that are there already are brought up to date."""
    rows, problems = _read(kind, file)
    with operating() as unit:
        plan = reference.compare(unit, kind, rows)
        problems = sorted([*problems, *map(wire.problem, plan.faults)], key=lambda problem: problem.line)
        if not problems and not dry_run:
            reference.carry_out(unit, plan, _progress(len(plan.added) + len(plan.changed)))
    if json_:
        click.echo(json.dumps(_told(plan, problems, dry_run)))
    if problems:
        _refuse(file, problems)
    if not json_:
        click.echo(_summary(plan, dry_run))


@directories.command("template")
@KIND
@as_json
def show_template(kind: str, json_: bool) -> None:
    """Print the first line of a file of this kind."""
    columns = wire.columns(kind)
    click.echo(json.dumps({"kind": kind, "columns": columns}) if json_ else ",".join(columns))


def _read(kind: str, file: Path) -> tuple[list[Given], list[Problem]]:
    try:
        return wire.rows(kind, file.read_bytes())
    except BadFile as bad:
        raise click.ClickException(f"{file} {bad}") from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from None


def _progress(total: int) -> Callable[[int], None]:
    """On standard error, for files that take their time."""

    def show(written: int) -> None:
        if total > reference.BATCH:
            click.echo(f"{written} of {total} rows written …", err=True)

    return show


def _told(plan: Plan, problems: list[Problem], dry_run: bool) -> dict[str, object]:
    done = {"added": len(plan.added), "changed": len(plan.changed), "unchanged": plan.unchanged}
    return {
        "kind": plan.kind,
        "dry_run": dry_run,
        **(dict.fromkeys(done, 0) if problems else done),
        "errors": [asdict(each) for each in problems],
    }


def _refuse(file: Path, problems: list[Problem]) -> None:
    for each in problems:
        where = f"line {each.line}, {each.column}" if each.column else f"line {each.line}"
        click.echo(f"{where}: {each.reason}", err=True)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise click.ClickException(f"{count} in {file}: nothing was loaded.")


def _summary(plan: Plan, dry_run: bool) -> str:
    counts = f"{len(plan.added)} added, {len(plan.changed)} changed, {plan.unchanged} unchanged"
    return f"{plan.kind}: {counts}{' if it were loaded' if dry_run else ''}."
