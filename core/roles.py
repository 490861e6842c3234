"""Who may be what, and who may say so."""

from collections.abc import Collection

SELF_SERVICE = ("adult", "coach", "guardian")
"""What a person may choose for themselves when registering."""

MEMBERS = (*SELF_SERVICE, "minor", "artist", "label")
STAFF_RANK = {"designer": 1, "dev": 1, "admin": 2, "super_admin": 3, "owner": 4}
ADMINS = ("admin", "super_admin", "owner")
"""Any of these passes wherever an admin is asked for."""

ALL = (*MEMBERS, *STAFF_RANK)


def may_grant(held: Collection[str], role: str) -> bool:
    """Whether who holds these roles may give `role` to somebody: a staff role only up to their own rank, any other if
    they pass as an admin."""
    if role in STAFF_RANK:
        return max((STAFF_RANK.get(each, 0) for each in held), default=0) >= max(STAFF_RANK[role], STAFF_RANK["admin"])
    return passes_as_admin(held)


def passes_as_admin(roles: Collection[str]) -> bool:
    """Whether holding `roles` opens what is for admins."""
    return any(role in ADMINS for role in roles)
