"""The fields of the bodies: what shape each must have, in words for people."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import email_validator
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.languages import CODES
from core import names
from core.policy import Policy

POLICY = Policy()
LOCAL_PART_MAX = 64
"""Octets before the at sign (RFC 5321, 4.5.3.1.1)."""

# Clubs run mail on .local and .test too; who is invited has been vouched for.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
A_MOMENT = "Must be a time with its offset, such as 2027-01-31T18:00:00+01:00."
A_DAY = "Must be a day, such as 2027-01-31."


def fault(sentence: str) -> PydanticCustomError:
    """What a validator raises that has something to say to a person."""
    return PydanticCustomError("field", sentence)  # type: ignore[arg-type]


def _hidden() -> PydanticCustomError:
    return fault("Must not contain control or invisible characters.")


def _visible(text: str) -> str:
    if names.has_hidden_characters(text):
        raise _hidden()
    return text


def _plain(text: str) -> str:
    """Refuse what makes two names look like one: stricter than _visible(), for logins and addresses."""
    if names.has_invisible_characters(text):
        raise _hidden()
    return text


def _visible_lines(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_visible(line) for line in lines)


def _no_controls(text: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise fault("Must not contain control characters.")
    return text


def _trimmed(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def _empty_is_unset(text: Any) -> Any:
    return None if isinstance(text, str) and not text.strip() else text


def _address(text: str) -> str:
    try:
        found = email_validator.validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except email_validator.EmailNotValidError:
        raise fault("Must be an e-mail address.") from None
    if len(found.local_part) > LOCAL_PART_MAX or names.has_invisible_characters(found.normalized):
        raise fault("Must be an e-mail address.")
    return found.normalized


def address(typed: str) -> str | None:
    """The address that was typed, or None when it is none: for lists in which one bad entry must not sink the rest."""
    try:
        return _address(typed.strip()) if len(typed.strip()) <= POLICY.email_max else None
    except PydanticCustomError:
        return None


def on_envelopes(stored: str) -> str:
    """A stored address as mail servers know it: the domain in ASCII, by the rules that browsers and registries keep
    (IDNA 2008). By those of 2003, Python's own, a letter to straße.test would go to strasse.test: to somebody else."""
    if stored.isascii():
        return stored
    found = email_validator.validate_email(stored, check_deliverability=False, allow_smtputf8=False)
    return found.ascii_email or stored


def _short_when_compared(name: str) -> str:
    """One character can fold to eighteen; the column that keeps the folded form holds four for each."""
    if len(names.canonical(name)) > 4 * POLICY.login_max:
        raise fault("Must be written with fewer or simpler characters.")
    return name


def _number(value: Any) -> Any:
    """Numbers may come as digits, as forms send them."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,19}\s*", value) else value


def _digits(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _written(moment: Any) -> Any:
    """Not a number, of which nobody can say what it counts."""
    if not isinstance(moment, str) or moment.strip().lstrip("+-").replace(".", "", 1).isdecimal():
        raise fault(A_MOMENT)
    return moment


def _a_day(value: Any) -> Any:
    """The calendar day itself: a time with it would be another day elsewhere."""
    if not isinstance(value, str) or not re.fullmatch(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        raise fault(A_DAY)
    return value


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise fault(A_MOMENT)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise fault("Must be within a year.") from None


def text(longest: int, shortest: int = 1) -> Any:
    """Visible text without blanks around it, of so many characters."""
    return Annotated[
        str,
        BeforeValidator(_trimmed),
        StringConstraints(min_length=shortest, max_length=longest),
        AfterValidator(_visible),
    ]


def lines(longest: int) -> Any:
    """Visible text that may go on in further lines."""
    size = StringConstraints(min_length=1, max_length=longest)
    return Annotated[str, BeforeValidator(_trimmed), size, AfterValidator(_visible_lines)]


def optional(kind: Any) -> Any:
    """May be left out; null and empty text mean the same."""
    return Annotated[kind | None, BeforeValidator(_empty_is_unset), Field(json_schema_extra=_or_empty)]


def _or_empty(schema: dict[str, Any]) -> None:
    """Says so in the document."""
    first, *others = schema["anyOf"]
    if first.keys() <= {"type", "minLength", "maxLength"} and first.get("type") == "string":
        first.pop("minLength", None)
    else:
        schema["anyOf"] = [first, *others[:-1], {"const": ""}, others[-1]]


InviteLanguage = Annotated[
    optional(Literal[CODES]), Field(description="The language of the letter and of the page that it leads to.")
]
Login = Annotated[text(POLICY.login_max), AfterValidator(_plain), AfterValidator(_short_when_compared)]
Email = Annotated[
    text(POLICY.email_max),
    AfterValidator(_plain),
    AfterValidator(_address),
    Field(json_schema_extra={"format": "email"}),
]
NewPassword = Annotated[str, StringConstraints(max_length=4096), AfterValidator(_no_controls)]
"""As typed. Whether it is good enough is core's to say, which counts composed characters: typed, it may be longer."""

Password = Annotated[NewPassword, StringConstraints(min_length=1)]
PHONE = r"^\+?[0-9][0-9 ()./-]{4,}$"
Phone = Annotated[
    str,
    BeforeValidator(_trimmed),
    StringConstraints(max_length=20, pattern=PHONE),
    Field(json_schema_extra={"pattern": PHONE}),
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_controls)]
Name = text(120)
Place = text(120)
PlaceName = Annotated[Name, AfterValidator(_short_when_compared)]
Zip = Annotated[text(20), BeforeValidator(_digits), Field(json_schema_extra={"type": ["string", "integer"]})]
Count = Annotated[int, BeforeValidator(_number)]
SmallNumber = Annotated[
    Count,
    Field(ge=0, le=2_147_483_647, json_schema_extra={"type": ["integer", "string"], "pattern": "^ *[0-9]{1,10} *$"}),
]
Moment = Annotated[datetime, BeforeValidator(_written), Field(strict=False), AfterValidator(_in_utc)]
Day = Annotated[date, BeforeValidator(_a_day), Field(strict=False)]
Id = Annotated[UUID, Field(strict=False)]
SessionMinutes = Annotated[int, Field(le=24 * 60)]
Money = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
