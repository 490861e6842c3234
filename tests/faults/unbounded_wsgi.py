"""The control of an overload: the product hashes as many passwords at a time as it has threads, and whoever finds them
all at it waits."""

from dataclasses import replace

from app import create_app
from app.settings import from_environment

settings = from_environment()

app = create_app(replace(settings, policy=replace(settings.policy, hash_slots=64, hash_queue=10_000)))
