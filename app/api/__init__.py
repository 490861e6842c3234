"""The HTTP API: one blueprint a file, views of a few lines. /api/v4 is put in front of each here."""

from flask import Flask

from app.api import documentation, health, invites, members, passwords, registration, sessions


def init_app(app: Flask) -> None:
    for area in (registration, sessions, passwords, members):
        app.register_blueprint(area.bp, url_prefix="/api/v4/auth")
    app.register_blueprint(invites.bp, url_prefix="/api/v4/admin/invites")
    app.register_blueprint(documentation.bp, url_prefix="/api/v4")
    app.register_blueprint(health.bp)
