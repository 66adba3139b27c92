"""Painted things: the node map, and strips of series on one time axis.

``charts.live_strips`` imports pyqtgraph and is imported when the first chart is shown, not with
this package.
"""
