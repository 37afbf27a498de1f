"""Figures for Prometheus. One process may hold several services (the embedded default), so each has a `service` label.

With PROMETHEUS_MULTIPROC_DIR set (several web processes of one service) counters add up over the processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds. A price should take a millisecond, a page half a second.
LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

Reading = float | Mapping[tuple[str, ...], float]

REGISTRY = CollectorRegistry()
_REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time to answer, by route rule and status; its _count is the number of requests.",
    ("service", "method", "route", "status"),
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
_children: dict[tuple[str, str, str, int], Histogram] = {}


def observe_request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    key = (service, method, route, status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = _REQUESTS.labels(service, method, route, str(status))
    child.observe(seconds)


def counter(name: str, description: str, labels: Iterable[str] = ()) -> Counter:
    """Return a counter of this process; make it once, at import, and give it a `service` label."""
    return Counter(name, description, tuple(labels), registry=REGISTRY)


def histogram(
    name: str, description: str, labels: Iterable[str] = (), buckets: Iterable[float] = LATENCY_BUCKETS
) -> Histogram:
    """Return a histogram of this process; make it once, at import, and give it a `service` label."""
    return Histogram(name, description, tuple(labels), buckets=tuple(buckets), registry=REGISTRY)


class _Gauges(Collector):
    """Gauges that are read at each scrape, such as the number of events that wait in an outbox."""

    def __init__(self) -> None:
        self._gauges: dict[str, tuple[str, tuple[str, ...], dict[str, Callable[[], Reading]]]] = {}

    def add(
        self, name: str, description: str, labels: tuple[str, ...], service: str, read: Callable[[], Reading]
    ) -> None:
        self._gauges.setdefault(name, (description, labels, {}))[2][service] = read

    def collect(self) -> Iterable[Metric]:
        for name, (description, labels, readers) in list(self._gauges.items()):
            family = GaugeMetricFamily(name, description, labels=("service", *labels))
            for service, read in list(readers.items()):
                try:
                    reading = read()
                except Exception:  # noqa: BLE001, S112 - a database that is away must not take the other figures along
                    continue
                for values, number in (reading if isinstance(reading, Mapping) else {(): reading}).items():
                    family.add_metric((service, *values), number)
            yield family

    def describe(self) -> Iterable[Metric]:
        return ()


GAUGES = _Gauges()
REGISTRY.register(GAUGES)


def gauge(
    name: str, description: str, read: Callable[[], Reading], *, service: str, labels: Iterable[str] = ()
) -> None:
    """Register a figure that is read at each scrape.

    `read` returns a number, or {(label values): number}. Registering it again for the same service replaces it. A
    reader that raises is left out of that scrape.
    """
    GAUGES.add(name, description, tuple(labels), service, read)


def exposition() -> bytes:
    """Return all figures in Prometheus' text format."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(GAUGES)
        return generate_latest(registry)
    return generate_latest(REGISTRY)
