"""Smaller models made from the one that was pushed: students that it teaches, and pruned copies."""
