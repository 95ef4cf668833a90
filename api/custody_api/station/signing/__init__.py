"""Signing: acts completed and signed in the browser, by each party with a key of his own; signing in with one."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
