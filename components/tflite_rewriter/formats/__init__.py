"""Formats of models for devices, one a file.

Each has the names of the packages that it imports when it is used, a function that converts a
SavedModel, and one that opens what was made.
"""
