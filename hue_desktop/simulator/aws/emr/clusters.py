"""Clusters: describing, listing, ending them, and the switches of a cluster that lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hue_desktop.simulator.aws.emr.describe import cluster_of, cluster_summary_of
from hue_desktop.simulator.aws.emr.errors import invalid_request, validation
from hue_desktop.simulator.aws.emr.lookup import (
    find_cluster,
    job_flow,
    live_cluster,
    live_job_flow,
    page,
)
from hue_desktop.simulator.aws.emr.tags import check_tags
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.world import World

__all__ = ["ClusterOperations"]

Json = dict[str, Any]
_PAGE = 50
_MAX_TERMINATE = 10


class ClusterOperations:
    """Operations on whole clusters."""

    def __init__(self, world: World) -> None:
        self._world = world

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "AddTags": self.add_tags,
            "DescribeCluster": self.describe_cluster,
            "ListBootstrapActions": self.list_bootstrap_actions,
            "ListClusters": self.list_clusters,
            "ModifyCluster": self.modify_cluster,
            "RemoveTags": self.remove_tags,
            "SetKeepJobFlowAliveWhenNoSteps": self.set_keep_alive,
            "SetTerminationProtection": self.set_termination_protection,
            "SetUnhealthyNodeReplacement": self.set_unhealthy_node_replacement,
            "SetVisibleToAllUsers": self.set_visible_to_all_users,
            "TerminateJobFlows": self.terminate_job_flows,
        }

    # Reading

    def describe_cluster(self, call: Call) -> Json:
        """One cluster in full."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        return {"Cluster": cluster_of(self._world, cluster)}

    def list_clusters(self, call: Call) -> Json:
        """Clusters in pages of 50, newest first."""
        params = call.params
        states = set(params.get("ClusterStates") or ())
        after, before = params.get("CreatedAfter"), params.get("CreatedBefore")
        since = after.timestamp() if after else float("-inf")
        until = before.timestamp() if before else float("inf")
        found = [
            cluster
            for cluster in reversed(self._world.clusters.values())
            if since <= cluster.created <= until and (not states or cluster.state in states)
        ]
        found.sort(key=lambda cluster: -cluster.created)
        chosen, more = page(found, params.get("Marker"), _PAGE)
        return {"Clusters": [cluster_summary_of(self._world, item) for item in chosen], **more}

    def list_bootstrap_actions(self, call: Call) -> Json:
        """The bootstrap actions as they were asked for."""
        cluster = find_cluster(self._world, call.params["ClusterId"])
        actions = []
        for action in cluster.bootstrap_actions:
            script = action.get("ScriptBootstrapAction") or {}
            actions.append(
                {
                    "Name": action.get("Name", ""),
                    "ScriptPath": script.get("Path", ""),
                    "Args": script.get("Args") or [],
                }
            )
        chosen, more = page(actions, call.params.get("Marker"), _PAGE)
        return {"BootstrapActions": list(chosen), **more}

    # Ending

    def terminate_job_flows(self, call: Call) -> None:
        """Shut clusters down; protected ones refuse, the others of the request go all the same."""
        ids = call.params["JobFlowIds"]
        if len(ids) > _MAX_TERMINATE:
            raise validation("At most 10 job flows may be terminated in one request.")
        clusters = [job_flow(self._world, cluster_id) for cluster_id in ids]
        protected = [item for item in clusters if item.protected and item.live]
        for cluster in clusters:
            if not cluster.protected:
                self._world.lifecycle.terminate(
                    cluster, "USER_REQUEST", "Terminated by user request"
                )
        if protected:
            raise validation(
                "Could not shut down one or more job flows since they are termination protected."
            )

    # Switches

    def set_termination_protection(self, call: Call) -> None:
        """Lock clusters against TerminateJobFlows, or unlock them."""
        value = bool(call.params["TerminationProtected"])
        self._switch(call, lambda cluster: setattr(cluster, "protected", value))

    def set_unhealthy_node_replacement(self, call: Call) -> None:
        """Whether EMR replaces core nodes that stay unhealthy."""
        value = bool(call.params["UnhealthyNodeReplacement"])
        self._switch(call, lambda cluster: setattr(cluster, "replace_unhealthy", value))

    def set_visible_to_all_users(self, call: Call) -> None:
        """Deprecated on EMR but still kept."""
        value = bool(call.params["VisibleToAllUsers"])
        self._switch(call, lambda cluster: setattr(cluster, "visible_to_all", value))

    def set_keep_alive(self, call: Call) -> None:
        """Turn a transient cluster into a long-running one, or back."""
        value = bool(call.params["KeepJobFlowAliveWhenNoSteps"])
        self._switch(call, lambda cluster: setattr(cluster, "keep_alive", value))
        for cluster_id in call.params["JobFlowIds"]:
            cluster = self._world.clusters[cluster_id]
            if not value and cluster.state == "WAITING" and self._world.compat != "moto":
                self._world.lifecycle.terminate(cluster, "ALL_STEPS_COMPLETED", "Steps completed")

    def _switch(self, call: Call, change: Callable[[Cluster], None]) -> None:
        clusters = [live_job_flow(self._world, item) for item in call.params["JobFlowIds"]]
        for cluster in clusters:
            change(cluster)
            self._world.touch(cluster)

    def modify_cluster(self, call: Call) -> Json:
        """Change the step concurrency level; above 1 every waiting step must CONTINUE."""
        cluster = live_cluster(self._world, call.params["ClusterId"])
        level = call.params.get("StepConcurrencyLevel")
        if level is not None:
            if not 1 <= level <= 256:
                raise invalid_request("Step concurrency level must be between 1 and 256.")
            actions = {step.action_on_failure for step in cluster.active_steps.values()}
            if level > 1 and actions - {"CONTINUE"} and self._world.compat != "moto":
                raise invalid_request(
                    "Step concurrency level can only be changed when every active step has "
                    "ActionOnFailure CONTINUE."
                )
            cluster.step_concurrency = level
            self._world.work.pump(cluster)
        if call.params.get("ExtendedSupport") is not None:
            cluster.extended_support = bool(call.params["ExtendedSupport"])
        self._world.touch(cluster)
        answer: Json = {"StepConcurrencyLevel": cluster.step_concurrency}
        if cluster.extended_support is not None:
            answer["ExtendedSupport"] = cluster.extended_support
        return answer

    # Tags

    def add_tags(self, call: Call) -> Json:
        """Add tags to a cluster, or replace their values."""
        cluster = live_cluster(self._world, call.params["ResourceId"])
        tags = call.params["Tags"]
        check_tags(tags, len(set(cluster.tags) - {tag.get("Key") for tag in tags}))
        cluster.tags.update({tag["Key"]: tag.get("Value") or "" for tag in tags})
        self._world.touch(cluster)
        return {}

    def remove_tags(self, call: Call) -> Json:
        """Remove tags; those a cluster does not have are ignored."""
        cluster = live_cluster(self._world, call.params["ResourceId"])
        for key in call.params["TagKeys"]:
            cluster.tags.pop(key, None)
        self._world.touch(cluster)
        return {}
