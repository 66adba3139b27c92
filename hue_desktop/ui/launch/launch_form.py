"""The form of a new cluster: all sections on one page, read as one spec."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from hue_desktop.core.changes import ClusterSpec
from hue_desktop.core.clusters import Application
from hue_desktop.core.text import _
from hue_desktop.services.launch import LaunchOptions, PricedType, SpecProblem
from hue_desktop.ui.launch.access_section import AccessSection
from hue_desktop.ui.launch.extras_sections import (
    AdvancedSection,
    BootstrapSection,
    StepsSection,
    TagsSection,
)
from hue_desktop.ui.launch.form_section import FormSection
from hue_desktop.ui.launch.identity_section import ApplicationsSection, IdentitySection
from hue_desktop.ui.launch.life_section import LifeSection, ScalingSection
from hue_desktop.ui.launch.nodes_section import NodesSection
from hue_desktop.ui.parts import column
from hue_desktop.ui.parts.tab_order import chain_as_laid_out

__all__ = ["LaunchForm"]


class LaunchForm(QWidget):
    """``changed`` after each edit; ``spec`` reads it, ``show_spec`` fills it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("New cluster"))
        self.identity = IdentitySection()
        self.applications = ApplicationsSection()
        self.nodes = NodesSection()
        self.life = LifeSection()
        self.scaling = ScalingSection()
        self.access = AccessSection()
        self.bootstrap = BootstrapSection()
        self.steps = StepsSection()
        self.tags = TagsSection()
        self.advanced = AdvancedSection()
        self._base = ClusterSpec("", "")
        self._filling = False
        self.setLayout(column(*self.sections))
        for section in self.sections:
            section.changed.connect(self._announce)

    @property
    def sections(self) -> tuple[FormSection, ...]:
        """The sections from top to bottom."""
        return (
            self.identity,
            self.nodes,
            self.applications,
            self.life,
            self.scaling,
            self.access,
            self.steps,
            self.bootstrap,
            self.tags,
            self.advanced,
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Tab reaches the fields from top to bottom."""
        super().showEvent(event)
        chain_as_laid_out(self)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Put rows and boxes that came in the meantime into their place first."""
        chain_as_laid_out(self)
        return super().focusNextPrevChild(forward)

    def _announce(self) -> None:
        if not self._filling:
            self.life.show_notes(self.spec())
            self.changed.emit()

    def show_spec(self, spec: ClusterSpec) -> None:
        """Fill every field."""
        self._filling = True
        self._base = spec
        for section in self.sections:
            section.show_spec(spec)
        self._filling = False
        self._announce()

    def spec(self) -> ClusterSpec:
        """The cluster as the fields ask for it."""
        spec = self._base
        for section in self.sections:
            spec = section.apply_to(spec)
        return spec

    def show_options(self, options: LaunchOptions) -> None:
        """What the region offers."""
        self._filling = True
        self.identity.show_releases(options.releases)
        self.access.show_options(options)
        self._filling = False

    def show_loading(self) -> None:
        """What the region offers is being read."""
        self._filling = True
        self.identity.show_loading()
        self.access.show_loading()
        self._filling = False

    def show_list(self, name: str, options: LaunchOptions) -> None:
        """One of the lists that the region offers is there."""
        self._filling = True
        if name == "releases":
            self.identity.show_releases(options.releases)
        else:
            self.access.show_list(name, options)
        self._filling = False

    def show_applications(self, applications: Sequence[Application]) -> None:
        """What the release can install."""
        self._filling = True
        self.applications.show_applications(applications)
        self._filling = False

    def show_types(self, types: Sequence[PricedType]) -> None:
        """What the release runs on."""
        self.nodes.show_types(types)

    def own_problems(self) -> tuple[SpecProblem, ...]:
        """What cannot be read at all."""
        return tuple(problem for section in self.sections for problem in section.own_problems())

    def show_problems(self, problems: Sequence[SpecProblem]) -> tuple[str, ...]:
        """Put each sentence to its field; those without a field come back."""
        by_field: dict[str, str] = {}
        for problem in problems:
            said = by_field.get(problem.field, "")
            by_field[problem.field] = f"{said} {problem.sentence}".strip()
        placed: set[str] = set()
        for section in self.sections:
            placed |= section.show_problems(by_field)
        return tuple(text for field, text in by_field.items() if field not in placed)
