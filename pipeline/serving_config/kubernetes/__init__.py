"""Manifests for Kubernetes: plain objects, in folders that `kubectl apply -k` takes."""
