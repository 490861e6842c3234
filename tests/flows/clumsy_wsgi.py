"""The product with bugs: errors that quote what was sent, in a view, on the way out, and in the database's words."""

from flask import Response, request
from sqlalchemy import text

from app import create_app
from app.extensions import db

app = create_app()


@app.post("/clumsy/view")
def view() -> Response:
    raise ValueError(f"cannot make sense of {request.json!r}")


@app.post("/clumsy/database")
def database() -> Response:
    with db.engine.begin() as connection:
        connection.execute(text('INSERT INTO "uAuthTable" SELECT * FROM "uAuthTable"'))
    return Response()


@app.post("/clumsy/answer")
def answer() -> Response:
    return Response()


@app.after_request
def forward(response: Response) -> Response:
    if request.path == "/clumsy/answer":
        raise ValueError(f"cannot send {request.get_data(as_text=True)}")
    return response
