"""What a task says, a part a file; `pipeline.task` puts them together."""
