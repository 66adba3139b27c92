"""Transfers as values: what is to be copied, by which route, and how far it is."""
