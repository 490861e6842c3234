"""What the product decides, without a web framework.

May import the standard library, sqlalchemy, argon2 and core: nothing else. Routes (app/) translate requests
into calls of these functions; nothing in here knows HTTP, JSON, cookies or templates. tests/house keeps it so.
"""
