"""Request bodies: read under a limit that holds while they arrive, then strictly parsed."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import Request

from custody import label
from custody.acts.values import decode, encode
from custody.errors import Malformed, TooLarge
from custody.ledger.ledger import Submission
from custody.ledger.opening import Disclosure
from custody.strict import read_json

LARGEST_SUBMISSION: Final = 2 << 20
"""An envelope of 1 MiB and its disclosures."""

LARGEST_STATEMENT: Final = 16 << 10
LARGEST_IMAGE: Final = 20 << 20
LARGEST_BATCH: Final = 64 << 20
MOST_LINES: Final = 10_000

_KINDS: Final = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


async def read_submission(request: Request) -> bytes:
    """Return a JSON body of at most `LARGEST_SUBMISSION` bytes. Raises Malformed, TooLarge."""
    require_media_type(request, "application/json")
    too_large = TooLarge("too-large/body", "The body is too large: split the items over several acts.",
                         limit=LARGEST_SUBMISSION, split="acts of up to 1,000 items and 1 MiB")  # fmt: skip
    return await _read(request, too_large, LARGEST_SUBMISSION)


async def read_small(request: Request) -> bytes:
    """Return a JSON body of at most `LARGEST_STATEMENT` bytes. Raises Malformed, TooLarge."""
    require_media_type(request, "application/json")
    too_large = TooLarge("too-large/subscription", "The body is too large.", limit=LARGEST_STATEMENT)
    return await _read(request, too_large, LARGEST_STATEMENT)


async def read_statement_body(request: Request) -> bytes:
    """Return the JSON body of a sign-in, at most `LARGEST_STATEMENT` bytes. Raises Malformed, TooLarge."""
    require_media_type(request, "application/json")
    too_large = TooLarge("too-large/sign-in", "A sign-in is not that large.", limit=LARGEST_STATEMENT)
    return await _read(request, too_large, LARGEST_STATEMENT)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form of at most `LARGEST_STATEMENT` bytes, the first of each name. Raises Malformed,
    TooLarge."""
    require_media_type(request, "application/x-www-form-urlencoded")
    too_large = TooLarge("too-large/form", "The form is too large.", limit=LARGEST_STATEMENT)
    data = await _read(request, too_large, LARGEST_STATEMENT)
    try:
        given = parse_qs(data.decode("ascii"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise Malformed("malformed/form", "The form is not written as forms are.", field="body") from None
    return {name: values[0] for name, values in given.items()}


async def read_image(request: Request) -> bytes:
    """Return an image's bytes, at most `LARGEST_IMAGE`. Raises Malformed, TooLarge."""
    require_media_type(request, "image/*")
    too_large = TooLarge("too-large/image", "The image is too large: send a smaller one.", limit=LARGEST_IMAGE)
    return await _read(request, too_large, LARGEST_IMAGE)


async def read_lines(request: Request) -> list[bytes]:
    """Return the lines of a JSON Lines body; the last may lack its line feed. Raises Malformed, TooLarge.

    The whole body is read first: most clients do not read an answer before they have sent everything.
    """
    require_media_type(request, "application/jsonl", "application/x-ndjson", "application/json")
    too_large = TooLarge(
        "too-large/batch", "The batch is too large: send it as several.", limit=LARGEST_BATCH, lines=MOST_LINES,
        split=f"batches of up to {MOST_LINES} lines and {LARGEST_BATCH} bytes",
    )  # fmt: skip
    lines = (await _read(request, too_large, LARGEST_BATCH, MOST_LINES)).split(b"\n")
    return lines if lines[-1] else lines[:-1]


def require_media_type(request: Request, *expected: str) -> None:
    """Raise Malformed (415) unless the body is said to be of one of these types; ``image/*`` takes any image."""
    got = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    for each in expected:
        if got == each or (each.endswith("/*") and got.startswith(each[:-1])):
            return
    raise Malformed(
        "malformed/media-type", f"The body is to be {expected[0]}.", field="Content-Type", expected=expected[0], got=got
    )


async def _read(request: Request, too_large: TooLarge, most_bytes: int, most_lines: int | None = None) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most_bytes:
        raise too_large
    body = bytearray()
    breaks = 0
    async for chunk in request.stream():
        body += chunk
        breaks += chunk.count(b"\n")
        full = most_lines is not None and (breaks > most_lines or (breaks == most_lines and not body.endswith(b"\n")))
        if len(body) > most_bytes or full:
            raise too_large
    return bytes(body)


def submission_from(data: bytes) -> Submission:
    """Read ``{"envelope": {…}, "disclosures": [{"salt": …, "value": …}]}``. Raises Malformed, TooLarge."""
    if len(data) > LARGEST_SUBMISSION:  # a line of a batch; single bodies were measured while they arrived
        raise TooLarge("too-large/body", "The line is too large: split the items over several acts.",
                       limit=LARGEST_SUBMISSION, got=len(data))  # fmt: skip
    return submission_of(parsed(data))


def parsed(data: bytes) -> Any:
    """Parse strict JSON. Raises Malformed, saying where it breaks off."""
    try:
        return read_json(data, "submission")
    except Malformed as error:
        raise Malformed(
            error.code, error.sentence, field="(whole)", expected="strict JSON in UTF-8", got=error.sentence
        ) from None


def presented_in(body: dict[str, Any]) -> list[str]:
    """The label codes of items that are given whole under ``presented``. Raises Malformed."""
    codes = body.get("presented", [])
    if not isinstance(codes, list) or not all(isinstance(each, str) and label.is_code(each, "item") for each in codes):
        raise _malformed("presented", "an array of whole label codes of items", codes)
    return codes


def submission_of(body: Any) -> Submission:
    """Read a submission that is parsed already. Raises Malformed."""
    if not isinstance(body, dict) or not {"envelope"} <= body.keys() <= {"envelope", "disclosures"}:
        raise _malformed("", "an object with envelope and disclosures", body)
    disclosures = body.get("disclosures", [])
    if not isinstance(disclosures, list):
        raise _malformed("disclosures", "an array", disclosures)
    return Submission(_envelope(body["envelope"]), tuple(_disclosure(each) for each in disclosures))


def _envelope(envelope: Any) -> bytes:
    """The envelope's bytes in compact form: what is signed is the payload inside, which stays as it is."""
    if not isinstance(envelope, dict):
        raise _malformed("envelope", "a DSSE envelope, as an object", envelope)
    try:
        return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, UnicodeEncodeError):
        raise _malformed("envelope", "a DSSE envelope of strings", envelope) from None


def _disclosure(body: Any) -> Disclosure:
    if not isinstance(body, dict) or body.keys() != {"salt", "value"} or not isinstance(body["value"], str):
        raise _malformed("disclosures", "objects with salt and value", body)
    return Disclosure(_salt(body["salt"]), body["value"])


def _salt(text: Any) -> bytes:
    try:
        salt = decode(text) if isinstance(text, str) else b""
    except ValueError:
        salt = b""
    if len(salt) != 32 or encode(salt) != text:
        raise _malformed("disclosures/salt", "32 bytes in base64url without padding", text)
    return salt


def _malformed(field: str, expected: str, got: Any) -> Malformed:
    """What was got is only named by its kind: it may hold what is to stay sealed."""
    kind = _KINDS.get(type(got), "something else")
    return Malformed(
        "malformed/submission", f"The field {field or '(whole)'} of the submission is wrong: expected {expected}.",
        field=field or "(whole)", expected=expected, got=kind,
    )  # fmt: skip
