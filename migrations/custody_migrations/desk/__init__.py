"""The schema of the desk: a lineage of its own, since on SQLite the desk is a file of its own."""
