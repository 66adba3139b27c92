"""Hadoop's doors: HDFS over WebHDFS or HttpFS, and over its own RPC where that is reachable."""
