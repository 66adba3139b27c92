"""The door to AWS: boto3 clients of one connection in one region, read into values of core.

boto3 is imported by the first call and not before, so that importing this room costs nothing.
"""
