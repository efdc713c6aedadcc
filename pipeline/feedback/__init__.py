"""Closes the loop: what a model in service was asked comes back as labelled data.

    python -m pipeline feedback TASK

reads logged requests, picks those that a label teaches most about, lets a person label them on a
page with the keyboard (or a file bring the labels), and writes the next span, on which
`make run` trains.
"""
