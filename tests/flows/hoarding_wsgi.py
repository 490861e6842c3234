"""The product, which holds all rows of a long list in memory at once: what it would cost."""

from app import create_app, unit

unit.BATCH = 10**9
app = create_app()
