"""SSH of the region: a bastion that leads to the simulated hosts."""
