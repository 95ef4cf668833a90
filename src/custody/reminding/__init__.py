"""Reminders of deadlines: who is told of what and when, the outbox, its channels, the morning report, recommendations.

1. `ladder` says which rungs a deadline has reached, `directory` who is meant by "officer" or "unit head" of it.
2. `outbox` holds one row for each deadline, term, level and recipient, and never a second.
3. `delivery` takes rows in hand, sends them in bundles through `channels`, and marks what became of them.
4. `recommendations` numbers what is drafted when the last rung is reached, and follows it to its reply.
5. `turn` does all of it once, as of one moment.
"""
