"""The product with every logger at its most talkative, the database's statements and their values included, and nothing
hushed afterwards: what must not be said is not said in the first place."""

import logging

logging.getLogger().setLevel(logging.DEBUG)
logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)

from app import create_app, logs  # noqa: E402
from app.extensions import db  # noqa: E402

logs._hush = lambda record: None
app = create_app()
with app.app_context():
    db.engine.hide_parameters = False
