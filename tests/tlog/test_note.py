"""Signed notes against the specification's own example, and everything a strict reader refuses."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.errors import Malformed, Untrusted
from custody.tlog.note import Note, Signer, Verifier, open_note, sign_note

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
TEXT = "This is an example message.\n"
LINE = (
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NOTE = f"{TEXT}\n{LINE}"

LOG = Signer("custody.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = Signer("witness.example/w", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))


def test_the_specifications_own_note_opens() -> None:
    assert open_note(NOTE, Verifier.parse(VKEY)) == TEXT
    assert open_note(NOTE.encode(), Verifier.parse(VKEY)) == TEXT


def test_a_verifier_key_is_written_as_it_was_read() -> None:
    assert str(Verifier.parse(VKEY)) == VKEY
    assert Verifier.parse(str(LOG.verifier)) == LOG.verifier


def test_a_note_is_written_as_it_was_read() -> None:
    assert str(Note.parse(NOTE)) == NOTE


def test_a_note_of_two_signers_opens_for_either_and_names_both() -> None:
    note = sign_note("one\n\ntwo\n", LOG, OTHER)
    assert open_note(note, LOG.verifier) == open_note(note, OTHER.verifier) == "one\n\ntwo\n"
    assert Note.parse(note).verified([OTHER.verifier, LOG.verifier]) == (LOG.verifier, OTHER.verifier)


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = sign_note(TEXT, LOG)
    stranger = "\u2014 custody.example/log AAAAAAAAAAA=\n"
    assert open_note(note + stranger, LOG.verifier) == TEXT


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    false = Signer(LOG.name, Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)).sign(TEXT)
    forged = Note(TEXT, (OTHER.sign(TEXT), type(false)(false.name, LOG.verifier.key_id, false.value)))
    with pytest.raises(Untrusted):
        open_note(str(forged), LOG.verifier, OTHER.verifier)


def test_a_note_without_a_known_signature_is_not_trusted() -> None:
    with pytest.raises(Untrusted):
        open_note(NOTE, LOG.verifier)


def test_a_changed_text_is_not_trusted() -> None:
    with pytest.raises(Untrusted):
        open_note(NOTE.replace("example message", "other message"), Verifier.parse(VKEY))


def test_sixteen_signatures_are_read() -> None:
    signers = [Signer(f"w{n}.example", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in range(16)]
    note = sign_note(TEXT, *signers)
    assert len(Note.parse(note).verified([signer.verifier for signer in signers])) == 16


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("", id="empty"),
        pytest.param(TEXT, id="no signature"),
        pytest.param(f"{TEXT}\n", id="no signature line"),
        pytest.param(NOTE[:-1], id="no newline at the end"),
        pytest.param(NOTE + "\n", id="empty line at the end"),
        pytest.param(NOTE.replace("\u2014", "-"), id="another dash"),
        pytest.param(NOTE.replace("\u2014 ", "\u2014"), id="no space after the dash"),
        pytest.param(NOTE.replace("foo U", "foo  U"), id="two spaces"),
        pytest.param(NOTE.replace("aQM=", "aQM"), id="no padding"),
        pytest.param(NOTE.replace("aQM=", "aQN="), id="stray bits in the base64"),
        pytest.param(NOTE.replace("example.com/foo", "example.com+foo"), id="plus in the name"),
        pytest.param(NOTE.replace("example.com/foo", "example\u3000com"), id="space in the name"),
        pytest.param(NOTE.replace("This", "Thi\ts"), id="control character"),
        pytest.param(NOTE.encode()[:5] + b"\xff" + NOTE.encode()[5:], id="not UTF-8"),
        pytest.param(f"{TEXT}\n\u2014 short AAAA\n", id="too short for a key id"),
        pytest.param(f"{TEXT}\n" + LINE * 101, id="too many signatures"),
    ],
)
def test_a_note_out_of_form_is_malformed(broken: str | bytes) -> None:
    with pytest.raises(Malformed):
        open_note(broken, Verifier.parse(VKEY))


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "example.com/foo",
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("530d903a", "530D903A"),
        VKEY.replace("example", "exam ple"),
        VKEY[:-4],
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_a_verifier_key_out_of_form_is_malformed(broken: str) -> None:
    with pytest.raises(Malformed):
        Verifier.parse(broken)


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n"])
def test_a_text_that_could_not_be_read_back_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="newline"):
        sign_note(text, LOG)
