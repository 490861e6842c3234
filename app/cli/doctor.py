"""What is wrong with this installation, and what to do, at the terminal."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, FlaskGroup, with_appcontext

from app.cli.terminal import as_json
from app.doctor import configuration
from app.doctor.findings import FAULT, OK, SEVERITIES, Finding
from app.doctor.patient import Patient
from app.doctor.rounds import examine
from app.settings import BadSettings

BAD_SETTINGS = "bad_settings"
Found = tuple[str, list[Finding]]


@click.command("doctor")
@click.option("--mail-to", metavar="ADDRESS", help="Send a test letter there.")
@click.option("--url", metavar="URL", help="Ask the product at this address in place of BASE_URL.")
@as_json
@with_appcontext
def see_doctor(mail_to: str | None, url: str | None, json_: bool) -> None:
    """Look at everything, and say what is wrong and what to do. Changes nothing; ends with 1 if there is a fault."""
    found: list[Found] = []
    for area, findings in _examined(current_app._get_current_object(), mail_to, url):  # type: ignore[attr-defined]
        found.append((area, findings))
        click.echo(f"{area} …", err=True) if json_ else _show(area, findings)
    if json_:
        click.echo(json.dumps(_told(found)))
    else:
        click.echo(_sum(found))
    if _count(found)[FAULT]:
        raise SystemExit(1)


def _examined(app: Flask, mail_to: str | None, url: str | None) -> Iterable[Found]:
    if bad := app.extensions.get(BAD_SETTINGS):
        return [("settings", configuration.faults_in(bad))]
    settings, instance = app.extensions["settings"], Path(app.instance_path)
    return examine(app, Patient(settings, os.environ, instance, url=url, mail_to=mail_to))


def _show(area: str, findings: list[Finding]) -> None:
    for each in findings:
        mark = each.severity if each.severity != FAULT else each.severity.upper()
        click.echo(f"{mark:<8} {area:<11} {each.says}")
        if each.do:
            click.echo(f"{'':<20} → {each.do}")


def _told(found: list[Found]) -> dict[str, object]:
    findings = [{"area": area, **asdict(each)} for area, all_ in found for each in all_]
    counts = _count(found)
    return {
        "healthy": not counts[FAULT],
        **{f"{severity}s": counts[severity] for severity in SEVERITIES if severity != OK},
        "findings": findings,
    }


def _count(found: list[Found]) -> dict[str, int]:
    severities = [each.severity for _, findings in found for each in findings]
    return {severity: severities.count(severity) for severity in SEVERITIES}


def _sum(found: list[Found]) -> str:
    counts = {severity: number for severity, number in _count(found).items() if number and severity != OK}
    said = [f"{number} {severity}{'' if number == 1 else 's'}" for severity, number in reversed(counts.items())]
    return f"\n{', '.join(said) or 'Nothing to say'}."


class Bedside(AppGroup):
    """The commands of a product that cannot start: the doctor; all others say why."""

    def __init__(self, bad: BadSettings) -> None:
        super().__init__()
        self._bad = bad

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name == see_doctor.name:
            return see_doctor
        raise self._bad

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [str(see_doctor.name)]


def receive(bad: BadSettings) -> Flask:
    """In place of the product, for `flask` while it looks for a command; everybody else is told at once."""
    context = click.get_current_context(silent=True)
    if context is None or not isinstance(context.command, FlaskGroup):
        raise bad
    app = Flask("app")
    app.cli = Bedside(bad)
    app.extensions[BAD_SETTINGS] = bad
    return app
