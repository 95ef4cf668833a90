"""The custody ledger: signed acts, the rules that judge them, and the log that keeps them."""
