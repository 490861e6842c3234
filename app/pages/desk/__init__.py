"""The desk of those who run the place: a file for each of its pages."""

from flask import Blueprint

from app.pages.desk import inviting

bp = Blueprint("desk", __name__, url_prefix="/desk")
for area in (inviting,):
    bp.register_blueprint(area.bp)
