"""The world of a simulated region: clusters and their nodes, steps and fates, moved by the clock."""
