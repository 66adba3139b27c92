"""The simulated region: a separate building that speaks AWS's wire protocols on loopback.

It imports nothing of the application (an import-linter contract enforces it), so that a
misunderstanding of a protocol cannot hide on both sides.
"""
