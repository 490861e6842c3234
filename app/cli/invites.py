"""Invite links at the terminal."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from app import links
from app.cli.terminal import Commands, Lifetime, as_json, done, operating, table
from app.languages import CODES
from app.wire.invites import Invites, shown
from core import invitations, roles, trail

GRANTED_BY_LINK = (*roles.MEMBERS, "admin", "owner")

invites = Commands("invites", help="Invite links: make, list, revoke.")


@invites.command("create")
@click.option("--max-uses", type=click.IntRange(0, 100_000), default=1, show_default=True, help="0: without limit.")
@click.option("--expires-in", type=Lifetime(), default="7d", show_default=True, help="7d, 12h, 30m, or never.")
@click.option(
    "--role", "granted", type=click.Choice(GRANTED_BY_LINK), multiple=True, help="May be given several times."
)
@click.option("--note", help="For yourself: what it is for.")
@click.option("--language", type=click.Choice(CODES), help="What whoever has the link is spoken to in.")
@as_json
def create_invite(
    max_uses: int, expires_in: Any, granted: tuple[str, ...], note: str | None, language: str | None, json_: bool
) -> None:
    """Make an invite link and print it. It is shown this once."""
    with operating() as unit:
        end = None if expires_in == "never" else unit.now + expires_in
        about = {"max_uses": max_uses, "note": note, "language": language}
        issued = invitations.issue(unit, roles=granted, expires_at=end, **about)
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
    with operating() as unit:
        page: Invites = shown(trail.list_issued(unit, status=status, limit=limit + 1), limit)
    if json_:
        click.echo(page.model_dump_json())
        return
    rows = [
        [str(i.id), i.status, f"{i.uses}/{i.max_uses or '∞'}", _moment(i.expires_at), ",".join(i.roles), i.note or ""]
        for i in page.items
    ]
    table(["ID", "STATUS", "USED", "ENDS", "ROLES", "NOTE"], rows)


@invites.command("revoke")
@click.argument("invite_id", type=click.UUID, metavar="ID")
@as_json
def revoke_invite(invite_id: UUID, json_: bool) -> None:
    """End an invite link at once."""
    with operating() as unit:
        invitations.revoke(unit, invite_id)
    done(json_, f"Revoked {invite_id}.", id=str(invite_id))


def _uses(max_uses: int) -> str:
    return {0: "Any number of uses", 1: "One use"}.get(max_uses, f"{max_uses} uses")


def _until(moment: datetime | None) -> str:
    return "without end" if moment is None else f"until {_moment(moment)}"


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
