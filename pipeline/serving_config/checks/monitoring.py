"""Prometheus, Grafana and Compose: names that meet, and metrics that exist."""

import json
from collections.abc import Iterator
from typing import Any

from pipeline.serving_config.metrics import unknown_to_the_server

Object = dict[str, Any]


def check_alerts(file: str, rules: Object, job: str) -> Iterator[str]:
    """Yields alerts that can never fire: other metrics, another job."""
    for group in rules["groups"]:
        for rule in group["rules"]:
            where = f"{file}: {rule['alert']}.expr"
            yield from (f"{where}: {what}" for what in unknown_to_the_server(rule["expr"]))
            if f'job="{job}"' not in rule["expr"]:
                yield f"{where}: asks for another job than {job!r}"


def check_dashboard(file: str, text: str) -> Iterator[str]:
    """Yields queries of a dashboard that can never show anything."""
    dashboard = json.loads(text)
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            complaints = unknown_to_the_server(target["expr"])
            yield from (f"{file}: panel {panel['title']!r}: {what}" for what in complaints)


def check_compose(compose: Object, prometheus: Object, datasource: Object) -> Iterator[str]:
    """Yields services that would look for each other in vain, and ports open to the network."""
    services = compose["services"]
    for name, service in services.items():
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                yield f"compose.yaml: services.{name}.ports = {port!r}: valid: 127.0.0.1:…"
        for mount in service.get("volumes", []):
            if mount["type"] == "volume" and mount["source"] not in compose["volumes"]:
                yield f"compose.yaml: services.{name}.volumes: no volume {mount['source']!r}"
    for scrape in prometheus["scrape_configs"]:
        for config in scrape["static_configs"]:
            for target in config["targets"]:
                yield from _reaches("prometheus/prometheus.yml", target, services)
    for source in datasource["datasources"]:
        address = source["url"].removeprefix("http://")
        yield from _reaches("grafana/provisioning/datasources/prometheus.yml", address, services)


def _reaches(file: str, address: str, services: Object) -> Iterator[str]:
    host, _, port = address.partition(":")
    if host not in services:
        yield f"{file}: {address!r}: no service is called {host!r}"
    elif not any(published.endswith(f":{port}") for published in services[host]["ports"]):
        yield f"{file}: {address!r}: {host} does not listen there"
