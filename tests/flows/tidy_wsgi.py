"""The product with a housekeeper in a hurry and nothing else changed."""

from app import create_app, housekeeper

housekeeper.FIRST_AFTER_SECONDS = housekeeper.EVERY_SECONDS = 0.3

app = create_app()
