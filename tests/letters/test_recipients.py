"""A letter goes to one address: the stored one of whom it is about. What people type decides about nothing else in it.

LONG=1 tries many more; SEED=… repeats a run.
"""

import re
from email.utils import getaddresses
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from app.letters import WRITERS
from app.quoting import WORD_JOINER, unlinked
from app.wire.fields import address
from core.models import Invitation
from tests.support.examples import examples, say_seed
from tests.support.mailserver import Post
from tests.support.office import ADDRESSED, HEADERS, NEW, ROUTES, Office, on_the_wire, team_letter
from tests.support.routes import TEAM, USERS
from tests.support.world import AUTH, PASSWORD

KNOWN = ["cas@club.test", "Odd.Case@Club.Test", "kim@b\u00fccher.test", "lee@stra\u00dfe.test"]
EVES = ["eve@evil.test", "eve@strasse.test", "cas@evil.test"]
PARTS = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
JOINTS = [
    ",",
    ", ",
    ";",
    " ",
    "\r\nBcc: ",
    "\nTo: ",
    "\rCc:",
    "\0",
    "%0d%0aBcc:",
    "\u2028",
    "\x0b",
    ">,<",
    "@",
    "!",
    "\\,",
    "/",
]
WRAPPED = [
    "<{}>",
    "({0}){0}",
    "{}(eve@evil.test)",
    '"{}"',
    "Cas <{}>",
    '"a, b" <{}>',
    "=?utf-8?q?{}?=",
    "{}.",
    ".{}",
    "[{}]",
]
TWISTED = [
    lambda each: each.replace("@", "\uff20"),
    lambda each: each.replace("@", "\ufe6b"),
    lambda each: each.upper(),
    lambda each: each.replace("s", "\u017f").replace("k", "\u212a"),
    lambda each: each.replace("i", "\u0131"),
    lambda each: each.replace(".", "\u3002"),
    lambda each: each.replace("l", "\uff4c"),
    lambda each: each.replace("@", '"@"@'),
    lambda each: each.replace("@", "@xn--"),
    lambda each: each.replace("c", "c\u00ad\u200b\u0301"),
    lambda each: f"\u202e{each}",
    lambda each: "a" * 10_000 + each,
    lambda each: each + " " * 10_000,
    lambda each: each.partition("@")[0] + "@[127.0.0.1]",
    lambda each: '"' + each.partition("@")[0] + '"@' + each.partition("@")[2],
    lambda each: "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".test",
]
plain = st.sampled_from(KNOWN + EVES)
written = st.one_of(
    plain,
    st.tuples(plain, st.sampled_from(JOINTS), plain).map("".join),
    st.tuples(st.sampled_from(WRAPPED), plain).map(lambda two: two[0].format(two[1])),
    st.tuples(st.sampled_from(TWISTED), plain).map(lambda two: two[0](two[1])),
    st.text(
        st.sampled_from("abAB@.,;:<>()[]\"\\ \r\n\0%=?_{}!#$&'*+-/^`|~\u00df\u03c2\uff20\u0130\u0131"), max_size=40
    ),
    st.from_regex(
        r"[a-z!#$%&'*+/=?^_`{|}~.-]{1,12}@([a-z\u00df\u03c2\u00fc0-9-]{1,8}\.){1,2}(test|de)", fullmatch=True
    ),
)
anything = st.one_of(
    written,
    written,
    st.lists(written, max_size=3),
    st.dictionaries(plain, written, max_size=2),
    st.integers(),
    st.none(),
)


def check(post: Office, letter: Post) -> None:
    """One recipient, who is the subject; the usual headers, each once."""
    to = on_the_wire(post.subject(letter))
    assert letter.recipients == [to]
    assert sorted(letter.message.keys()) == HEADERS
    assert getaddresses([letter.message["To"]]) == [("", to)]
    assert letter.message["From"] == "noreply@skatetrax.com"
    assert [part.get_content_type() for part in letter.message.walk()] == PARTS


def join(post: Office, email: str) -> None:
    """Make an account of this address."""
    name = f"Guest of {email.partition('@')[2]}, {email.partition('@')[0]}"
    answer = post.world.somebody(name).register(post.world.invite(), aEmail=email)
    assert answer.status_code in {200, 409}, answer.text
    post.goes_out()


