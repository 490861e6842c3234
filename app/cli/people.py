"""People at the terminal."""

import json

import click

from app import desk
from app.cli.terminal import Commands, as_json, done, operating, table
from core import addresses, granting, revocation, roles, users
from core import people as core_people

people = Commands("users", help="People: list, grant and revoke roles, deactivate.")


@people.command("list")
@as_json
def list_users(json_: bool) -> None:
    """Everybody, oldest account first."""
    with operating() as unit:
        found = users.list_all(unit.look)
    if json_:
        click.echo(json.dumps({"items": [vars(each) for each in found]}, default=str))
        return
    rows = [
        [
            str(each.id),
            each.login,
            each.email,
            "proven" if each.email_verified else "",
            ",".join(each.roles),
            "" if each.is_active else "deactivated",
        ]
        for each in found
    ]
    table(["ID", "LOGIN", "E-MAIL", "", "ROLES", ""], rows)


@people.command("grant")
@click.argument("login")
@click.argument("role", type=click.Choice(roles.ALL))
@as_json
def grant_role(login: str, role: str, json_: bool) -> None:
    """Give somebody a role."""
    with operating() as unit:
        user = users.get_by_login(unit.look, login)
        granting.grant_roles(unit, user.id, [role])
    done(json_, f"{user.login} is now {role}.", login=user.login, role=role)


@people.command("revoke")
@click.argument("login")
@click.argument("role", type=click.Choice(roles.ALL))
@as_json
def revoke_role(login: str, role: str, json_: bool) -> None:
    """Take a role away from somebody."""
    with operating() as unit:
        user = users.get_by_login(unit.look, login)
        revocation.revoke_role(unit, user.id, role)
    done(json_, f"{user.login} is no longer {role}.", login=user.login, role=role)


@people.command("deactivate")
@click.argument("login")
@as_json
def deactivate_user(login: str, json_: bool) -> None:
    """Close somebody's account: signed out everywhere at once, their open invite links revoked."""
    with operating() as unit:
        user = users.get_by_login(unit.look, login)
        revoked = revocation.deactivate(unit, user.id)
    text = f"{user.login} is deactivated; {revoked} open invite links of theirs were revoked."
    done(json_, text, login=user.login, active=False, invites_revoked=revoked)


@people.command("activate")
@click.argument("login")
@as_json
def activate_user(login: str, json_: bool) -> None:
    """Open a closed account again."""
    with operating() as unit:
        user = users.get_by_login(unit.look, login)
        revocation.activate(unit, user.id)
    done(json_, f"{user.login} is active again.", login=user.login, active=True)


@people.command("prove-address")
@click.argument("login")
@as_json
def prove_address(login: str, json_: bool) -> None:
    """Note that somebody's e-mail address is theirs, when you know it and no letter reaches them."""
    with operating() as unit:
        user = users.get_by_login(unit.look, login)
        addresses.prove_by_hand(unit, user.id)
    done(json_, f"{user.email} is confirmed for {user.login}.", login=user.login, email_verified=True)


@people.command("reset-link")
@click.argument("login")
@as_json
def make_reset_link(login: str, json_: bool) -> None:
    """Print a link with which somebody sets a new password, for when mail is not an option. It is shown this once."""
    with operating() as unit:
        skater_id = users.get_by_login(unit.look, login).skater_id
        made = core_people.make_reset_link(unit, None, skater_id)
    answer = desk.reset_link(made)
    if json_:
        click.echo(answer.model_dump_json())
        return
    click.echo(answer.reset_url)
    click.echo(f"For {made.login}, once, until {made.expires_at:%Y-%m-%d %H:%M} UTC.", err=True)
