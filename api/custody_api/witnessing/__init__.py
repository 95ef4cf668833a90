"""A witness as a server of its own: nothing of a ledger is loaded."""
