"""The terminal commands: what an operator does without a browser. `--json` prints one line for scripts."""

import click
from flask import Flask
from flask.cli import AppGroup

from app import schema


class Terminal(AppGroup):
    """Loads the commands when the terminal asks for one: a server needs neither them nor what they need."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.name)
        self._app = app
        self._is_loaded = False

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        self._load()
        return super().get_command(ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def _load(self) -> None:
        if self._is_loaded:
            return
        from app.cli import commands

        self._is_loaded = True
        schema.init_app(self._app)
        for command in (*commands.GROUPS, *commands.ALONE):
            self.add_command(command)


def init_app(app: Flask) -> None:
    app.cli = Terminal(app)
