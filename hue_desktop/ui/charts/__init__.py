"""Painted things: the node map, and strips of series on one time axis.

pyqtgraph is imported when the first chart is shown, not with this package.
"""
