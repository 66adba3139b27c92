"""Hue Desktop: manage Amazon EMR clusters, real ones or simulated ones, in one window."""

__version__ = "0.1.0"
