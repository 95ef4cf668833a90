"""The tables of the desk. Alembic makes and changes them (`custody_migrations`); nothing else issues DDL for them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

SCHEMA: Final = "desk"
"""The schema on PostgreSQL. On SQLite the desk is a file of its own."""

metadata = MetaData()

_POSITION: Final = BigInteger().with_variant(Integer(), "sqlite")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True, comment="made from kind, about, term, level and recipient: once each"),
    Column("kind", Text, nullable=False, comment="deadline, report or recommendation"),
    Column("about", Text, nullable=False, comment="the deadline's id; agency and day; the recommendation's number"),
    Column("term", Text, nullable=False, comment="when the deadline is due; it moves when a term is extended"),
    Column("level", Text, nullable=False),
    Column("colour", Text, nullable=False),
    Column("recipient", Text, nullable=False, comment="a person's id"),
    Column("facts", Text, nullable=False, comment="what the message says, as JSON"),
    Column("state", Text, nullable=False),
    Column("channel", Text, comment="through which it goes, or went"),
    Column("bundle", Text, comment="the message it goes in, with others for the same recipient"),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("not_before", Text, nullable=False),
    Column("claimed_at", Text),
    Column("claim", Text, comment="which delivery has it in hand"),
    Column("sent_at", Text),
    Column("error", Text),
    Index("outbox_state", "state", "not_before"),
    Index("outbox_about", "about", "recipient"),
    sqlite_strict=True,
)

morning_report = Table(
    "morning_report",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("made_at", Text, nullable=False),
    Column("body", Text, nullable=False, comment="the list as it was made, as JSON"),
    sqlite_strict=True,
)

recommendation = Table(
    "recommendation",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("deadline", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("case", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("drafted_at", Text, nullable=False),
    Column("reply_by", Text, nullable=False),
    Column("void_reason", Text),
    Column("voided_at", Text),
    Index("recommendation_deadline", "deadline", "term", unique=True),
    sqlite_strict=True,
)

session = Table(
    "session",
    metadata,
    Column("token", Text, primary_key=True, comment="SHA-256 of it, in hex"),
    Column("person", Text, nullable=False),
    Column("key", Text, comment="signed in with; null: an outside issuer vouched"),
    Column("begun_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("session_end", "expires_at"),
    sqlite_strict=True,
)

used_nonce = Table(
    "used_nonce",
    metadata,
    Column("id", Text, primary_key=True, comment="key and nonce of a sign-in that was used"),
    Column("until", Text, nullable=False, comment="from when on its time alone refuses it"),
    Index("used_nonce_end", "until"),
    sqlite_strict=True,
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("key", Text, comment="signed in with when it was made; null: an outside issuer vouched"),
    Column("url", Text, nullable=False),
    Column("secret", Text, comment="whsec_…, in the open, since it signs; null once it ended"),
    Column("old_secret", Text),
    Column("old_until", Text, comment="until when the old secret signs, too"),
    Column("made_at", Text, nullable=False),
    Column("position", _POSITION, nullable=False, comment="every act up to here was delivered, not shown or given up"),
    Column("tries", Integer, nullable=False, comment="of what is to be delivered next"),
    Column("not_before", Text, nullable=False),
    Column("error", Text, comment="what the last try failed at"),
    Column("claim", Text, comment="which sender has it in hand"),
    Column("claimed_at", Text, comment="when it was last in hand"),
    Column("ended", Text, comment="why nothing is sent any more"),
    Index("subscription_person", "person"),
    sqlite_strict=True,
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("position", _POSITION, primary_key=True, autoincrement=False, comment="of the act"),
    Column("act", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("died_at", Text, nullable=False),
    Column("replay", Integer, nullable=False, comment="1: to be sent again"),
    sqlite_strict=True,
)

pending = Table(
    "pending",
    metadata,
    Column("id", Text, primary_key=True, comment="the act's id"),
    Column("payload", LargeBinary, nullable=False, comment="exactly the bytes that are signed"),
    Column("disclosures", Text, comment="as JSON; null as soon as it is over"),
    Column("put_by", Text, nullable=False, comment="a person's id"),
    Column("put_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", Text),
    Column("ended_by", Text, comment="who declined or withdrew it"),
    Column("reason", Text, comment="why it was declined"),
    Column("problem", Text, comment="why the ledger turned it away, as JSON"),
    Index("pending_state", "state", "expires_at"),
    sqlite_strict=True,
)

pending_signer = Table(
    "pending_signer",
    metadata,
    Column("pending", Text, primary_key=True),
    Column("key", Text, primary_key=True, comment="the key's id"),
    Column("number", Integer, nullable=False, comment="where the signer stands in the act"),
    Column("person", Text, nullable=False),
    Column("signature", Text, comment="as the envelope has it, as JSON"),
    Column("signed_at", Text),
    Index("pending_signer_person", "person", "pending"),
    sqlite_strict=True,
)

count_scan = Table(
    "count_scan",
    metadata,
    Column("stock_take", Text, primary_key=True, comment="the act that opened it"),
    Column("person", Text, primary_key=True, comment="who counts"),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="of this counter's scans, from 1"),
    Column("code", Text, nullable=False),
    Column("place", Text, nullable=False, comment="where it was scanned"),
    Column("item", Text, comment="that bears the code in force"),
    Column("scanned_at", Text, nullable=False),
    sqlite_strict=True,
)

counter = Table(
    "counter",
    metadata,
    Column("stock_take", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("done_at", Text, comment="from when on this counter scans no more"),
    sqlite_strict=True,
)

comment = Table(
    "comment",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they came"),
    Column("receipt", Text, nullable=False, comment="SHA-256 of the link's token, in hex"),
    Column("act", Text, nullable=False, comment="the act that the receipt is of"),
    Column("agency", Text, nullable=False, comment="whose supervisors read it"),
    Column("text", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("read_by", Text, comment="a person's id"),
    Column("read_at", Text),
    Index("comment_agency", "agency", "id"),
    Index("comment_receipt", "receipt"),
    sqlite_strict=True,
)

verification = Table(
    "verification",
    metadata,
    Column("id", Integer, primary_key=True, comment="in the order in which they were begun"),
    Column("begun_by", Text, nullable=False, comment="a person's id"),
    Column("begun_at", Text, nullable=False),
    Column("state", Text, nullable=False, comment="running, done, cancelled or broken-off"),
    Column("done", _POSITION, nullable=False, comment="entries looked at"),
    Column("total", _POSITION, nullable=False, comment="of how many"),
    Column("seen_at", Text, nullable=False, comment="when its process last said how far it is"),
    Column("ended_at", Text),
    Column("ended_by", Text, comment="who cancelled it"),
    Column("report", Text, comment="what it found, as JSON"),
    Index("verification_state", "state"),
    sqlite_strict=True,
)
