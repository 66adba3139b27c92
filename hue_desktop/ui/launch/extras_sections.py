"""Bootstrap actions, steps, tags, and what few people need."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtWidgets import QPlainTextEdit

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.core.clusters import BootstrapAction
from hue_desktop.core.launch_form import configurations_problem, join_words, split_words
from hue_desktop.core.steps import ActionOnFailure, StepSpec
from hue_desktop.core.text import _
from hue_desktop.services.launch import SpecProblem
from hue_desktop.ui.launch.form_section import FormSection
from hue_desktop.ui.launch.record_list import RecordField, RecordList
from hue_desktop.ui.parts import FieldRow, NumberField, TextField, set_look

__all__ = ["AdvancedSection", "BootstrapSection", "StepsSection", "TagsSection"]

_INDEX = re.compile(r"(\w+)\[(\d+)\]")


class _RecordSection(FormSection):
    """A section that is one list of records of ``field``."""

    def __init__(self, title: str, field: str, records: RecordList, note: str = "") -> None:
        super().__init__(title, note)
        self._field = field
        self.records = records
        self.add(records)
        records.changed.connect(self.changed)

    def show_problems(self, problems: Mapping[str, str]) -> set[str]:
        mine = {name for name in problems if name.split("[")[0] == self._field}
        by_record: dict[int, str] = {}
        for name in sorted(mine):
            match = _INDEX.match(name)
            number = int(match[2]) if match else 0
            by_record[number] = f"{by_record.get(number, '')} {problems[name]}".strip()
        self.records.show_problems(by_record)
        return mine

    def _bad_arguments(self, column_number: int) -> tuple[SpecProblem, ...]:
        problems = []
        for number, values in enumerate(self.records.values()):
            try:
                split_words(values[column_number])
            except ValueError as error:
                problems.append(SpecProblem(f"{self._field}[{number}].args", str(error)))
        return tuple(problems)


def _words(text: str) -> tuple[str, ...]:
    """The arguments typed; none while a quotation mark is open (which is said elsewhere)."""
    try:
        return split_words(text)
    except ValueError:
        return ()


class BootstrapSection(_RecordSection):
    """Scripts that every node runs before the applications are installed."""

    def __init__(self) -> None:
        fields = (
            RecordField(_("Name"), 2, _("install-tools")),
            RecordField(_("Script"), 4, "s3://bucket/script.sh", mono=True),
            RecordField(_("Arguments"), 3, mono=True),
        )
        records = RecordList(
            fields, add=_("Add bootstrap action"), remove=_("Remove this bootstrap action")
        )
        super().__init__(_("Bootstrap actions"), "bootstrap_actions", records)

    def show_spec(self, spec: ClusterSpec) -> None:
        self.records.show_records(
            [(one.name, one.script_path, join_words(one.args)) for one in spec.bootstrap_actions]
        )

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        actions = tuple(
            BootstrapAction(name.strip() or path.rsplit("/", 1)[-1], path.strip(), _words(words))
            for name, path, words in self.records.values()
        )
        return replace(spec, bootstrap_actions=actions)

    def own_problems(self) -> tuple[SpecProblem, ...]:
        return self._bad_arguments(2)


class StepsSection(_RecordSection):
    """Steps that run one after the other once the cluster is up."""

    def __init__(self) -> None:
        fields = (
            RecordField(_("Name"), 2, _("load-orders")),
            RecordField(_("Jar"), 3, "command-runner.jar", mono=True),
            RecordField(_("Arguments"), 4, "spark-submit s3://bucket/job.py", mono=True),
            RecordField(_("If it fails"), 2, choices=_failure_choices()),
        )
        records = RecordList(
            fields,
            add=_("Add step"),
            remove=_("Remove this step"),
            new=("", "command-runner.jar", "", ActionOnFailure.CONTINUE.value),
        )
        super().__init__(_("Steps"), "steps", records)
        self._kept: tuple[StepSpec, ...] = ()

    def show_spec(self, spec: ClusterSpec) -> None:
        self._kept = spec.steps
        self.records.show_records(
            [
                (step.name, step.jar, join_words(step.args), step.action_on_failure.value)
                for step in spec.steps
            ]
        )

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        return replace(spec, steps=tuple(self._step(values) for values in self.records.values()))

    def _step(self, values: tuple[str, ...]) -> StepSpec:
        name, jar, words, action = values
        known = next((step for step in self._kept if step.name == name), StepSpec(name, jar))
        return replace(
            known,
            name=name.strip(),
            jar=jar.strip(),
            args=_words(words),
            action_on_failure=ActionOnFailure(action),
        )

    def own_problems(self) -> tuple[SpecProblem, ...]:
        return self._bad_arguments(2)


def _failure_choices() -> tuple[tuple[str, str], ...]:
    return (
        (ActionOnFailure.CONTINUE.value, _("go on")),
        (ActionOnFailure.CANCEL_AND_WAIT.value, _("cancel the rest")),
        (ActionOnFailure.TERMINATE_CLUSTER.value, _("end the cluster")),
    )


class TagsSection(_RecordSection):
    """Tags of the cluster and its nodes."""

    def __init__(self) -> None:
        fields = (RecordField(_("Key"), 2), RecordField(_("Value"), 3))
        records = RecordList(fields, add=_("Add tag"), remove=_("Remove this tag"))
        super().__init__(_("Tags"), "tags", records)

    def show_spec(self, spec: ClusterSpec) -> None:
        self.records.show_records(spec.tags)

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        tags = tuple((key.strip(), value.strip()) for key, value in self.records.values())
        return replace(spec, tags=tags)


class AdvancedSection(FormSection):
    """Logs, concurrency, root volume, configurations."""

    def __init__(self) -> None:
        super().__init__(_("Logs and configuration"))
        self.log_uri = TextField(name=_("Log folder"), placeholder="s3://bucket/logs/", mono=True)
        self.concurrency = NumberField(1, name=_("Steps at a time"), low=1, high=256)
        self.root_volume = NumberField(0, name=_("Root volume"), low=0, high=100, suffix=" GiB")
        self.root_volume.setSpecialValueText(_("EMR’s default"))
        self.configurations = _JsonField(_("Configurations"), self.changed.emit)
        self.concurrency.setFixedWidth(120)
        self.root_volume.setFixedWidth(120)
        self.add_field("log_uri", FieldRow(_("Log folder"), self.log_uri))
        self.add_field(
            "step_concurrency", FieldRow(_("Steps at a time"), self.concurrency, stretch=False)
        )
        self.add_field(
            "root_volume_gib", FieldRow(_("Root volume"), self.root_volume, stretch=False)
        )
        self.add_field("configurations_json", FieldRow(_("Configurations"), self.configurations))
        self.log_uri.textChanged.connect(lambda _text: self.changed.emit())
        self.concurrency.valueChanged.connect(lambda _value: self.changed.emit())
        self.root_volume.valueChanged.connect(lambda _value: self.changed.emit())

    def show_spec(self, spec: ClusterSpec) -> None:
        self.log_uri.setText(spec.log_uri)
        self.concurrency.setValue(spec.step_concurrency)
        self.root_volume.setValue(spec.root_volume_gib or 0)
        shown = "" if spec.configurations_json.strip() == "[]" else spec.configurations_json
        self.configurations.setPlainText(shown)

    def apply_to(self, spec: ClusterSpec) -> ClusterSpec:
        text = self.configurations.toPlainText().strip() or "[]"
        return replace(
            spec,
            log_uri=self.log_uri.text().strip(),
            step_concurrency=self.concurrency.value(),
            root_volume_gib=self.root_volume.value() or None,
            configurations_json="[]" if configurations_problem(text) else text,
        )

    def own_problems(self) -> tuple[SpecProblem, ...]:
        problem = configurations_problem(self.configurations.toPlainText())
        return (SpecProblem("configurations_json", problem),) if problem else ()


class _JsonField(QPlainTextEdit):
    """A few lines of JSON; Tab leaves it, as it leaves every field."""

    def __init__(self, name: str, changed: Callable[[], None]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText('[{"Classification": "spark-defaults", "Properties": {}}]')
        self.setTabChangesFocus(True)
        self.setFixedHeight(132)
        self.textChanged.connect(changed)

    def set_problem(self, sentence: str) -> None:
        """Mark the text wrong, or with an empty sentence right again."""
        set_look(self, problem=bool(sentence))
        self.setAccessibleDescription(sentence)
