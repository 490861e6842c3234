"""Pages are tested in worlds of other settings as well."""

from tests.api.conftest import new_world

__all__ = ["new_world"]
