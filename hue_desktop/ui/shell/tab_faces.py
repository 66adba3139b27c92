"""How tabs look: a cluster's name with its state's shape, a page's title with its icon."""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.services.nodes import attention_of
from hue_desktop.ui.alert_counts import AlertCount, worse
from hue_desktop.ui.page import PageKind
from hue_desktop.ui.parts import cluster_shape
from hue_desktop.ui.shell.tab_strip import TabFace
from hue_desktop.ui.shell.workspace import Tab

__all__ = ["tab_face"]

_STORES = {"s3": "cloud", "hdfs": "storage", "webhdfs": "storage"}


def tab_face(
    tab: Tab,
    snapshot: FleetSnapshot,
    kinds: Mapping[str, PageKind],
    alerts: AlertCount | None = None,
) -> TabFace:
    """The face of ``tab`` now; a cluster's name is kept in the tab for the next start."""
    if tab.ref is None:
        kind = kinds[tab.page]
        if tab.place:
            return TabFace(tab.place, icon_name=_STORES.get(tab.place.partition(":")[0], kind.icon))
        return TabFace(kind.title, icon_name=kind.icon)
    cluster = snapshot.clusters.get(tab.ref)
    if cluster is None:
        return TabFace(tab.name or tab.ref.cluster_id, icon_name="cluster")
    tab.name = cluster.summary.name
    attention, sentence = attention_of(cluster)
    if alerts is not None and cluster.summary.state.active:
        attention = worse(attention, alerts)
        sentence = "\n".join(filter(None, (sentence, alerts.text)))
    shape = cluster_shape(cluster.summary.state, attention)
    hint = f"{tab.ref.connection} · {tab.ref.cluster_id}\n{sentence}".strip()
    return TabFace(tab.name or tab.ref.cluster_id, shape, tooltip=hint)
