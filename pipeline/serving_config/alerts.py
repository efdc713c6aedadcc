"""Alerts on a served model, for Prometheus: as a file of rules, or in a PrometheusRule.

`tests/pipeline/serving_config/test_alerts.py` plays each of them with promtool, where there is one.
"""

from typing import Any

from pipeline.serving_config.plan import Plan
from pipeline.serving_config.yaml_text import Comment

PREDICTIONS = 'API=~"(?i)predict|classify|regress"'
"""gRPC calls them `Predict`, REST `predict`; other entries are questions for status and metadata,
which the probes ask all the time."""
SERVER_ERRORS = (
    "ABORTED|DATA_LOSS|DEADLINE_EXCEEDED|INTERNAL|RESOURCE_EXHAUSTED|UNAVAILABLE|UNKNOWN"
)
"""Statuses that are the server's fault, not that of what it was asked."""


def alert_rules(plan: Plan) -> dict[str, Any]:
    """Returns the document of a file of rules."""
    return {"groups": [{"name": f"{plan.name}-serving", "rules": _rules(plan)}]}


def _rules(plan: Plan) -> list[Any]:
    serving = plan.serving
    job = f'job="{plan.name}"'
    model = f'{job},model_name="{plan.model}"'
    requests = ":tensorflow:serving:request_count"
    latency = ":tensorflow:serving:request_latency"
    loads = f':tensorflow:cc:saved_model:load_attempt_count{{{job},status="fail"}}'
    queue = f":tensorflow:serving:batching_session:queuing_latency_bucket{{{job}}}"
    failed = f'sum(rate({requests}{{{model},status=~"{SERVER_ERRORS}"}}[5m]))'
    answered = f"sum(rate({latency}_count{{{model},{PREDICTIONS}}}[5m]))"
    milliseconds = f"{serving.max_latency_ms:g}"
    rules = [
        _rule(
            "NoServer",
            f"absent(up{{{job}}} == 1)",
            minutes=1,
            severity="critical",
            summary=f"No server of {plan.model} answers",
            description="Prometheus reaches none of them. Look at the containers or pods.",
        ),
        _rule(
            "NoModel",
            f'sum(rate({requests}{{{model},status="NOT_FOUND"}}[2m])) > 0 unless '
            f'sum(rate({requests}{{{model},status="OK"}}[2m])) > 0',
            minutes=1,
            severity="critical",
            summary=f"{plan.model} is not loaded",
            description="The servers run, but none has the version that is labelled stable: "
            f"see /v1/models/{plan.model} and models.config.",
            comment="The probes ask for the stable version every few seconds, so this is seen "
            "without a single client.",
        ),
        _rule(
            "LoadFailed",
            f"increase({loads}[15m]) > 0 or ({loads} unless {loads} offset 15m) > 0",
            minutes=0,
            severity="warning",
            summary=f"A version of {plan.model} cannot be loaded",
            description="{{ $labels.model_path }} is not served. The log of the server says "
            "why; what was loaded before goes on answering.",
            comment="A counter begins at 1 with the first failure, which increase() cannot see.",
        ),
        _rule(
            "Errors",
            f"{failed} / ({failed} + ({answered} or vector(0))) > {serving.max_error_share:g}",
            minutes=5,
            severity="critical",
            summary=f"{plan.model} fails requests",
            description="{{ $value | humanizePercentage }} of the requests fail by the server's "
            "fault.",
        ),
        _rule(
            "Latency",
            f"histogram_quantile(0.99, sum by (le) (rate({latency}_bucket{{{model},"
            f"{PREDICTIONS}}}[5m]))) / 1000 > {milliseconds}",
            minutes=5,
            severity="warning",
            summary=f"{plan.model} answers slowly",
            description="One request in a hundred takes longer than "
            f"{{{{ $value | humanize }}}} ms; {milliseconds} is what the task allows.",
            comment="A bucket reaches 1.8 times as far as the one before it: the percentile is as "
            "coarse.",
        ),
    ]
    if serving.batching:
        rules.append(
            _rule(
                "Queue",
                f"histogram_quantile(0.99, sum by (le) (rate({queue}[5m]))) / 1000 > "
                f"{serving.max_latency_ms / 2:g}",
                minutes=5,
                severity="warning",
                summary=f"Requests for {plan.model} queue up",
                description="One in a hundred waits {{ $value | humanize }} ms before it is "
                "computed: there are too few replicas, or too few cores.",
            )
        )
    return rules


def _rule(
    alert: str,
    expression: str,
    minutes: int,
    severity: str,
    summary: str,
    description: str,
    comment: str = "",
) -> dict[str, Any]:
    return {
        **({Comment(comment): None} if comment else {}),
        "alert": alert,
        "expr": expression,
        "for": f"{minutes}m",
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "description": description},
    }
