"""The pytest plugin, used as whoever builds on the product uses it: in a project of their own."""

import subprocess
import sys
from pathlib import Path

from tests.support.servers import ROOT

CONFTEST = """
import pytest

pytest_plugins = ["app.testing"]
"""

TESTS = """
import pytest

AUTH = "/api/v4/auth"


def register(browser, login, token):
    form = {"aLogin": login, "aEmail": f"{login}@rink.test", "aPasswordHash": "figure eights at noon"}
    return browser.post(f"{AUTH}/register", json={**form, "invite_token": token})


def test_a_coach_comes_in_by_a_link(vestibule):
    link = vestibule.invite(roles=["coach"])
    assert register(vestibule.browser(), "cas", link.token).status_code == 200
    assert vestibule.browser().get(link.url).status_code == 403

    cas = vestibule.login_as("cas", password="figure eights at noon")
    assert cas.get(f"{AUTH}/session").json["roles"] == ["adult", "coach"]


def test_an_invite_runs_out(vestibule):
    link = vestibule.invite(max_uses=2)
    assert register(vestibule.browser(), "one", link.token).status_code == 200
    vestibule.clock.later(days=8)
    refused = register(vestibule.browser(), "two", link.token)
    assert (refused.status_code, refused.json["code"]) == (403, "invite_expired")


def test_a_forgotten_password_is_set_anew_by_mail(vestibule):
    vestibule.login_as("Ben")
    asked = vestibule.browser().post(f"{AUTH}/reset-request", json={"email": "ben@club.test"})
    assert asked.status_code == 200

    link = vestibule.mailbox.link("ben@club.test")
    token = link.partition("token=")[2]
    body = {"token": token, "new_password": "waltz jumps at dawn"}
    assert vestibule.browser().post(f"{AUTH}/reset-confirm", json=body).status_code == 200
    subjects = [letter.subject for letter in vestibule.mailbox.letters("ben@club.test")]
    assert subjects == ["Set a new password", "Your password was changed"]
    assert vestibule.mailbox.letters("nobody@club.test") == []


@pytest.mark.parametrize("again", [1, 2])
def test_each_test_has_a_house_of_its_own(vestibule, again):
    ann = vestibule.login_as("Ann", "admin")
    assert len(ann.get("/api/v4/admin/users").json["items"]) == 1
    assert ann.post("/api/v4/admin/invites", json={}).status_code == 201
    assert vestibule.login_as("Ann").get("/api/v4/admin/users").status_code == 200
    assert vestibule.login_as("Cas").get("/api/v4/admin/users").status_code == 403


@pytest.fixture
def vestibule_settings():
    return {"base_url": "https://rink.test"}


def test_settings_are_yours(vestibule):
    assert vestibule.invite().url.startswith("https://rink.test/join?token=")
"""


def test_a_project_of_its_own_can_test_against_the_product(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_rink.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert "6 passed" in done.stdout, done.stdout + done.stderr
