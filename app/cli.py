"""The terminal commands: what an operator does without a browser. `--json` prints one line for scripts."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.exc import InterfaceError, OperationalError

from app import errors, links, schema
from app.unit import look, open_unit
from app.wire.invites import Invites, shown
from core import invitations, roles, users
from core.errors import Refusal

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
GRANTED_BY_LINK = (*roles.MEMBERS, "admin")
F = TypeVar("F", bound=Callable[..., Any])


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


class Commands(AppGroup):
    """Says what is wrong in one line: refusals, and a database that is away or has no tables yet."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            faults = errors.fields_at_fault(refusal, current_app.extensions["settings"].policy)
            details = [f"{field}: {' '.join(said)}" for field, said in faults.items()]
            raise click.ClickException("\n".join([errors.SENTENCES[refusal.code], *details])) from None
        except (OperationalError, InterfaceError) as error:
            said = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(f"The database cannot serve right now: {said}") from None


def as_json(command: F) -> F:
    return click.option("--json", "json_", is_flag=True, help="Print one JSON line.")(command)


invites = Commands("invites", help="Invite links: make, list, revoke.")
people = Commands("users", help="People: list, grant roles, deactivate.")
post = Commands("mail", help="The outbox.")


def init_app(app: Flask) -> None:
    for group in (invites, people, post):
        app.cli.add_command(group)


@invites.command("create")
@click.option("--max-uses", type=click.IntRange(0, 100_000), default=1, show_default=True, help="0: without limit.")
@click.option("--expires-in", type=Lifetime(), default="7d", show_default=True, help="7d, 12h, 30m, or never.")
@click.option(
    "--role", "granted", type=click.Choice(GRANTED_BY_LINK), multiple=True, help="May be given several times."
)
@click.option("--note", help="For yourself: what it is for.")
@as_json
def create_invite(max_uses: int, expires_in: Any, granted: tuple[str, ...], note: str | None, json_: bool) -> None:
    """Make an invite link and print it. It is shown this once."""
    _needs_schema()
    with open_unit(name="cli") as unit:
        end = None if expires_in == "never" else unit.now + expires_in
        issued = invitations.issue(unit, roles=granted, max_uses=max_uses, expires_at=end, note=note)
    answer = links.invite(issued)
    if json_:
        click.echo(answer.model_dump_json())
        return
    click.echo(answer.invite_url)
    click.echo(f"{_uses(max_uses)}, {_until(answer.expires_at)}. Revoke with: invites revoke {issued.id}", err=True)


@invites.command("list")
@click.option("--status", type=click.Choice(invitations.STATUSES))
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@as_json
def list_invites(status: str | None, limit: int, json_: bool) -> None:
    """What was issued, newest first."""
    _needs_schema()
    with open_unit(name="cli") as unit:
        page: Invites = shown(invitations.list_issued(unit, status=status, limit=limit + 1), limit)
    if json_:
        click.echo(page.model_dump_json())
        return
    rows = [
        [str(i.id), i.status, f"{i.uses}/{i.max_uses or '∞'}", _moment(i.expires_at), ",".join(i.roles), i.note or ""]
        for i in page.items
    ]
    _table(["ID", "STATUS", "USED", "ENDS", "ROLES", "NOTE"], rows)


@invites.command("revoke")
@click.argument("invite_id", type=click.UUID, metavar="ID")
@as_json
def revoke_invite(invite_id: UUID, json_: bool) -> None:
    """End an invite link at once."""
    _needs_schema()
    with open_unit(name="cli") as unit:
        invitations.revoke(unit, invite_id)
    _done(json_, f"Revoked {invite_id}.", id=str(invite_id))


@people.command("list")
@as_json
def list_users(json_: bool) -> None:
    """Everybody, oldest account first."""
    _needs_schema()
    found = users.list_all(look)
    if json_:
        click.echo(json.dumps({"items": [vars(each) for each in found]}, default=str))
        return
    rows = [
        [str(each.id), each.login, each.email, ",".join(each.roles), "" if each.is_active else "deactivated"]
        for each in found
    ]
    _table(["ID", "LOGIN", "E-MAIL", "ROLES", ""], rows)


@people.command("grant")
@click.argument("login")
@click.argument("role", type=click.Choice(roles.ALL))
@as_json
def grant_role(login: str, role: str, json_: bool) -> None:
    """Give somebody a role."""
    _needs_schema()
    with open_unit(name="cli") as unit:
        user = users.get_by_login(unit.look, login)
        users.grant_roles(unit, user.id, [role])
    _done(json_, f"{user.login} is now {role}.", login=user.login, role=role)


@people.command("deactivate")
@click.argument("login")
@as_json
def deactivate_user(login: str, json_: bool) -> None:
    """Close somebody's account: signed out everywhere at once, their open invite links revoked."""
    _needs_schema()
    with open_unit(name="cli") as unit:
        user = users.get_by_login(unit.look, login)
        revoked = users.deactivate(unit, user.id)
    text = f"{user.login} is deactivated; {revoked} open invite links of theirs were revoked."
    _done(json_, text, login=user.login, active=False, invites_revoked=revoked)


@people.command("activate")
@click.argument("login")
@as_json
def activate_user(login: str, json_: bool) -> None:
    """Open a closed account again."""
    _needs_schema()
    with open_unit(name="cli") as unit:
        user = users.get_by_login(unit.look, login)
        users.activate(unit, user.id)
    _done(json_, f"{user.login} is active again.", login=user.login, active=True)


@post.command("work")
def work_mail() -> None:
    """Deliver everything that is due now."""
    _needs_schema()
    click.echo(f"{current_app.extensions['postman'].work_off()} letters sent.")


def _needs_schema() -> None:
    if not schema.is_current():
        raise click.ClickException(errors.SENTENCES["schema_not_current"])


def _done(json_: bool, text: str, **data: Any) -> None:
    click.echo(json.dumps(data) if json_ else text)


def _table(titles: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    for row in [titles, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _uses(max_uses: int) -> str:
    return {0: "Any number of uses", 1: "One use"}.get(max_uses, f"{max_uses} uses")


def _until(moment: datetime | None) -> str:
    return "without end" if moment is None else f"until {_moment(moment)}"


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
