"""The HTTP API: one blueprint a file, views of a few lines. /api/v4 is put in front of each here."""

from flask import Flask

from app.api import (
    addresses,
    cards,
    coaches,
    directories,
    documentation,
    events,
    health,
    invites,
    labels,
    mails,
    members,
    passwords,
    people,
    registration,
    sessions,
    teams,
    training,
)


def init_app(app: Flask) -> None:
    for area in (registration, sessions, passwords, addresses):
        app.register_blueprint(area.bp, url_prefix="/api/v4/auth")
    app.register_blueprint(invites.bp, url_prefix="/api/v4/admin/invites")
    app.register_blueprint(people.bp, url_prefix="/api/v4/admin/users")
    for area in (coaches, events, mails):
        app.register_blueprint(area.bp, url_prefix="/api/v4/admin")
    app.register_blueprint(teams.bp, url_prefix="/api/v4/admin/teams/invitations")
    app.register_blueprint(cards.bp, url_prefix="/api/v4/members")
    for area in (labels, members, training, directories, documentation):
        app.register_blueprint(area.bp, url_prefix="/api/v4")
    app.register_blueprint(health.bp)
