"""Copying between any two stores: the queue, the engine, and what a plan needs."""

from hue_desktop.services.transfers.service import TransferService

__all__ = ["TransferService"]
