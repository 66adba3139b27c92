"""The what-if bench: a copy of a cluster on which sizes, types and markets are tried. Pure."""
