"""The desk of those who run the place: a file for each of its pages."""

from flask import Blueprint

from app import links
from app.pages.desk import asking, coaches, guests, invitations, inviting, mails, people, person, team, trail, words

bp = Blueprint("desk", __name__, url_prefix="/desk")
for area in (inviting, invitations, guests, coaches, team, people, person, trail, mails):
    bp.register_blueprint(area.bp)

FILTERS = (
    links.qr_png,
    asking.listed_at,
    words.told,
    words.person_link,
    words.issuer,
    words.role_name,
    words.kind_name,
    words.letter_name,
    words.letter_state,
    words.people_left,
)
for each in FILTERS:
    bp.add_app_template_filter(each)
