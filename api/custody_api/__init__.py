"""The HTTP API over a ledger: acts in, receipts, proofs, registers and labels out. It decides nothing."""
