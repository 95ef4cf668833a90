"""Who else vouches for callers: issuers of OpenID Connect, and certificates that a proxy in front has verified.

Both only say who calls. Whether that is somebody, and what he may read, the log says as for everybody else.
"""
