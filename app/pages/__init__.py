"""The pages for people: forms that work without script, on the same core functions as the API."""

from flask import Flask

from app import links
from app.pages import home, invites, joining, labels, reading, recovery, signing_in, words


def init_app(app: Flask) -> None:
    for area in (joining, signing_in, recovery, home, invites, labels):
        app.register_blueprint(area.bp)
    app.jinja_env.filters.update(
        moment=words.moment,
        device=words.device,
        marked=words.marked,
        listed=words.listed,
        chapters=reading.chapters,
        qr_picture=links.qr_picture,
    )
