"""The pages for people: forms that work without script, on the same core functions as the API."""

from flask import Flask


def init_app(app: Flask) -> None: ...