def test_whatever_is_typed_each_letter_has_one_recipient_who_is_its_subject(post: Office) -> None:
    for email in KNOWN[1:]:
        join(post, email)

    @examples(few=10, many=1500)
    @given(typed=anything)
    @example(typed="lee@stra\u00dfe.test")
    @example(typed="cas@club.test\r\nBcc: eve@evil.test")
    def ask_everywhere(typed: Any) -> None:
        for name, route in ADDRESSED.items():
            if name.endswith("page") and not isinstance(typed, str):
                continue
            answer = post.asked(*route(post, typed))
            assert answer.status_code < 500, (name, answer.text)
        for letter in post.goes_out():
            check(post, letter)
        if isinstance(typed, str):
            registered = post.world.somebody("Ben").register(
                post.world.invite(), aEmail=typed, aLogin=f"Ben {len(typed)}"
            )
            assert registered.status_code in {200, 400, 409}

    say_seed()
    ask_everywhere()


def test_who_has_an_account_is_written_to_as_it_is_stored_however_an_admin_types_it(post: Office) -> None:
    join(post, "Odd.Case@Club.Test")
    for typed in ("odd.case@club.test", "ODD.CASE@CLUB.TEST", "odd.case@\uff43lub.test"):
        for name in ("team", "coach", "reset"):
            post.asked(*ADDRESSED[name](post, typed))
    assert {tuple(letter.recipients) for letter in post.goes_out()} == {("Odd.Case@club.test",)}


LOOK_ALIKES = ("lee@stra\u00dfe.test", "lee@strasse.test")


@pytest.mark.parametrize("pair", [LOOK_ALIKES, LOOK_ALIKES[::-1]])
def test_an_invitation_goes_to_the_domain_that_was_typed_and_serves_nobody_else(
    post: Office, pair: tuple[str, str]
) -> None:
    held, typed = pair
    join(post, held)
    for name in ("team", "coach"):
        assert post.asked(*ADDRESSED[name](post, typed)).status_code == 201
    letters = post.goes_out()
    assert [letter.recipients for letter in letters] == [[on_the_wire(typed)]] * 2
    assert {row.email for row in post.world.rows(Invitation) if row.email} == {typed}

    [to_the_team] = [letter for letter in letters if post.letter(letter).kind == "team_invited"]
    [token] = re.findall(r"token=([\w-]+)", to_the_team.text())
    accepted = post.world.somebody("Lee").post(f"{TEAM}/accept", {"token": token})

    assert accepted.json["accountCreated"] is True
    roles = {each["email"]: each["roles"] for each in post.ann.get(f"{USERS}?q=lee").json["items"]}
    assert roles == {held: ["adult"], typed: ["dev"]}
    for spelled in pair:
        found = {each["email"] for each in post.ann.get(f"{USERS}?q={quote(spelled)}").json["items"]}
        assert spelled in found
    post.asked(*ADDRESSED["reset"](post, typed))
    assert [letter.recipients for letter in post.goes_out()] == [[on_the_wire(typed)]]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_every_route_that_writes_letters_writes_to_their_subject(post: Office) -> None:
    kinds = set()
    for name, route in ROUTES.items():
        answer = post.asked(
            *route(post, f"{name.replace(' ', '-')}@club.test" if "reset" not in name else "cas@club.test")
        )
        assert answer.status_code in {200, 201, 303}, (name, answer.text)
        letters = post.goes_out()
        assert letters, name
        for letter in letters:
            check(post, letter)
            kinds.add(post.letter(letter).kind)
    assert kinds == set(WRITERS)


@given(typed=written)
@examples(few=300, many=100_000)
@example(typed="lee@stra\u00dfe.test")
@example(typed="lee@fa\u00df.de")
@example(typed="a@\u03c3\u03b1\u03c2.test")
def test_two_parsers_read_what_is_accepted_as_the_same_one_address(typed: str) -> None:
    say_seed()
    stored = address(typed)
    if stored is None:
        return
    wire = on_the_wire(stored)
    assert getaddresses([wire]) == [("", wire)]
    assert getaddresses([f"Cas <{wire}>, kim@club.test"]) == [("Cas", wire), ("", "kim@club.test")]
    assert address(stored) == stored
    assert not set(stored) & set(' \t\r\n\0,;:<>()[]"\\')
    try:
        again = validate_email(stored, check_deliverability=False, allow_smtputf8=True, allow_quoted_local=True)
    except EmailNotValidError:
        pytest.fail(f"a more lenient reading refuses {stored!r}")
    assert again.ascii_email == wire


