"""What speaks to a server of Kubeflow Pipelines: upload, run, schedule, status."""
