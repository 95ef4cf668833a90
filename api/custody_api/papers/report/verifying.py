"""How to check a bundle with what every Linux has: unzip, sha256sum, base64, xxd and openssl, and this bundle's values.

One act is followed all the way: its envelope, a signature under the key that was enrolled, its entry, the path to the
root, and the log's signature on that root. Sources: DSSE 1.0.2, RFC 9162 section 2.1.3.2, C2SP signed-note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from custody.acts import PAYLOAD_TYPE
from custody.acts.entry import Recorded
from custody.facts.parties import KeyFacts
from custody.ledger.bundle_content import log_keys_at
from custody.tlog.cosignature import KeyType
from custody.tlog.encoding import to_base64
from custody.tlog.note import Note, Verifier
from custody_api.papers.report.chain import act_name
from custody_api.papers.report.document import Chapter, Step
from custody_api.papers.report.history import History

_ED25519_SPKI: Final = "302a300506032b6570032100"
"""What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410), in hex."""


@dataclass(frozen=True, slots=True)
class _Example:
    """The act to follow and the key whose signature is checked."""

    recorded: Recorded
    envelope: bytes
    key: KeyFacts
    enrolment: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.envelope).hexdigest()


def by_yourself(history: History, note: str) -> Chapter:
    """The last chapter: steps with the commands of each, to be saved as one file and run by bash."""
    t = history.sources.t
    title = t("自行核验", "Check it yourself")
    found = _example(history)
    if found is None:
        says = t("没有可用以下命令核验的签名，请用 custody verify。", "Use custody verify.")
        return Chapter(title, (says,))
    act = f"{act_name(history, found.recorded.act.act)} #{found.recorded.index + 1}"
    says = t(
        "本报告不是证据；证据是包内的行为原文、签名和证明。以下命令不用本软件，只用 Linux 常备的 unzip、openssl、"
        f"sha256sum、base64 和 xxd，以“{act}”为例核验一项签名，并证明它列于检查点之下。把各步命令按顺序存为 check.sh，"
        "与证据包 bundle.zip 同放一个文件夹，执行 bash check.sh："
        "任何一步不符即停止并报错，末行显示 OK 即全部相符。",
        "This report is no evidence: the acts, signatures and proofs in the bundle are. These commands use none of "
        f"our software, only unzip, openssl, sha256sum, base64, xxd. They check one signature, of {act}, and that it "
        "stands under the checkpoint. Save them in order as check.sh beside bundle.zip and run bash check.sh: it stops "
        "at the first step that does not hold, and ends with OK if all do.",
    )
    further = t(
        "核验其余行为、完整性、见证和时间：custody verify bundle.zip，或打开包内 verify.html。",
        "For all other acts, completeness, witnesses and time: custody verify bundle.zip, or open verify.html.",
    )
    steps = (_open(history), _envelope(history, found), *_signature(history, found), *_inclusion(history, found, note))
    return Chapter(title, (says, further), steps=(*steps, Step(t("全部相符。", "Everything holds."), ("echo OK",))))


def _open(history: History) -> Step:
    says = ("解包。J 从 JSON 中取一个值，U 解码 base64url。", "Unpack. J takes a value from JSON, U decodes base64url.")
    return Step(
        history.sources.t(*says),
        (
            "set -euo pipefail",
            "unzip -q bundle.zip -d bundle",
            "cd bundle",
            r"""J() { tr -d '[:space:]\\' < "$1" | sed "s|.*$2\":\"\([^\"]*\)\".*|\1|"; }""",
            r"U() { tr '_-' '/+' | sed -E 's/^(.{4})*.{3}$/&=/; s/^(.{4})*.{2}$/&==/' | base64 -d; }",
        ),
    )


def _envelope(history: History, found: _Example) -> Step:
    return Step(
        history.sources.t(
            "行为原文（信封）的 SHA-256 正是台账条目所记。", "The envelope has the SHA-256 that the log's entry names."
        ),
        (
            f"I={found.recorded.index}",
            f"H={found.sha256}",
            'echo "$H  envelopes/$H" | sha256sum -c --quiet',
            r'grep -q "\"envelope\":\"$H\"" entries/$I.json',
        ),
    )


def _signature(history: History, found: _Example) -> Iterator[Step]:
    t = history.sources.t
    person = history.sources.person(found.key.person)
    yield Step(
        t("取出载荷，按 DSSE 写出被签名的字节（PAE）。", "Take the payload; write the bytes that are signed (PAE)."),
        (
            f"T={PAYLOAD_TYPE}",
            "J envelopes/$H '\"payload' | base64 -d > payload",
            '(printf "DSSEv1 ${#T} $T $(($(wc -c < payload))) "; cat payload) > pae',
        ),
    )
    yield Step(
        t(f"从密钥登记行为（#{found.key.enrolled_at + 1}）取出 {person} 的公钥；密钥编号是它的 SHA-256。",
          f"Take the public key of {person} from its enrolment (#{found.key.enrolled_at + 1}); its id is its SHA-256."),
        (
            f"K={found.key.key.key_id}",
            f"E={sha256(found.enrolment).hexdigest()}",
            'echo "$E  keys/envelopes/$E" | sha256sum -c --quiet',
            "J keys/envelopes/$E '\"payload' | base64 -d > enrolment",
            "J enrolment '\"public_key' | U > key.der",
            'echo "$K  key.der" | sha256sum -c --quiet',
        ),
    )  # fmt: skip
    yield _verified(history, found)


def _verified(history: History, found: _Example) -> Step:
    t = history.sources.t
    take = (r"""S="\"keyid\":\"$K\",\"sig" """.rstrip(), 'J envelopes/$H "$S" | base64 -d > sig')
    if found.key.passkey is None:
        says = t("核验签名。", "Verify the signature.")
        return Step(says, (*take, _check(found, "key.der", "pae", "sig")))
    says = t(
        "核验通行密钥的签名：它签的是设备数据和浏览器数据的 SHA-256，后者含 PAE 的 SHA-256。",
        "Verify the passkey's signature: it covers the device's data and the SHA-256 of the browser's, "
        "which holds that of the PAE.",
    )
    commands = (
        *take,
        r"""W="$S\":\"[^\"]*\",\"webauthn\":{\"authenticatorData" """.rstrip(),
        'J envelopes/$H "$W" | U > device',
        r"""J envelopes/$H "$W\":\"[^\"]*\",\"clientDataJSON" | U > browser""",
        "J browser '\"challenge' | U | cmp - <(openssl dgst -sha256 -binary pae)",
        "(cat device; openssl dgst -sha256 -binary browser) > covered",
        _check(found, "key.der", "covered", "sig"),
    )
    return Step(says, commands)


def _check(found: _Example, key: str, signed: str, signature: str) -> str:
    if found.key.key.algorithm == "ed25519":
        return f"openssl pkeyutl -verify -pubin -keyform DER -inkey {key} -rawin -in {signed} -sigfile {signature}"
    return f"openssl dgst -sha256 -verify {key} -keyform DER -signature {signature} {signed}"


def _inclusion(history: History, found: _Example, note: str) -> Iterator[Step]:
    sources, t = history.sources, history.sources.t
    root = sources.ledger.recorder.root_at(sources.at) or b""
    yield Step(
        t("由条目的哈希沿证明算到根，它正是本报告封面和检查点上的根。",
          "From the hash of the entry along the proof to the root: the one on the cover and in the checkpoint."),
        (
            f"N={sources.at}",
            f"R={to_base64(root)}",
            "h=$( (printf '\\0'; cat entries/$I.json) | sha256sum | cut -c1-64); n=$I; m=$((N - 1))",
            "for p in $(sed -n '3,/^$/p' proofs/$I.tlog-proof); do",
            "  p=$(echo $p | base64 -d | xxd -p -c 32)",
            "  if [ $((n % 2)) = 1 ] || [ $n = $m ]; then",
            "    h=$(echo 01$p$h | xxd -r -p | sha256sum | cut -c1-64)",
            "    while [ $((n % 2)) = 0 ] && [ $n != 0 ]; do n=$((n / 2)); m=$((m / 2)); done",
            "  else",
            "    h=$(echo 01$h$p | xxd -r -p | sha256sum | cut -c1-64)",
            "  fi",
            "  n=$((n / 2)); m=$((m / 2))",
            "done",
            "[ $m = 0 ]",
            '[ "$(echo $h | xxd -r -p | base64)" = "$R" ]',
            '[ "$(sed -n 2,3p checkpoint)" = "$N"$\'\\n\'"$R" ]',
        ),
    )  # fmt: skip
    yield from _log_signature(history, note)


def _log_signature(history: History, note: str) -> Iterator[Step]:
    """The log's Ed25519 signature on the checkpoint, by the line on which it stands."""
    t = history.sources.t
    signer = _log_key(history, note)
    if signer is None:
        return
    line, verifier = signer
    yield Step(
        t("核验台账在检查点上的签名。L 是台账公钥：请与从别处（登记机关、见证机、先前的证据包）得到的比对。",
          "Verify the log's signature on the checkpoint. L is the log's key: compare it with one that you have from "
          "elsewhere (the operator, a witness, an earlier bundle)."),
        (
            f"L={verifier.public_key.hex()}",
            f"echo {_ED25519_SPKI}$L | xxd -r -p > log.der",
            "head -n 3 checkpoint > text",
            f"sed -n {line}p checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > logsig",
            "openssl pkeyutl -verify -pubin -keyform DER -inkey log.der -rawin -in text -sigfile logsig",
        ),
    )  # fmt: skip


