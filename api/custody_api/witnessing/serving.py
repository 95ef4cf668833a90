"""``custody witness serve``: a witness, until it is interrupted."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.cli.keys import open_note_key
from custody.cli.parser import WrongUse
from custody.cli.settings import settings_of
from custody.cli.terminal import note, tell
from custody.cli.words import language, text
from custody.errors import Malformed
from custody.tlog.cosignature import KeyType, NotePrivateKey
from custody.tlog.note import Signer, Verifier
from custody.tlog.policy import LOGS
from custody.witnessing.cosigner import Cosigner, found
from custody_api import binding, logs
from custody_api.door import doorway_of
from custody_api.witnessing.app import create_witness
from custody_api.wording import CATALOGUE, say

LONGEST_STOP_SECONDS = 10
"""How long requests may take to finish when the witness is told to stop."""


def run(args: Namespace) -> int:
    """Serve as a witness; return the exit status."""
    settings = settings_of(args)
    verifiers = [_log(each) for each in args.log]
    signers = [_signer(args.name, open_note_key(Path(each), settings)) for each in args.key]
    try:
        doorway = doorway_of(args.host, settings, None)
        encrypted = binding.encrypted(settings)
        listener = binding.bound(args.host, args.port)
    except WrongUse as error:
        if error.code not in CATALOGUE:
            raise
        note(f"✗ {say(error.code, 'zh' if language() == 'zh' else 'en', **error.fields)}")
        return 2
    logs.begin(settings.log_format)
    with listener, binding.until_terminated():
        if args.found:
            found(args.state)
        with closing(Cosigner(args.state, verifiers, signers)) as cosigner:
            tell(text("witness/address", address=binding.address_of(listener, settings)))
            server = uvicorn.Server(uvicorn.Config(
                create_witness(cosigner, doorway), log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=LONGEST_STOP_SECONDS, proxy_headers=False,
                ssl_context_factory=(lambda *_: encrypted) if encrypted else None,
            ))  # fmt: skip
            server.run([listener])
            return 0 if server.started else 1


def _log(vkey: str) -> Verifier:
    key = Verifier.parse(vkey)
    if key.kind not in LOGS:
        raise Malformed("malformed/log-key", "This is no verifier key of a log.", file=key.name)
    return key


def _signer(name: str, key: NotePrivateKey) -> Signer:
    """A key of a witness: Ed25519 cosigns with a time here, and never as a log does."""
    return Signer(name, key, KeyType.COSIGNATURE if isinstance(key, Ed25519PrivateKey) else KeyType.ML_DSA_44)
