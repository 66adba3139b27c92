"""Tests of the AWS services of the simulated region."""
