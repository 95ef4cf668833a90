"""Attachments: files beside the acts that name them, each under its SHA-256. The acts say which belong to the log.

They lie in a folder, or in a bucket that speaks S3.
"""

from custody.attachments.store import Attachments, Limits, folder_beside

__all__ = ["Attachments", "Limits", "folder_beside"]
