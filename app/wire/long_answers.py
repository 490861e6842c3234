"""Answers with a list that may be long: encoded a few rows at a time, before anything is sent."""

import zlib
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, current_app
from pydantic import BaseModel
from pydantic_core import to_json

from app.wire.bodies import Answer

PIECE = 64 * 1024


class LongAnswer:
    """An Answer whose last field is a list, which `batches` bring.

    The whole body is made before its first byte is sent, so the database is done with it however slowly it is read, and
    a failure is still an error. Until then it is kept compressed: rows of such a list are much alike.
    """

    def __init__(self, head: Answer, batches: Iterable[Sequence[BaseModel]]) -> None:
        self._packer, self._packed = zlib.compressobj(1), list[bytes]()
        self._length = 0
        opening = head.model_dump_json(by_alias=True)
        if not opening.endswith("[]}"):
            raise ValueError("the last field must be an empty list")
        self._add(opening.removesuffix("]}").encode())
        separator = b""
        for batch in batches:
            if rows := to_json(batch, by_alias=True)[1:-1]:
                self._add(separator + rows)
                separator = b","
        self._add(b"]}\n")
        self._packed.append(self._packer.flush())

    def response(self, status: int = 200) -> Response:
        """Return the answer, to be sent a piece at a time."""
        answer = current_app.response_class(self._pieces(), status, mimetype="application/json")
        answer.content_length = self._length
        return answer

    def _add(self, encoded: bytes) -> None:
        self._length += len(encoded)
        if packed := self._packer.compress(encoded):
            self._packed.append(packed)

    def _pieces(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj()
        for packed in self._packed:
            yield unpacker.decompress(packed, PIECE)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, PIECE)
        yield unpacker.flush()
