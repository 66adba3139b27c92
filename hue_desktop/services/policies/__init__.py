"""Scaling and auto-termination policies of clusters, and why clusters scaled."""

from hue_desktop.services.policies.service import PoliciesService
from hue_desktop.services.policies.values import ScalingStory

__all__ = ["PoliciesService", "ScalingStory"]
