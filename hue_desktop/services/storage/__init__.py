"""Browsing stores: places, listings, previews, what takes up the space, and changes as plans.

It hands on what the ``FileSystem`` port of each store says, off the main thread; copying is the
business of ``services/transfers``.
"""