PIECES = [
    "{{7*7}}",
    "{0.__class__}",
    "%s%n",
    "<svg onload=alert(1)>",
    '"><img src=x onerror=alert(2)>',
    "</title>",
    "&lt;b&gt;",
]
hostile = st.lists(st.sampled_from(PIECES), min_size=2, max_size=3).map(" ".join).filter(lambda text: len(text) < 70)
BREAKS = ["Cas\r\nBcc: eve@evil.test", "Cas\nX-Eve: 1", "Cas\rEve", "Cas\0Eve", "Cas\u2028Eve", "Cas\u0085Eve"]


class Skeleton(HTMLParser):
    """The tags of a page and the names of their attributes, and what a person reads."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.said = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *sorted(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


PAGES = ["/desk/", "/desk/invitations", "/desk/people", "/desk/coaches", "/desk/team", "/desk/trail", "/desk/mail"]


def story(post: Office, text: str, tag: str) -> tuple[dict[str, Post], list[str]]:
    """Everything that can be named is named so: the letters about it by their kind, and the pages that show it."""
    world, name = post.world, f"{text} {tag}"
    named = world.somebody(name)
    named.email = f"{tag}@club.test"
    assert named.register(world.invite()).status_code == 200
    assert named.sign_in().status_code == 200
    asked = post.goes_out()
    world.prove(named)
    opened = world.somebody("Eve").post(f"{TEAM}/accept", {"token": team_letter(post, named)})
    assert opened.status_code == 200
    for role in ("artist", "owner"):
        assert world.terminal("users", "grant", name, role).exit_code == 0
    place = post.tenant(name)
    asking = {"artistId": post.key(named), "message": name}
    sent = [
        named.post("/api/v4/admin/invites", {"note": name}),
        named.post(
            "/api/v4/admin/invite-coach",
            {"name": name, "email": f"c-{tag}@club.test", "role": "coach", "tenant_id": place},
        ),
        named.post("/api/v4/admin/teams/invitations", {"emails": [f"t-{tag}@club.test"], "role": "dev"}),
        post.lou.post(f"/api/v4/labels/{post.label(name)}/invitations", asking),
        post.ann.post(f"/api/v4/admin/users/{post.key(named)}/reset-link"),
        world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": named.email}),
        named.post(f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": NEW}),
    ]
    assert [answer.status_code for answer in sent] == [201, 201, 201, 201, 201, 200, 200], [each.text for each in sent]
    letters = {post.letter(letter).kind: letter for letter in [*asked, *post.goes_out()]}
    link = sent[1].json["invite_url"].removeprefix("http://localhost:5000")
    pages = [named.get(page) for page in [*PAGES, f"/desk/people/{post.key(named)}", "/account", "/invitations", "/"]]
    pages.append(world.somebody("Eve").get(link))
    assert {page.status_code for page in pages} <= {200, 303}
    return letters, [page.text for page in pages]


@pytest.mark.parametrize("engine", ["postgresql"])
def test_what_people_are_called_stays_text_in_every_letter_and_on_every_page(post: Office) -> None:
    usual, _ = story(post, "Plain", "plain")
    count = iter(range(10_000))

    @examples(few=1, many=100)
    @given(text=hostile)
    @example(text=" ".join(PIECES[:4]))
    def call_everything(text: str) -> None:
        letters, pages = story(post, text, f"g{next(count)}")
        assert set(letters) == set(usual) == set(WRITERS)
        for kind, letter in letters.items():
            check(post, letter)
            skeleton = Skeleton(letter.text("html"))
            assert skeleton.tags == Skeleton(usual[kind].text("html")).tags
            assert text in skeleton.said
            assert text in letter.text()
        for page in pages:
            assert not {"onload", "onerror"} & {name for tag in Skeleton(page).tags for name in tag}
        assert sum(text in unescape(page) for page in pages) > 5

    say_seed()
    call_everything()


LINKS = "www.evil.test/login https://evil.test http://192.0.2.7 Evil.COM/x"
LINKED = re.compile(r"\w://|www\.\w|\w\.[^\W\d_]{2,}", re.IGNORECASE)
"""What mail programs make a link of."""


def linked(letter: Post) -> list[str]:
    """What a mail program would make links of in what a person reads, our own addresses and the reader's aside."""
    read = [str(letter.message["Subject"]), letter.text(), Skeleton(letter.text("html")).said]
    aside = re.compile(rf"http://localhost:5000[/\w?=-]*|{re.escape(letter.recipients[0])}")
    return [found for text in read for found in LINKED.findall(aside.sub("", text))]


