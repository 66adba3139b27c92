"""Amazon S3 of the region: a real object store behind a gate that can make trouble."""
