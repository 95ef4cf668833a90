"""For other systems: submit acts, follow the log, and believe a receipt only once its proof was verified.

    client = Client("http://127.0.0.1:8000", [Verifier.parse(vkey)], key=key)
    receipt = client.submit(prepared.signed([key]), prepared.disclosures)
    for step in client.follow(after=kept_position): ...

``vkey`` is the log's verifier key, which the user has from elsewhere than the server. What the client must remember
between two runs is the caller's to keep: the position of the feed, and ``client.checkpoint``, the newest checkpoint.
"""

from custody.client.feed import Step
from custody.client.session import Client

__all__ = ["Client", "Step"]
