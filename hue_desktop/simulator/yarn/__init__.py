"""YARN of the simulated clusters: ResourceManager and NodeManagers as their REST APIs tell it."""
