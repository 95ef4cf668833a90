"""Witnesses (c2sp.org/tlog-witness): being one, and having the ledger's checkpoints cosigned by others."""
