"""The same DAG on Kubeflow Pipelines."""
