"""A real server that speaks S3, on the loopback address, and a bucket on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server; as long as it is there, the variables of S3 clients name it."""
    from moto.server import ThreadedMotoServer  # takes two seconds

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    said = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "custody",
        "AWS_SECRET_ACCESS_KEY": "geheim-geheim",
    }  # fmt: skip
    before = dict(os.environ)
    os.environ.update(said)
    try:
        yield said["AWS_ENDPOINT_URL"]
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.stop()


def new_bucket(server: str) -> str:
    """The name of a fresh bucket."""
    name = f"custody-{uuid4().hex[:12]}"
    assert httpx.put(f"{server}/{name}").status_code == 200
    return name
