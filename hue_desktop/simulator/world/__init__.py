"""The world of a simulated region: clusters, their nodes and steps, moved by the clock."""
