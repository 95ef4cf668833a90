"""A time authority on the loopback address: `openssl ts` behind an HTTP server, with its certificates and lists."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY: Final = "1.2.3.4.1"
OTHER_POLICY: Final = "1.2.3.4.5"
DAY: Final = timedelta(days=1)

_SETTINGS: Final = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
{certs}
signer_digest = {digest}
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(said: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, said)])


@dataclass
class TimeAuthority:
    """An authority: a root, a certificate between, and a signer. ``answers`` are used up one a request: bytes as they
    are with status 200, or a status; then it answers truly. ``asked`` holds the requests."""

    folder: Path
    name: str
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    answers: list[bytes | int] = field(default_factory=list)
    lists: dict[str, bytes] = field(default_factory=dict)
    sends_chain: bool = True
    digest: str = "sha256"

    def __post_init__(self) -> None:
        self.root_key, self.between_key = _key(), _key()
        self.root = self._certificate("root", self.root_key.public_key(), "root", self.root_key, days=36_500)

    def opens(self, days: int = 3_650, since: timedelta = DAY, usage: Any = ExtendedKeyUsageOID.TIME_STAMPING) -> None:
        """Take a new certificate for its signer, which ends in so many days."""
        key = _key()
        public = self.between_key.public_key()
        self.between = self._certificate("between", public, "root", self.root_key, days=36_000)
        self.signer = self._certificate(
            "signer", key.public_key(), "between", self.between_key, days=days, since=since, usage=usage
        )  # fmt: skip
        (self.folder / "chain.pem").write_bytes(_pem(self.between) + _pem(self.root))
        (self.folder / "between.pem").write_bytes(_pem(self.between))
        (self.folder / "root.pem").write_bytes(_pem(self.root))
        (self.folder / "signer.pem").write_bytes(_pem(self.signer))
        (self.folder / "signer.key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )  # fmt: skip
        (self.folder / "serial").write_text("01\n")
        self.revokes()

    def revokes(self, *revoked: tuple[x509.Certificate, x509.ReasonFlags | None]) -> None:
        """Publish lists: of the root's, empty; and the certificates revoked by the one between."""
        self.lists["/root.crl"] = self._list("root", self.root_key)
        self.lists["/between.crl"] = self._list("between", self.between_key, *revoked)

    def settings(self, **more: Any) -> str:
        """Its table in the settings of time authorities."""
        said = {"url": self.url, "roots": str(self.folder / "root.pem"), **more}
        lines = [f"{name} = {value!r}" for name, value in said.items()]
        return "\n".join([f"[authorities.{self.name}]", *lines, ""])

    def answer(self, query: bytes) -> bytes:
        """A true answer, by OpenSSL."""
        certs = f"certs = {self.folder}/chain.pem" if self.sends_chain else ""
        said = _SETTINGS.format(folder=self.folder, certs=certs, digest=self.digest)
        (self.folder / "ts.cnf").write_text(said)
        (self.folder / "query").write_bytes(query)
        (self.folder / "reply").write_bytes(b"")
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", self.folder / "ts.cnf", "-queryfile", self.folder / "query",
             "-out", self.folder / "reply"],
            capture_output=True, check=False,
        )  # fmt: skip
        return (self.folder / "reply").read_bytes()

    def _certificate(
        self, name: str, public: Any, issuer: str, key: ec.EllipticCurvePrivateKey, *, days: int,
        since: timedelta = 2 * DAY, usage: Any = None,
    ) -> x509.Certificate:  # fmt: skip
        now = datetime.now(UTC)
        is_authority = usage is None
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(f"{self.name} {name}")).issuer_name(_name(f"{self.name} {issuer}")).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - since).not_valid_after(now + days * DAY)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )  # fmt: skip
        if usage is not None:
            made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        if name != "root":
            where = x509.UniformResourceIdentifier(f"{self.url}/{issuer}.crl")
            made = made.add_extension(
                x509.CRLDistributionPoints([x509.DistributionPoint([where], None, None, None)]), critical=False
            )  # fmt: skip
        return made.sign(key, hashes.SHA256())

    def _list(
        self, issuer: str, key: ec.EllipticCurvePrivateKey,
        *revoked: tuple[x509.Certificate, x509.ReasonFlags | None],
    ) -> bytes:  # fmt: skip
        now = datetime.now(UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(_name(f"{self.name} {issuer}"))
        made = made.last_update(now - DAY).next_update(now + DAY)
        for certificate, reason in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            entry = entry.revocation_date(now + timedelta(hours=1))
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            made = made.add_revoked_certificate(entry.build())
        return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@contextmanager
def time_authority(folder: Path, name: str, days: int = 3_650) -> Iterator[TimeAuthority]:
    """An authority that answers for the length of a test."""
    folder.mkdir(parents=True)
    turns = threading.Lock()
    authority = TimeAuthority(folder, name)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with turns:
                authority.asked.append(query)
                answer = authority.answers.pop(0) if authority.answers else authority.answer(query)
            self._answer(answer)

        def do_GET(self) -> None:
            self._answer(authority.lists.get(self.path, 404))

        def _answer(self, answer: bytes | int) -> None:
            body = answer if isinstance(answer, bytes) else b""
            self.send_response(200 if isinstance(answer, bytes) else answer)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        authority.url = f"http://127.0.0.1:{server.server_address[1]}"
        authority.opens(days)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield authority
        finally:
            server.shutdown()


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
