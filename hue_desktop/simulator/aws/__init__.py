"""The AWS services that the simulated region answers, one module or folder a service."""
