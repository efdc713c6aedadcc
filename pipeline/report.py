"""Prints the summary at the end of a run."""

from pathlib import Path

from rich.markup import escape

from components.drift_report.component import SUMMARY
from components.drift_report.write import PAGE
from pipeline.execute import Run
from pipeline.outputs import Outputs
from pipeline.summary import summarise
from pipeline.task import Task
from pipeline.terminal import shown
from pipeline.tuned import write_tuned

_COLOURS = {"blessed": "green", "not blessed": "red", "not enough data": "yellow"}


def print_summary(task: Task, run: Run) -> None:
    """Prints the verdict, what made it, where things lie, and the time it took."""
    outputs = Outputs(run.home.metadata, run.executions)
    say = run.console.print
    if run.end:
        say(f"\n[bold green]DONE[/]  {task.name}\n  {escape(run.end)}")
    else:
        _print_outcome(task, run, outputs)
    drift = outputs.find("DriftReport", "report")
    say(f"drift    {escape(drift.custom_properties[SUMMARY].string_value)}")
    say(f"         {shown(Path(drift.uri, PAGE))}")
    if run.home.schema.exists():
        say(f"schema   {shown(run.home.schema)}")
    else:
        say(f"schema   inferred, not reviewed: python -m pipeline schema {task.name}")
    say(f"log      {shown(run.log)}")
    say(f"time     {run.progress.total}")


def _print_outcome(task: Task, run: Run, outputs: Outputs) -> None:
    summary = summarise(outputs)
    say = run.console.print
    colour = _COLOURS[summary.verdict]
    say(f"\n[bold {colour}]{summary.verdict.upper()}[/]  {task.name}")
    for reason in summary.reasons():
        say(f"  {escape(reason)}")
    say(f"\neval     {shown(summary.evaluation_page)}")
    if summary.pushed_to:
        say(f"model    {shown(summary.pushed_to)}")
    elif summary.verdict == "blessed":
        say("model    [red]not pushed: a server cannot serve it[/]")
        say(f"         {escape(summary.not_servable or 'the log says why')}")
    else:
        say("model    not pushed; what was in service stays in service")
    verdict_on_tflite = escape(summary.tflite_verdict)
    if summary.tflite_pushed_to:
        say(f"tflite   {shown(summary.tflite_pushed_to)}\n         {verdict_on_tflite}")
    else:
        say(f"tflite   {verdict_on_tflite}")
    if task.tuning:
        results = outputs.find("Tuner", "tuner_results").uri
        outcome = write_tuned(task, results, run.home.tuned)
        say(f"tuned    {shown(run.home.tuned)}\n         {escape(outcome)}")
