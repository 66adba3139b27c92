"""Hadoop as a cluster runs it: HDFS with WebHDFS and HttpFS."""
