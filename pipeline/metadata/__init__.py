"""Where ML Metadata is: a file of the task's own, or a database that tasks share."""
