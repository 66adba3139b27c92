"""The door to the nodes, over SSH."""
