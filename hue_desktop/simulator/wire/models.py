"""The service models of botocore, loaded when first needed and never twice.

Only botocore's loader and model classes are used: creating clients (or importing boto3) would cost
more than the whole start of the region.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache, cached_property

import botocore.loaders
from botocore.model import OperationModel, ServiceModel, Shape

from hue_desktop.simulator.wire.reading import ReaderFactory, ReadShape
from hue_desktop.simulator.wire.writing import WriterFactory, WriteShape
from hue_desktop.simulator.wire.xml import WriteXml, XmlWriterFactory

__all__ = [
    "SERVICES",
    "Models",
    "OperationApi",
    "ServiceApi",
    "ServiceId",
    "is_aws_region",
    "service_by_scope",
]


@dataclass(frozen=True, slots=True)
class ServiceId:
    """How requests for one service are recognised before its model is loaded."""

    name: str  #: botocore's name
    scope: str  #: the service part of the credential scope
    target: str  #: the part of ``X-Amz-Target`` before the operation, or empty
    scoped_to_region: bool = True  #: whether a request must be signed for the region itself


SERVICES: tuple[ServiceId, ...] = (
    ServiceId("emr", "elasticmapreduce", "ElasticMapReduce"),
    ServiceId("ec2", "ec2", ""),
    ServiceId("cloudwatch", "monitoring", "GraniteServiceVersion20100801"),
    ServiceId("ce", "ce", "AWSInsightsIndexService", scoped_to_region=False),
    ServiceId("pricing", "pricing", "AWSPriceListService", scoped_to_region=False),
    ServiceId("service-quotas", "servicequotas", "ServiceQuotasV20190624"),
    ServiceId("cloudtrail", "cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
    ServiceId("kms", "kms", "TrentService"),
    ServiceId("iam", "iam", "", scoped_to_region=False),
    ServiceId("sts", "sts", "", scoped_to_region=False),
)

_BY_SCOPE = {service.scope: service for service in SERVICES}
_BY_TARGET = {service.target: service for service in SERVICES if service.target}


def service_by_scope(scope: str, target: str) -> ServiceId | None:
    """The service that a credential scope names, or else the one that ``target`` names."""
    found = _BY_SCOPE.get(scope)
    if found is None and target:
        found = _BY_TARGET.get(target.rpartition(".")[0])
    return found


class OperationApi:
    """One operation of a service: its reader and writers, compiled at first use."""

    def __init__(self, service: ServiceApi, model: OperationModel) -> None:
        self.service = service
        self.model = model
        self.name: str = model.name

    @cached_property
    def read(self) -> ReadShape | None:
        """Checks a decoded request; ``None`` when the operation takes no input."""
        shape = self.model.input_shape
        return None if shape is None else self.service.readers.of(shape)

    @cached_property
    def write(self) -> WriteShape | None:
        """Turns an answer into JSON values; ``None`` when there is no output shape."""
        shape = self.model.output_shape
        return None if shape is None else self.service.json_writers.of(shape)

    @cached_property
    def write_cbor(self) -> WriteShape | None:
        """Turns an answer into CBOR values (timestamps and bytes stay what they are)."""
        shape = self.model.output_shape
        return None if shape is None else self.service.cbor_writers.of(shape)

    @cached_property
    def write_xml(self) -> WriteXml | None:
        """Appends the members of an answer as XML."""
        shape = self.model.output_shape
        return None if shape is None else self.service.xml_writers.of(shape)

    @property
    def result_wrapper(self) -> str | None:
        """The element that a query answer puts around its members."""
        shape = self.model.output_shape
        if shape is None:
            return None
        wrapper: str | None = shape.serialization.get("resultWrapper")
        return wrapper


class ServiceApi:
    """One service: its protocols and operations.

    ``strict`` says whether constraints (lengths, ranges, patterns, enums) are enforced.
    """

    def __init__(self, service: ServiceId, model: ServiceModel, *, strict: bool) -> None:
        self.id = service
        self.name = service.name
        self.model = model
        metadata = model.metadata
        self.protocols: tuple[str, ...] = tuple(
            metadata.get("protocols") or (metadata["protocol"],)
        )
        self.default_protocol: str = metadata["protocol"]
        self.json_version: str = metadata.get("jsonVersion", "1.0")
        self.xml_namespace: str = metadata.get("xmlNamespace", "")
        self.query_compatible = "awsQueryCompatible" in metadata
        self.readers = ReaderFactory(strict=strict)
        self.json_writers = WriterFactory(cbor=False)
        self.cbor_writers = WriterFactory(cbor=True)
        self.xml_writers = XmlWriterFactory()
        self._operations: dict[str, OperationApi] = {}
        self._names = frozenset(model.operation_names)

    def operation(self, name: str) -> OperationApi | None:
        """The operation called ``name``, or ``None`` if the model has none."""
        found = self._operations.get(name)
        if found is None and name in self._names:
            found = OperationApi(self, self.model.operation_model(name))
            self._operations[name] = found
        return found

    @cached_property
    def errors(self) -> dict[str, Shape]:
        """Error shapes by shape name and by error code."""
        by_name: dict[str, Shape] = {}
        for shape in self.model.error_shapes:
            by_name[shape.name] = shape
        for shape in self.model.error_shapes:
            code = shape.metadata.get("error", {}).get("code")
            if code:
                by_name.setdefault(code, shape)
        return by_name


def is_aws_region(name: str) -> bool:
    """Whether AWS (its commercial partition) has a region of this name."""
    partitions = _loader().load_data("partitions")["partitions"]
    regions = next(item["regions"] for item in partitions if item["id"] == "aws")
    return name in regions and name != "aws-global"


def _loader() -> botocore.loaders.Loader:
    """Reads what botocore ships and nothing else: a user's own models must not change a region."""
    return botocore.loaders.Loader(
        extra_search_paths=[botocore.loaders.Loader.BUILTIN_DATA_PATH],
        include_default_search_paths=False,
    )


@cache
def _service_model(name: str) -> ServiceModel:
    """botocore's model of a service; all regions of a process share it."""
    return ServiceModel(_loader().load_service_model(name, "service-2"), service_name=name)


class Models:
    """All service models of a region."""

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict
        self._services: dict[str, ServiceApi] = {}
        self._lock = threading.Lock()

    def service(self, service: ServiceId) -> ServiceApi:
        """The model of ``service``, loaded at the first request for it."""
        with self._lock:
            found = self._services.get(service.name)
            if found is None:
                model = _service_model(service.name)
                found = ServiceApi(service, model, strict=self._strict)
                self._services[service.name] = found
            return found
