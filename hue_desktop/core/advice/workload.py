"""What a cluster is for, told by what is installed and what things are called.

A sign is a hint and says what it was read from; rules that rest on signs alone are of low
confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.metrics import YarnApplication
from hue_desktop.core.text import _

__all__ = ["Sign", "Workload", "WorkloadKind", "workload_of"]


class WorkloadKind(Enum):
    """What the classic rules tell apart."""

    DATABASE = "database"  #: HBase, Phoenix
    CACHE = "cache"  #: Alluxio, Redis, Memcached and the like
    QUERIES = "queries"  #: Presto, Trino, Impala: memory, always on
    COMPUTE = "compute"
    LEARNING = "learning"  #: NLP and machine learning
    CRAWLER = "crawler"  #: waits for other systems most of the time
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Sign:
    """Why something is thought to be of a kind, in words."""

    kind: WorkloadKind
    text: str


@dataclass(frozen=True, slots=True)
class Workload:
    """All signs that were found."""

    signs: tuple[Sign, ...] = ()

    def of(self, *kinds: WorkloadKind) -> Sign | None:
        """The first sign of one of these kinds."""
        return next((sign for sign in self.signs if sign.kind in kinds), None)


_INSTALLED = {
    "hbase": WorkloadKind.DATABASE,
    "phoenix": WorkloadKind.DATABASE,
    "alluxio": WorkloadKind.CACHE,
    "presto": WorkloadKind.QUERIES,
    "prestosql": WorkloadKind.QUERIES,
    "trino": WorkloadKind.QUERIES,
    "impala": WorkloadKind.QUERIES,
    "mahout": WorkloadKind.LEARNING,
    "mxnet": WorkloadKind.LEARNING,
    "tensorflow": WorkloadKind.LEARNING,
}
_WORDS: tuple[tuple[WorkloadKind, frozenset[str]], ...] = (
    (WorkloadKind.CACHE, frozenset(("cache", "redis", "memcached", "ignite"))),
    (WorkloadKind.DATABASE, frozenset(("database", "cassandra", "accumulo", "kudu"))),
    (WorkloadKind.CRAWLER, frozenset(
        ("crawl", "crawler", "crawling", "scrape", "scraper", "spider", "nutch", "fetcher")
    )),
    (WorkloadKind.LEARNING, frozenset((
        "nlp", "ml", "train", "training", "mllib", "tensorflow", "pytorch", "xgboost", "bert",
        "embedding", "embeddings", "word2vec", "inference",
    ))),
    (WorkloadKind.COMPUTE, frozenset((
        "simulation", "montecarlo", "encode", "transcode", "render", "genomics", "hash",
    ))),
    (WorkloadKind.TEST, frozenset(
        ("test", "tests", "testing", "dev", "sandbox", "scratch", "experiment", "poc", "trial")
    )),
)  # fmt: skip
_SPLIT = re.compile(r"[^a-z0-9]+")


def workload_of(
    snapshot: ClusterSnapshot, applications: Iterable[YarnApplication] = ()
) -> Workload:
    """The signs, the surest first: what is installed, then names of cluster, tags and work."""
    found: dict[WorkloadKind, Sign] = {}

    def add(kind: WorkloadKind, text: str) -> None:
        found.setdefault(kind, Sign(kind, text))

    cluster = snapshot.cluster
    for each in cluster.applications if cluster is not None else ():
        kind = _INSTALLED.get(each.name.lower())
        if kind is not None:
            add(kind, _("{name} is installed").format(name=each.name))
    for text, where, of_cluster in _named(snapshot, applications):
        words = frozenset(_SPLIT.split(text.lower()))
        for kind, known in _WORDS:
            # one step called "test" does not make a cluster one for tests
            if words & known and (of_cluster or kind is not WorkloadKind.TEST):
                add(kind, where)
    return Workload(tuple(found.values()))


def _named(
    snapshot: ClusterSnapshot, applications: Iterable[YarnApplication]
) -> Iterable[tuple[str, str, bool]]:
    """Text, where it stands, and whether it speaks of the cluster as a whole."""
    name = snapshot.summary.name
    yield name, _("the cluster is called “{name}”").format(name=name), True
    cluster = snapshot.cluster
    for key, value in cluster.tags if cluster is not None else ():
        yield value, _("it is tagged {key} = {value}").format(key=key, value=value), True
    for step in (snapshot.steps or ())[:20]:
        yield step.spec.name, _("a step is called “{name}”").format(name=step.spec.name), False
    for each in applications:
        yield each.name, _("an application is called “{name}”").format(name=each.name), False
