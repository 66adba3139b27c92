"""Why a cluster has no nodes to show, said in the same words wherever nodes are shown."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterSnapshot, ClusterState
from hue_desktop.core.recorded import last_nodes
from hue_desktop.core.text import _
from hue_desktop.ui.parts import FourStates

__all__ = ["nodes_to_show"]


def nodes_to_show(states: FourStates, cluster: ClusterSnapshot | None) -> bool:
    """Whether the cluster has nodes; when not, ``states`` says why."""
    if cluster is None:
        states.show_empty(
            _("This cluster is not known"), _("EMR forgets clusters two months after their end.")
        )
        return False
    if last_nodes(cluster):
        return True
    error, name, state = (
        cluster.errors.get("instances"),
        cluster.summary.name,
        cluster.summary.state,
    )
    if not state.active:
        states.show_empty(
            _("No nodes any more"), _("{name} has ended; its nodes are gone.").format(name=name)
        )
    elif cluster.instances is None and error is not None:
        states.show_failed(error)
    elif cluster.instances is None:
        states.show_loading(_("Reading the nodes of {name}").format(name=name))
    elif state in (ClusterState.STARTING, ClusterState.BOOTSTRAPPING):
        states.show_empty(
            _("No nodes yet"), _("EC2 has not granted any; they appear here as they come.")
        )
    else:
        states.show_empty(_("No active nodes"), _("EMR lists none for this cluster."))
    return False
