"""Renders what TensorFlow Serving, Docker Compose, Kubernetes and KServe need to serve a task."""
