"""Having checkpoints dated by independent authorities (RFC 3161), keeping their tokens, and renewing them in time.

Beside the ledger, never in an append's way: what cannot be had now is had at the next turn.
"""
