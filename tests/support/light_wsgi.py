"""The product with a cheap hash and nothing else changed: what races waits for the database, not for a core."""

from dataclasses import replace

from app import create_app
from app.settings import from_environment
from core.policy import HashCost

settings = from_environment()
policy = replace(settings.policy, hash_cost=HashCost(time=1, memory_kib=8, lanes=1), hash_slots=4)

app = create_app(replace(settings, policy=policy))
