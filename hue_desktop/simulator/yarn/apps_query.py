"""Which applications ``/cluster/apps`` lists: its query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hue_desktop.simulator.hadoop.pages import WebError
from hue_desktop.simulator.world.applications import Application, applications_of
from hue_desktop.simulator.world.load import Share
from hue_desktop.simulator.world.steps import Step
from hue_desktop.simulator.yarn.forms import (
    final_status_of,
    kind_of,
    queue_of,
    state_of,
    tags_of,
    user_of,
)
from hue_desktop.simulator.yarn.state import YarnMoment

__all__ = ["AppsQuery"]

_STATES = frozenset(
    {
        *("NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING"),
        *("FINISHED", "FAILED", "KILLED"),
    }
)
_FINAL_STATES = frozenset({"UNDEFINED", "SUCCEEDED", "FAILED", "KILLED", "ENDED"})
_LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class AppsQuery:
    """The parameters; an empty one lets everything pass. Instants are epoch milliseconds."""

    states: frozenset[str] = frozenset()
    final_status: str = ""
    user: str = ""
    queue: str = ""
    name: str = ""
    limit: int = 0
    kinds: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    started: tuple[int, int] = (0, _LATEST)
    finished: tuple[int, int] = (0, _LATEST)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> AppsQuery:
        """The query of a request. Raises :class:`WebError` for what makes no sense."""
        states = _names(query.get("states", "")) | _names(query.get("state", ""))
        for state in states - _STATES:
            raise _bad(
                f"Invalid application-state {state} specified. It should be one of {_STATES_TEXT}"
            )
        final = query.get("finalStatus", "").upper()
        if final and final not in _FINAL_STATES:
            raise _bad(f"Invalid final-state {final} specified.")
        limit = _number(query, "limit", 0)
        if "limit" in query and limit <= 0:
            raise _bad("limit value must be greater then 0")
        return cls(
            states=states,
            final_status=final,
            user=query.get("user", ""),
            queue=query.get("queue", ""),
            name=query.get("name", ""),
            limit=limit,
            kinds=_names(query.get("applicationTypes", "")),
            tags=frozenset(name.lower() for name in _names(query.get("applicationTags", ""))),
            started=_span(query, "started"),
            finished=_span(query, "finished"),
        )

    def chosen(self, moment: YarnMoment, shares: Mapping[str, Share]) -> list[Step | Application]:
        """The applications that pass, newest first."""
        found: list[Step | Application] = []
        for application in reversed(applications_of(moment.cluster)):
            if self._passes(application, shares.get(application.id)):
                found.append(application)
                if self.limit and len(found) == self.limit:
                    break
        return found

    def _passes(self, application: Step | Application, share: Share | None) -> bool:
        state = state_of(share, application)
        ended = 0 if share is not None else int(application.ended * 1000)
        return (
            (not self.states or state in self.states)
            and self.final_status in ("", final_status_of(state))
            and self.user in ("", user_of(application))
            and self.queue.removeprefix("root.") in ("", queue_of(application))
            and self.name in ("", application.name)
            and (not self.kinds or kind_of(application).upper() in self.kinds)
            and (not self.tags or bool(self.tags & set(tags_of(application))))
            and self.started[0] <= int(application.started * 1000) <= self.started[1]
            and self.finished[0] <= ended <= self.finished[1]
        )


_STATES_TEXT = "[NEW, NEW_SAVING, SUBMITTED, ACCEPTED, RUNNING, FINISHED, FAILED, KILLED]"


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().upper() for name in text.split(",") if name.strip())


def _span(query: Mapping[str, str], what: str) -> tuple[int, int]:
    begin = _number(query, f"{what}TimeBegin", 0)
    end = _number(query, f"{what}TimeEnd", _LATEST)
    for name, value in (("Begin", begin), ("End", end)):
        if value < 0:
            raise _bad(f"{what}Time{name} must be greater than 0")
    if begin > end:
        raise _bad(f"{what}TimeEnd must be greater than {what}TimeBegin")
    return begin, end


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise WebError(400, "NumberFormatException", f'For input string: "{text}"') from None


def _bad(message: str) -> WebError:
    return WebError(400, "BadRequestException", message)
