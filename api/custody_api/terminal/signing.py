"""What will be signed, in sentences and as a digest; each signer with their own key; the receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from custody.acts.act import Signer
from custody.acts.receipt import Receipt
from custody.cli.completion import completed, require_no_passkey
from custody.cli.words import text
from custody.cli.zone import local
from custody.errors import CustodyError, Malformed, Unavailable
from custody.keyfile import is_encrypted, read_key
from custody.signed import SignedAct
from custody.signing import key_id_of, public_bytes
from custody_api.terminal.desk import Desk, View
from custody_api.terminal.saying import decision_rows, sentences
from custody_api.terminal.sheet import Sheet
from custody_api.terminal.shown import Answer, Row, Shown, problem_rows, words_of
from custody_api.terminal.words import flow_name, part_name, say, term


def decided(desk: Desk, sheet: Sheet, back: View, keys: frozenset[str] = frozenset()) -> View:
    """Complete the act of a sheet, have it decided by a dry run, and show it to whoever signs it.

    ``keys``: which of several keys of a person is meant. Raises what submitting would raise.
    """
    connection = desk.counter.connection
    try:
        signed = completed(sheet.draft(), connection, keys)
    except Malformed as error:
        if error.code != "malformed/signer-keys":
            raise
        return _WhichKey(desk, sheet, back, keys, str(error.fields["got"])).or_next()
    require_no_passkey(signed, connection)
    defects = connection.check(signed, sheet.codes)
    desk.kept.keep(sheet, signed)
    return Signing(desk, sheet, signed, back, defects)


def resumed(desk: Desk, back: View) -> View:
    """Go on with what was begun to be signed: the same bytes, with the signatures so far."""
    sheet, signed = desk.kept.sheet, desk.kept.signed
    if sheet is None or signed is None:
        raise ValueError("nothing was begun to be signed")
    defects = desk.counter.connection.check(signed, sheet.codes) if signed.missing() else None
    return Signing(desk, sheet, signed, back, defects)


class _WhichKey(View):
    """Somebody has several keys that are in force: which one is at hand?"""

    def __init__(self, desk: Desk, sheet: Sheet, back: View, keys: frozenset[str], person: str) -> None:
        super().__init__(desk)
        self._sheet, self._back, self._keys, self._person = sheet, back, keys, person
        kinds = desk.counter.connection.live_keys(person)
        self._known = [key for key, kind in kinds.items() if kind != "passkey"]

    def or_next(self) -> View:
        """This question, unless there is but one answer."""
        if len(self._known) == 1:
            return self.chosen(0)
        if not self._known:
            self.desk.answered("refused", "sign/passkey", person=self._person)
            return self._back
        return self

    def shown(self) -> Shown:
        options = tuple(f"{key[:16]}…" for key in self._known)
        return Shown(flow_name(self._sheet.name), say("sign/which-key", person=self._person), options=options,
                     keys=(say("key/back"),), digits_alone=len(options) <= 9)  # fmt: skip

    def chosen(self, number: int) -> View:
        return decided(self.desk, self._sheet, self._back, self._keys | {self._known[number]})

    def left(self) -> View:
        return self._back


class Signing(View):
    """An act that its signers read and sign, one after the other, each with the file of their own key."""

    def __init__(
        self, desk: Desk, sheet: Sheet, signed: SignedAct, back: View, defects: list[dict[str, Any]] | None
    ) -> None:
        super().__init__(desk)
        self.act, self._sheet, self._back, self._defects = signed, sheet, back, defects
        self._problem: CustodyError | None = None
        self._file: Path | None = None

    def shown(self) -> Shown:
        signer = self._next()
        known = self.desk.kept.key_files.get(signer.person) if signer and not self._file else None
        keys = (say("key/send"), say("key/back")) if signer is None else (say("key/back"),)
        return Shown(
            title=say("sign/title", name=flow_name(self._sheet.name)), question=self._question(signer),
            facts=((say("sign/digest"), hashlib.sha256(self.act.payload).hexdigest()),),
            rows=tuple(self._rows()), keys=keys, secret=self._file is not None,
            guarded=True,
            options=(known,) if known else (),
        )  # fmt: skip

    def _question(self, signer: Signer | None) -> str:
        if signer is None:
            return say("sign/lost")
        if self._file is not None:
            return say("sign/passphrase", person=signer.person, file=self._file.name)
        return say("sign/file", part=part_name(self.act.act.act, signer.part), person=signer.person)

    def _rows(self) -> Iterator[Row]:
        if self._problem is not None:
            yield from problem_rows(self._problem)
        act = self.act.act
        missing = set(self.act.missing())
        for each in act.signers:
            who = say("sign/who", part=part_name(act.act, each.part), person=each.person)
            state = say("row/to-sign" if each in missing else "row/signed")
            yield Row("…" if each in missing else "✓", f"{who}  {state}", "plain" if each in missing else "good")
        for paper in act.attestations:
            said = say("sign/paper", part=part_name(act.act, paper.part), kind=term(paper.kind))
            yield Row("·", said)
        yield from decision_rows(self._defects)
        yield from sentences(self.act, self._sheet.names)

    def _next(self) -> Signer | None:
        return next(iter(self.act.missing()), None)

    def chosen(self, number: int) -> View:
        signer = self._next()
        return self.told(self.desk.kept.key_files[signer.person]) if signer else self

    def told(self, text: str) -> View:
        signer = self._next()
        if signer is None:
            return super().told(text)
        try:
            if self._file is not None:
                return self._opened(self._file, text.encode())
            path = Path(text).expanduser()
            if path.stat().st_mode & 0o077 == 0 and is_encrypted(path):
                self._file = path
                return self
            return self._opened(path, None)
        except CustodyError as error:
            self.desk.answer = Answer("refused", words_of(error))
        except (OSError, RuntimeError) as error:  # a home directory that there is not is a RuntimeError
            self.desk.answer = Answer("refused", _unread(text, error))
        self._file = None
        return self

    def _opened(self, path: Path, passphrase: bytes | None) -> View:
        key = read_key(path, passphrase)
        self._file = None
        key_id = key_id_of(public_bytes(key))
        signer = next((each for each in self.act.missing() if each.key == key_id), None)
        if signer is None:
            self.desk.answered("refused", "sign/other-key")
            return self
        self.act = self.act.signed_with({key_id: key})
        self.desk.kept.key_files[signer.person] = str(path.absolute())
        self.desk.kept.keep(self._sheet, self.act)
        self.desk.answered("accepted", "sign/signed", person=signer.person)
        return self if self.act.missing() else self.signed()

    def signed(self) -> View:
        """Submit what everybody has signed."""
        if self.act.missing():
            return super().signed()
        try:
            receipt = self.desk.counter.connection.submit(self.act.envelope(), self.act.disclosures)
        except Unavailable as error:
            self._problem = error
            self.desk.answer = Answer("refused", words_of(error))
            return self
        except CustodyError as error:
            self._problem = error
            self.desk.kept.keep(self._sheet)
            self.desk.answer = Answer("refused", words_of(error))
            return self
        self._note_opening(receipt)
        self.desk.kept.keep(None)
        self.desk.answered("accepted", "done/title", position=f"{receipt.position:,}")
        return Done(self.desk, self.act, receipt)

    def _note_opening(self, receipt: Receipt) -> None:
        """A stock-take that was opened here is counted here; one that is closed is over."""
        opened, said = self.desk.kept.opened, self._sheet.said
        if self._sheet.name == "stock-take":
            opened[receipt.act] = {"places": said["places"], "items": said["book"]}
        elif self._sheet.name == "stock-take/closed":
            opened.pop(said["opening"], None)

    def left(self) -> View:
        if self._file is not None:
            self._file = None
            return self
        if not self.act.signatures:
            self.desk.kept.keep(self._sheet)  # nobody signed these bytes: next time the act is made anew
        return self._back


def _unread(text: str, error: Exception) -> str:
    """Why a file was not read. What names none may be a passphrase that was typed too early: it is not repeated."""
    try:
        there = Path(text).expanduser().exists()
    except (OSError, RuntimeError):
        there = False
    return f"{text[-60:]}: {getattr(error, 'strerror', error)}" if there else say("sign/no-file")


class Done(View):
    """The receipt."""

    def __init__(self, desk: Desk, signed: SignedAct, receipt: Receipt) -> None:
        super().__init__(desk)
        self._act, self._receipt = signed, receipt

    def shown(self) -> Shown:
        receipt = self._receipt
        facts = (
            (text("receipt/act"), receipt.act),
            (text("receipt/recorded-at"), str(local(receipt.as_json()["recorded_at"]))),
            (text("receipt/signers"), ", ".join(each.person for each in self._act.act.signers)),
        )
        rows = [Row("✓", say("done/verified"), "good")]
        rows += decision_rows([each.model_dump(mode="json") for each in receipt.defects]) if receipt.defects else []
        return Shown(say("done/title", position=f"{receipt.position:,}"), say("done/next"), facts, tuple(rows),
                     keys=(say("key/on"),))  # fmt: skip

    def entered(self) -> View:
        return self.desk.home()

    def scanned(self, code: str) -> View:
        return self.desk.home().scanned(code)

    def left(self) -> View:
        return self.desk.home()
