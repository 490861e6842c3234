"""The product with every logger at its most talkative, the database's statements and their values included."""

import logging

logging.basicConfig(level=logging.DEBUG)
logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)

from app import create_app  # noqa: E402

app = create_app()
