"""The least that a Flask application can be: one view that answers constant JSON."""

from types import SimpleNamespace
from typing import Any

from flask import Flask, jsonify

app = Flask(__name__)
for each in ("postman", "housekeeper"):  # gunicorn.conf.py starts the product's
    app.extensions[each] = SimpleNamespace(start=lambda: None)


@app.get("/healthz")
def constant() -> Any:
    return jsonify(status="ok")
