"""What people belong to, at the terminal."""

import click

from app.cli.terminal import Commands, Name, as_json, done, operating
from core import labels, tenants

clubs = Commands("tenants", help="Clubs, schools and rinks.")
record_labels = Commands("labels", help="Labels.")


@clubs.command("create")
@click.argument("name", type=Name())
@as_json
def create_tenant(name: str, json_: bool) -> None:
    """Make a club, school or rink that coaches can be invited to."""
    with operating() as unit:
        tenant_id = tenants.create(unit, name)
    done(json_, f"{name} has the id {tenant_id}.", id=str(tenant_id), name=name)


@record_labels.command("create")
@click.option("--owner", required=True, help="The login of whoever invites artists to it.")
@click.argument("name", type=Name())
@as_json
def create_label(owner: str, name: str, json_: bool) -> None:
    """Make a label of this owner, who gets the role for it."""
    with operating() as unit:
        label_id = labels.create(unit, name, owner)
    done(json_, f"{name} has the id {label_id}.", id=str(label_id), name=name, owner=owner)
