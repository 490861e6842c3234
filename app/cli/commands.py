"""All terminal commands but `db`, which app/schema.py adds."""

from app.cli.demo import show_demo
from app.cli.doctor import see_doctor
from app.cli.housekeeping import tidy_up
from app.cli.invites import invites
from app.cli.people import people
from app.cli.places import clubs, record_labels
from app.cli.post import post
from app.cli.reference import directories

GROUPS = (invites, people, clubs, record_labels, directories, post)
ALONE = (show_demo, see_doctor, tidy_up)
"""Commands that belong to no group."""
