"""What the pages of the flows send: JSON, read under a limit, and only once it is known who sends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from custody.strict import malformed
from custody_api.bodies import parsed, read_small
from custody_api.station.pages import ThePage

T = TypeVar("T", bound=BaseModel)


def sent(model: type[T]) -> Callable[..., Awaitable[T]]:
    """A dependency that reads a model from the body. Raises NotSignedIn before the body is read; Malformed, TooLarge.

    A model as a parameter of a route would be read whole, and from anybody, before the session is looked at.
    """

    async def read(_: ThePage, request: Request) -> T:
        try:
            return model.model_validate(parsed(await read_small(request)))
        except ValidationError as error:
            raise malformed("submission", error) from None

    return read
