"""The bundle: everything about one item or one case in one file for court, and how a stranger verifies it.

Source: docs/format.md section 7. Nothing here knows a database, a server or a clock: the ledger says what goes in
(`custody.ledger.bundling`), and whoever verifies has the file alone.
"""
