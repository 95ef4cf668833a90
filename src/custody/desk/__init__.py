"""The desk: what is neither an act nor derived from acts, such as which reminder went to whom.

It is no truth about items, and it is backed up: without it, people would be reminded again of what they know.
"""

from custody.desk.store import Desk, desk_file

__all__ = ["Desk", "desk_file"]
