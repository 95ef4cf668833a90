"""The ledger: storage of the log, the way in for signed acts, and the ways to read, replay and verify them."""
