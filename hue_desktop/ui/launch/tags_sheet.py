"""The sheet that edits the tags of a cluster: added, changed and removed as one plan."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.tag_edits import TagEdits, tag_edits, tag_problems
from hue_desktop.core.text import _, ngettext
from hue_desktop.ui.confirm import PlanSheet
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.launch.record_list import RecordField, RecordList
from hue_desktop.ui.parts import Label, column

__all__ = ["TagsSheet"]


class TagsSheet(PlanSheet):
    """Rows of key and value. A renamed key is a removed and an added tag."""

    def __init__(self, ctx: UiContext, ref: ClusterRef) -> None:
        snapshot = ctx.app.fleet.snapshot().clusters.get(ref)
        name = snapshot.summary.name if snapshot is not None else ref.cluster_id
        super().__init__(ctx, ref, _("Tags"), f"{name} · {ref.cluster_id}", costs=False)
        cluster = snapshot.cluster if snapshot is not None else None
        self._before = cluster.tags if cluster is not None else ()
        self.records = RecordList(
            (RecordField(_("Key"), 2), RecordField(_("Value"), 3)),
            add=_("Add tag"),
            remove=_("Remove this tag"),
        )
        self.records.show_records(self._before)
        self.records.changed.connect(self._changed)
        self._edits = Label(tone="text-2", wrap=True)
        note = _("EMR passes tags on to the cluster’s EC2 instances; cost reports can use them.")
        self.body.addLayout(
            column(
                14,
                Label(note, tone="text-2", wrap=True),
                14,
                self.records,
                10,
                self._edits,
                10,
                self.risks,
                None,
            )
        )
        self._changed()

    def _changed(self) -> None:
        tags = [(key.strip(), value.strip()) for key, value in self.records.values()]
        problems = tag_problems(tags)
        self.records.show_problems(problems)
        edits = tag_edits(self._before, tags)
        self._edits.setText(_edits_text(edits))
        if problems:
            wrong = len(problems)
            self.no_plan(
                ngettext("{n} tag to correct.", "{n} tags to correct.", wrong).format(n=wrong)
            )
        elif not edits:
            self.no_plan(_("Nothing differs from what the cluster has."))
        else:
            changed, gone = dict(edits.set), set(edits.remove)
            self.plan_with(lambda: self.ctx.app.launching.plan_tags(self.ref, changed, gone))


def _edits_text(edits: TagEdits) -> str:
    words = []
    if edits.set:
        words.append(_("Sets {keys}.").format(keys=", ".join(edits.set)))
    if edits.remove:
        words.append(_("Removes {keys}.").format(keys=", ".join(edits.remove)))
    return " ".join(words)
