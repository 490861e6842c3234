"""Who may be what, and who may say so."""

from collections.abc import Collection

SELF_SERVICE = ("adult", "coach", "guardian")
"""What a person may choose for themselves when registering."""

MEMBERS = (*SELF_SERVICE, "minor", "artist", "label")
STAFF_RANK = {"designer": 1, "dev": 1, "admin": 2, "super_admin": 3, "owner": 4}
ADMINS = ("admin", "super_admin", "owner")
"""Any of these passes wherever an admin is asked for."""

ALL = (*MEMBERS, *STAFF_RANK)

ADMIN_RANK = STAFF_RANK["admin"]
TERMINAL_RANK = max(STAFF_RANK.values())
"""The rank of the terminal: nothing that it closes or takes away is opened or given back by less than an owner."""

EXCLUDED_BY_MINOR = frozenset(SELF_SERVICE)
"""What a minor cannot be: a guardian makes the profile of a child."""


def rank(held: Collection[str]) -> int:
    """Return the highest staff rank among these roles, 0 without a staff role."""
    return max((STAFF_RANK.get(each, 0) for each in held), default=0)


def rank_to_give(wanted: Collection[str]) -> int:
    """Return the rank that giving these roles takes; see may_grant."""
    return max(rank(wanted), ADMIN_RANK)


def conflict(held: Collection[str]) -> bool:
    """Whether nobody can hold all these roles at once."""
    return "minor" in held and not EXCLUDED_BY_MINOR.isdisjoint(held)


def may_grant(held: Collection[str], role: str) -> bool:
    """Whether who holds these roles may give `role` to somebody: a staff role only up to their own rank, any other if
    they pass as an admin."""
    return rank(held) >= rank_to_give([role])


def passes_as_admin(roles: Collection[str]) -> bool:
    """Whether holding `roles` opens what is for admins."""
    return any(role in ADMINS for role in roles)
