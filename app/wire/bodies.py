"""What both kinds of body models share."""

from pydantic import BaseModel, ConfigDict, Field

CURSOR = "The `next_cursor` of the page before."


class Lenient(BaseModel):
    """Ignores keys that it does not know: clients of the accounts endpoints out there may send some."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class Strict(BaseModel):
    """Refuses keys that it does not know."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class Answer(BaseModel):
    """What a success body holds."""

    model_config = ConfigDict(populate_by_name=True)


class Message(Answer):
    message: str = Field(description="One sentence for a person.")
