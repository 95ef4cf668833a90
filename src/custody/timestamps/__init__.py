"""Time-stamp tokens (RFC 3161) and their renewal: what an independent clock says of some bytes. Pure; no network.

A token's signature is verified by ``rfc3161-client``, the extra ``time``; where that is missing, none is called good.
"""
