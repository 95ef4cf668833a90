"""Attachments: files beside the acts that name them, each under its SHA-256. The acts say which belong to the log."""

from custody.attachments.store import Attachments, Limits, folder_beside

__all__ = ["Attachments", "Limits", "folder_beside"]
