"""Which instance types suit more task nodes: price, risk and room, ranked and diversified."""

from __future__ import annotations

from hue_desktop.core.candidates.enough import enough_nodes
from hue_desktop.core.candidates.ranking import of_similar_size, rank, suggestion
from hue_desktop.core.candidates.shortage import Shortage, bid_problem, shortage
from hue_desktop.core.candidates.values import (
    Candidate,
    CandidateList,
    ClusterRoom,
    Diversification,
    DiversifySpec,
    EnoughNodes,
    Need,
    Pick,
    PlacementScores,
    RankBy,
    SpotLine,
    VcpuLimit,
    WeighBy,
)

__all__ = [
    "Candidate",
    "CandidateList",
    "ClusterRoom",
    "Diversification",
    "DiversifySpec",
    "EnoughNodes",
    "Need",
    "Pick",
    "PlacementScores",
    "RankBy",
    "Shortage",
    "SpotLine",
    "VcpuLimit",
    "WeighBy",
    "bid_problem",
    "enough_nodes",
    "of_similar_size",
    "rank",
    "shortage",
    "suggestion",
]
