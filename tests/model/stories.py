"""What each request must answer, and leave behind. `cookie` is the browser's; `said` is what the product answered,
read only for what nobody can foretell: fresh secrets and ids."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.model.reference import (
    DAY,
    HOUR,
    OWN_CHOICE,
    QUARTER,
    STAFF,
    WEEK,
    Account,
    Asked,
    Invite,
    Letter,
    Model,
    No,
    Once,
)

Cookie = str | None


class Product(Model):
    # Coming in.

    def look_at_link(self, cookie: Cookie, token: str, said: Any) -> int:
        invite = self.living(token, "gate", "coach", "team")
        me = self.find(cookie)
        if me and invite.email not in {None, me.email}:
            raise No(403)
        return 200

    def register(
        self, cookie: Cookie, token: str, login: str, email: str, password: str, roles: Sequence[str], said: Any
    ) -> int:
        invite = self.living(_short(token), "gate", "coach")
        if invite.email not in {None, email}:
            raise No(403)
        if not set(roles) <= OWN_CHOICE:
            raise No(400)
        logins = {each.login.casefold() for each in self.accounts.values()}
        if email in self.accounts or login.casefold() in logins:
            raise No(409)
        account = self.accounts[email] = Account(login, email, password, set(), self.now)
        self.take(invite, token, account, {*roles, *invite.roles} or {"adult"}, "user_registered")
        if not account.proven:
            self.post("address_to_prove", email)
        return 200

    def accept(self, cookie: Cookie, token: str, said: Any) -> int:
        me = self.member(cookie)
        invite = self.living(_short(token), "gate", "coach")
        if invite.email not in {None, me.email}:
            raise No(403)
        if (invite.id, me.email) in self.uses:
            raise No(409)
        self.check_maker(invite.maker, self.needed(invite, me))
        self.take(invite, token, me, invite.roles, "invitation_accepted")
        return 200

    def accept_team(self, cookie: Cookie, token: str, said: Any) -> int:
        invite, me = self.living(_short(token), "team"), self.find(cookie)
        if me and me.email != invite.email:
            raise No(403)
        email = invite.email or ""
        account = self.accounts.get(email)
        if account and (not account.active or (me is None and token not in self.mailed)):
            raise No(403)
        self.check_maker(invite.maker, self.needed(invite, account))
        if account and not invite.roles <= self.given(invite, account, invite.roles) | account.roles:
            raise No(403)
        if account and me is None:
            self.let_in(account)
        if account is None:
            account = Account(said.login_of(email), email, None, set(), self.now, must_change=True)
            self.accounts[email] = account
        self.take(invite, token, account, invite.roles, "invitation_accepted")
        self.team.setdefault(email, next(iter(invite.roles)))
        self.tokens[said["accessToken"]] = Once(email, self.now + QUARTER)
        return 200

    def let_in(self, account: Account) -> None:
        """Who has the mailed link has the mailbox: of an account that never showed that, all else ends."""
        if not account.proven:
            self.end_secrets(account.email)
            self.end_sessions(account.email)
            self.end_made_by(account.email, 2)
            account.password, account.must_change, account.changed = None, True, self.now
            self.note("address_taken_over")
        self.post("signed_in_by_link", account.email)

    def sign_in(self, cookie: Cookie, name: str, password: str, said: Any) -> int:
        named = [each for each in self.accounts.values() if name.casefold() in {each.email, each.login.casefold()}]
        if not named or not named[0].active or named[0].password != password:
            raise No(401)
        self.begin(cookie, named[0], said.cookie)
        self.note("signed_in")
        return 200

    def sign_in_with_token(self, cookie: Cookie, token: str, said: Any) -> int:
        once = self.tokens.get(token)
        if once is None or once.used or once.ends <= self.now or not self.accounts[once.email].active:
            raise No(401)
        once.used = True
        self.begin(cookie, self.accounts[once.email], said.cookie)
        self.note("signed_in")
        return 200

    # Sessions and passwords.

    def sign_out(self, cookie: Cookie, said: Any) -> int:
        if self.find(cookie):
            del self.sessions[cookie or ""]
            self.note("signed_out")
        return 200

    def who_am_i(self, cookie: Cookie, said: Any) -> int:
        me = self.me(cookie)
        assert (said["login"], said["email"].casefold()) == (me.login, me.email)
        assert set(said["roles"]) == me.roles
        assert said["password_change_required"] == me.must_change
        return 200

    def devices(self, cookie: Cookie, said: Any) -> int:
        me = self.member(cookie)
        mine = [key for key, each in self.sessions.items() if each.email == me.email and self.find(key)]
        assert len(said["items"]) == len(mine)
        return 200

    def end_session(self, cookie: Cookie, other: str, said: Any) -> int:
        me, session = self.member(cookie), self.sessions.get(other)
        if session is None or session.email != me.email:
            raise No(404)
        del self.sessions[other]
        self.note("session_ended")
        return 200

    def end_others(self, cookie: Cookie, said: Any) -> int:
        if self.end_sessions(self.member(cookie).email, but=cookie):
            self.note("other_sessions_ended")
        return 200

    def change_password(self, cookie: Cookie, current: str | None, password: str, said: Any) -> int:
        me = self.me(cookie)
        if current is None and not me.must_change:
            raise No(400)
        if not me.must_change and current != me.password:
            raise No(401)
        self.new_password(me, password)
        self.begin(None, me, said.cookie)
        return 200

    def ask_proof(self, cookie: Cookie, said: Any) -> int:
        me = self.member(cookie)
        if me.proven:
            raise No(409)
        self.post("address_to_prove", me.email)
        return 200

    def prove(self, cookie: Cookie, token: str, said: Any) -> int:
        once = self.proofs.get(_short(token))
        account = self.accounts[once.email] if once else None
        if once is None or account is None or once.used or once.ends <= self.now:
            raise No(400)
        if account.proven or not account.active:
            raise No(400)
        once.used = account.proven = True
        self.note("address_proven")
        return 200

    def prove_without_code(self, cookie: Cookie, said: Any) -> int:
        self.member(cookie)
        raise No(400)

    def ask_reset(self, cookie: Cookie, email: str, said: Any) -> int:
        self.post("reset_requested", email)
        return 200

    def confirm_reset(self, cookie: Cookie, token: str, password: str, said: Any) -> int:
        once = self.resets.get(_short(token))
        if once is None or once.ends <= self.now or not self.accounts[once.email].active:
            raise No(400)
        account = self.accounts[once.email]
        self.check_maker(once.maker, max(2, account.rank), 400)
        self.new_password(account, password)
        if once.mailed:
            self.note_proven(account)
        return 200

    # Inviting.

    def invite(self, cookie: Cookie, uses: int, life: int, roles: Sequence[str], said: Any) -> int:
        me = self.admin(cookie)
        if set(roles) & set(STAFF):
            raise No(400)
        ends = self.now + timedelta(seconds=life)
        self.issue(Invite(said["id"], "gate", None, set(roles), uses, ends, me.email), said["token"])
        return 201

    def invite_coach(self, cookie: Cookie, email: str, said: Any) -> int:
        me, account = self.admin(cookie), self.accounts.get(email)
        if account and max(account.rank, account.taken.get("coach", (self.now, 0))[1]) > me.rank:
            raise No(403)
        if account and not account.active:
            raise No(409)
        place, joined = self.places.get(email, ("", None))
        if joined:
            raise No(409)
        if place:
            self.renew(me, self.invites[place], said.token)
        else:
            place = said.invitation
            self.issue(Invite(place, "coach", email, {"coach"}, 1, self.now + WEEK, me.email), said.token)
            self.places[email] = (place, None)
        self.post("coach_invited", email, place)
        return 201

    def invite_team(self, cookie: Cookie, email: str, role: str, said: Any) -> int:
        me = self.admin(cookie)
        if not me.may_give(role):
            raise No(403)
        [one] = said["items"]
        assert one["outcome"] == self._ask_team(me, email, role, one["id"])
        return 201

    def _ask_team(self, me: Account, email: str, role: str, key: str) -> str:
        waiting = [each for each in self.invites.values() if (each.kind, each.email) == ("team", email)]
        waiting = [each for each in waiting if not each.used_up]
        account = self.accounts.get(email)
        if account and (account.rank > me.rank or not account.active):
            return "invalid"
        if account and account.rank:
            return "already_member"
        if account and account.taken.get(role, (self.now, 0))[1] > me.rank:
            return "invalid"
        if waiting and max(waiting[0].needs, waiting[0].revoked_by or 0) > me.rank:
            return "invalid"
        if waiting:
            self.renew(me, waiting[0], None, {role})
        else:
            self.issue(Invite(key, "team", email, {role}, 1, self.now + WEEK, me.email))
        self.post("team_invited", email, waiting[0].id if waiting else key)
        return "reinvited" if waiting else "invited"

    def take_back(self, cookie: Cookie, key: str, only: str, said: Any) -> int:
        self.revoke(self._mine_to_change(cookie, key, only), self.admin(cookie).rank)
        return 204

    def send_again(self, cookie: Cookie, key: str, only: str, said: Any) -> int:
        invite = self._mine_to_change(cookie, key, only)
        if self.needed(invite, self.accounts.get(invite.email or "")) > self.admin(cookie).rank:
            raise No(403)
        if invite.used_up:
            raise No(409)
        self.renew(self.admin(cookie), invite, None if only else said.token)
        if invite.kind != "gate":
            self.post(f"{invite.kind}_invited", invite.email or "", invite.id)
        return 200

    def _mine_to_change(self, cookie: Cookie, key: str, only: str) -> Invite:
        me, invite = self.admin(cookie), self.invites.get(key)
        if invite is None or only not in {"", invite.kind}:
            raise No(404)
        if not me.may_give(*invite.roles):
            raise No(403)
        return invite

    # The desk.

    def grant(self, cookie: Cookie, email: str, role: str, said: Any) -> int:
        me = self.admin(cookie)
        account = self.person(me, email)
        if not me.may_give(role):
            raise No(403)
        if account.taken.get(role, (self.now, 0))[1] > me.rank:
            raise No(403)
        account.taken.pop(role, None)
        self.gain(account, {role})
        self.note("roles_granted")
        return 200

    def ungrant(self, cookie: Cookie, email: str, role: str, said: Any) -> int:
        me = self.admin(cookie)
        account, rank = self.person(me, email), me.rank
        if role not in account.roles:
            raise No(404)
        self.check_not_last(account, account.roles - {role})
        account.roles.discard(role)
        account.taken[role] = (self.now, rank)
        self.note("role_revoked")
        if role in STAFF:
            self.end_secrets(email)
            self.end_sessions(email)
            self.end_made_by(email, rank, account.rank)
        self.end_addressed_to(email, rank, role)
        if role in STAFF and not account.rank:
            self.team.pop(email, None)
        if role == "coach" and self.places.get(email, ("", None))[1]:
            del self.places[email]
        if role == "artist":
            self.artists.pop(email, None)
        if role in {"artist", "label"}:
            self.end_asked(email)
        return 200

    def deactivate(self, cookie: Cookie, email: str, said: Any) -> int:
        me = self.admin(cookie)
        account, rank = self.person(me, email), me.rank
        self.check_not_last(account, set())
        self.end_secrets(email)
        self.end_sessions(email)
        self.end_made_by(email, rank)
        self.end_addressed_to(email, rank)
        self.end_asked(email)
        account.closed_by = max(rank, account.closed_by or 0)
        account.active, account.changed = False, self.now
        self.note("user_deactivated")
        return 200

    def activate(self, cookie: Cookie, email: str, said: Any) -> int:
        me = self.admin(cookie)
        account = self.person(me, email)
        if (account.closed_by or 0) > me.rank:
            raise No(403)
        account.active, account.changed, account.closed_by = True, self.now, None
        self.note("user_activated")
        return 200

    def sign_out_everywhere(self, cookie: Cookie, email: str, said: Any) -> int:
        self.person(self.admin(cookie), email)
        self.end_sessions(email)
        self.note("signed_out_by_admin")
        return 200

    def hand_over_reset(self, cookie: Cookie, email: str, said: Any) -> int:
        me = self.admin(cookie)
        if email == me.email:
            raise No(403)
        account = self.person(me, email)
        if not account.active:
            raise No(404)
        self.resets[said.token] = Once(email, self.now + HOUR, maker=me.email)
        self.note("reset_link_handed_over")
        self.post("reset_handed_over", email)
        return 201

    def _reset_link(self, account: Account, token: str) -> None:
        mailed = {key for key, each in self.resets.items() if each.email == account.email and each.mailed}
        self.resets = {key: each for key, each in self.resets.items() if key not in mailed}
        self.resets[token] = Once(account.email, self.now + HOUR, mailed=True)
        self.note("reset_link_made")

    def retry_letter(self, cookie: Cookie, state: str, said: Any) -> int:
        self.admin(cookie)
        if state != "queued":
            raise No(404)
        self.note("letter_retried")
        return 200

    def read_as_admin(self, cookie: Cookie, said: Any) -> int:
        self.admin(cookie)
        return 200

    # Skaters, cards, labels.

    def onboard(self, cookie: Cookie, said: Any) -> int:
        me = self.member(cookie)
        if me.profile is not None:
            raise No(409)
        me.profile = {"city": None, "contact": None, "share": None, "hours": 0}
        self.note("onboarded")
        return 200

    def move(self, cookie: Cookie, city: str, said: Any) -> int:
        profile = self.skater(cookie)
        if profile["city"] != city:
            self.note("profile_changed")
        profile["city"] = city
        return 200

    def prefer(self, cookie: Cookie, way: str, said: Any) -> int:
        self.skater(cookie)["contact"] = way
        return 200

    def skate(self, cookie: Cookie, said: Any) -> int:
        self.skater(cookie)["hours"] += 1
        return 201

    def share(self, cookie: Cookie, said: Any) -> int:
        profile = self.skater(cookie)
        if profile["share"] is None:
            profile["share"] = said["share_token"]
            self.note("card_shared")
        assert said["share_token"] == profile["share"]
        return 200

    def unshare(self, cookie: Cookie, said: Any) -> int:
        self.skater(cookie)["share"] = None
        self.note("card_unshared")
        return 200

    def look_at_card(self, cookie: Cookie, token: str, said: Any) -> int:
        shown = {each.profile["share"] for each in self.accounts.values() if each.profile and each.active}
        if token not in shown:
            raise No(404)
        return 200

    def ask_artist(self, cookie: Cookie, label: str, email: str, said: Any) -> int:
        me = self.member(cookie)
        if self.labels[label] != me.email or "label" not in me.roles:
            raise No(403)
        artist = self.accounts.get(email)
        if artist is None or not artist.active or "artist" not in artist.roles:
            raise No(404)
        before = self.asked.get((label, email))
        if email in self.artists or (before and self.waits(before)):
            raise No(400)
        self.asked[label, email] = Asked(said["id"], label, email, self.now + WEEK)
        self.note("label_invited")
        self.post("label_invited", email, (label, email))
        return 201

    def answer_label(self, cookie: Cookie, key: str, word: str, said: Any) -> int:
        me = self.member(cookie)
        mine = [each for each in self.asked.values() if each.id == key and each.email == me.email]
        if not mine:
            raise No(404)
        [asked] = mine
        if word == "accept" and not self._could_ask(asked.label, me.email):
            raise No(409)
        if word == "accept" and me.email in self.artists:
            raise No(409)
        if not self.waits(asked):
            raise No(409)
        asked.status = f"{word}ed".replace("eed", "ed")
        self.note(f"label_{asked.status}")
        if word == "accept":
            self.artists[me.email] = asked.label
            for other in self.asked.values():
                if other.email == me.email and other.status == "pending":
                    other.status = "expired"
                    self.note("label_withdrawn")
        return 200

    # The post.

    def deliver(self) -> list[tuple[str, str]]:
        """The letters that go out now; the others are dropped."""
        owed = [letter for letter in self.letters if letter.state == "queued"]
        for letter in owed:
            letter.state = "sent" if self._is_worth_sending(letter) else "dropped"
        return [(letter.kind, letter.to) for letter in owed if letter.state == "sent"]

    def _is_worth_sending(self, letter: Letter) -> bool:
        if letter.kind == "reset_requested":
            account = self.accounts.get(letter.to)
            return account is not None and account.active and account.changed <= letter.at
        if letter.kind == "address_to_prove":
            return self.accounts[letter.to].active and not self.accounts[letter.to].proven
        if letter.kind in {"coach_invited", "team_invited"}:
            return self.is_open(self.invites[letter.about])
        if letter.kind == "label_invited":
            return self.waits(self.asked[letter.about]) and self._could_ask(*letter.about)
        return True

    def _could_ask(self, label: str, email: str) -> bool:
        owner, artist = self.accounts[self.labels[label]], self.accounts[email]
        return owner.active and artist.active and "label" in owner.roles and "artist" in artist.roles

    def arrive(self, kind: str, to: str, token: str) -> None:
        """The secret of a letter that has arrived."""
        if kind == "reset_requested":
            self._reset_link(self.accounts[to], token)
            return
        if kind == "address_to_prove":
            self.proofs = {key: each for key, each in self.proofs.items() if each.email != to}
            self.proofs[token] = Once(to, self.now + DAY)
            return
        [invite] = [each for each in self.invites.values() if f"{each.kind}_invited" == kind and each.email == to]
        self.link(invite, token, mailed=True)


def _short(token: str) -> str:
    """An invitation's or a reset's token, as long as one can be; an access token is longer."""
    if len(token) > 200:
        raise No(400)
    return token