@pytest.mark.parametrize("engine", ["postgresql"])
def test_no_name_or_message_of_one_becomes_a_link_in_a_letter_to_another(post: Office) -> None:
    letters, _ = story(post, LINKS, "g")
    assert set(letters) == set(WRITERS)
    for kind, letter in letters.items():
        assert linked(letter) == [], kind
        assert f"{LINKS} g" in letter.text().replace(WORD_JOINER, "").replace("\r\n> ", " "), kind
        hrefs = re.findall(r'href="([^"]*)"', letter.text("html"))
        assert [href for href in hrefs if not href.startswith("http://localhost:5000/")] == []


def test_names_without_links_in_them_are_left_as_they_are() -> None:
    for name in ("Dr. Lee", "J.R. Ewing", "O'Neil", "1.5", "Ann... or Ben", "a/b", "{0.__class__}", "ann:lee"):
        assert unlinked(name) == name


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_line_of_a_message_is_behind_a_mark_below_who_writes(post: Office, language: str) -> None:
    ours = "Say yes or no: You can answer, signed in.\n\nhttps://evil.test/invitations\n\n--\nVestibule"
    post.kim.browser.post("/language", data={"language": language})
    answer = post.asked(*ROUTES["label"](post, f"Hi\n\n{ours}\n{'long ' * 40}"))
    assert answer.status_code == 201
    [letter] = post.goes_out()
    text = letter.text().replace("\r\n", "\n").replace(WORD_JOINER, "")
    before, introduced, rest = text.partition("\nThe label " if language == "en" else "\nDas Label ")
    assert introduced
    who, *lines = rest.split("\n")
    assert re.fullmatch(r".+ (writes|schreibt):", who)
    message = [line for line in lines if line.startswith(">")]
    typed = ["Hi", "", *ours.split("\n")]
    assert [line[2:] for line in message][: len(typed)] == typed
    assert max(map(len, message)) < 76
    theirs = lines.index(message[0]), len(lines) - lines[::-1].index(message[-1])
    assert lines[slice(*theirs)] == message
    said = "".join([before, *lines[: theirs[0]], *lines[theirs[1] :]])
    assert "evil" not in said
    assert "long" not in said


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_line_break_in_a_name_is_refused_wherever_it_is_typed(post: Office) -> None:
    ann, world, token = post.ann, post.world, post.world.invite()
    for text in BREAKS:
        coach = {"name": text, "email": "mary@club.test", "role": "coach", "tenant_id": post.place}
        answers = [
            world.somebody("Ben").register(token, aLogin=text),
            ann.post("/api/v4/admin/invites", {"note": text}),
            ann.post("/api/v4/admin/invite-coach", coach),
            ann.browser.post("/desk/coaches", data=coach),
            ann.browser.post("/desk/coaches/places", data={"place": text}),
            ann.browser.post("/desk/invites", data={"note": text, "max_uses": "1"}),
        ]
        assert [answer.status_code for answer in answers] == [400] * 6, ascii(text)
    assert post.goes_out() == []


@pytest.mark.parametrize("engine", ["postgresql"])
def test_lines_of_a_message_stay_in_the_letter(post: Office) -> None:
    said = "Sing with us.\n.\nBcc: eve@evil.test\n\nRCPT TO:<eve@evil.test>\n..\nbye"
    answer = post.asked(*ROUTES["label"](post, said))
    assert answer.status_code == 201
    [letter] = post.goes_out()
    check(post, letter)
    quoted = "\n".join(f"> {line}".rstrip() for line in said.split("\n"))
    assert quoted in letter.text().replace("\r\n", "\n").replace(WORD_JOINER, "")
