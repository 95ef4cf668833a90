"""Deadlines D01 to D31: pure functions over the acts of a case as they read; their numbers and names are rule data."""