def _log_key(history: History, note: str) -> tuple[int, Verifier] | None:
    """The line of the note that bears the log's Ed25519 signature, and the key."""
    ledger = history.sources.ledger
    known = log_keys_at(ledger, history.sources.at)
    verifiers = {each.key_id: each for each in known if each.kind is KeyType.ED25519}
    parsed = Note.parse(note)
    first = parsed.text.count("\n") + 2
    for line, each in enumerate(parsed.signatures, first):
        if each.key_id in verifiers:
            return line, verifiers[each.key_id]
    return None


def _example(history: History) -> _Example | None:
    """The first act with a signature that the commands can take: rather by a key file, else by a passkey."""
    return next(_examples(history, passkeys=False), None) or next(_examples(history, passkeys=True), None)


def _examples(history: History, passkeys: bool) -> Iterator[_Example]:
    recorder = history.sources.ledger.recorder
    for recorded in history.shown:
        for signer in recorded.act.signers:
            known = history.key(signer.key)
            if known is None or (known[0].passkey is not None) is not passkeys:
                continue
            envelope = recorder.row(recorded.index + 1).envelope
            told = b"".join(envelope.split()).replace(b"\\", b"")
            if b'"keyid":"%b","sig":"' % signer.key.encode() in told:
                enrolment = recorder.row(known[0].enrolled_at + 1).envelope
                yield _Example(recorded, envelope, known[0], enrolment)
