"""Uploader: files that lie on this computer end up attached to a record of a web service."""

__version__ = "0.1.0"
