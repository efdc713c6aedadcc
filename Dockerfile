# What every node of a run on Kubeflow starts in: docs/image.md. Built by `make image`.

ARG BASE=docker.io/library/debian:bookworm-slim
ARG VARIANT=cpu

# The launcher of Kubeflow Pipelines runs in here too, and needs certificates to reach the object store.
FROM ${BASE} AS base
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      ca-certificates python3.11 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*

# crcmod and pyfarmhash have to be compiled.
FROM base AS tools
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      g++ python3.11-dev python3.11-venv
COPY requirements.lock /tmp/
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    sed -n '/^uv==/,/[^\\]$/p' /tmp/requirements.lock >/tmp/uv.lock \
 && python3.11 -m venv /opt/uv \
 && PIP_CERT=/etc/ssl/certs/ca-certificates.crt /opt/uv/bin/pip install --quiet --no-cache-dir \
      --no-deps --only-binary :all: --require-hashes --requirement /tmp/uv.lock

FROM tools AS packages
ARG VARIANT
COPY requirements-${VARIANT}.lock /tmp/
# Nobody in a container may write .pyc files beside the sources, and without them a node needs half a
# minute to start. They are never compared with the sources, which don't change in an image.
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml \
    --mount=type=cache,target=/root/.cache/uv \
    export UV_SYSTEM_CERTS=true UV_LINK_MODE=copy PYC_INVALIDATION_MODE=UNCHECKED_HASH \
 && lock=/tmp/requirements-${VARIANT}.lock \
 && /opt/uv/bin/uv venv --quiet --python /usr/bin/python3.11 /opt/venv \
 && /opt/uv/bin/uv pip sync --quiet --python /opt/venv/bin/python --compile-bytecode \
      --require-hashes --build-constraints "$lock" "$lock"
# Not needed to run: TensorFlow's headers, the tests of the heaviest packages, and symbol tables.
# NVIDIA's libraries, which may not be changed, and those that auditwheel rewrote stay as they are.
RUN cd /opt/venv/lib/python3.11/site-packages \
 && rm -r tensorflow/include \
 && find numpy pandas pyarrow scipy sklearn -type d -name tests -prune -exec rm -r {} + \
 && find . \( -path ./nvidia -o -path './*.libs' \) -prune -o -type f -name '*.so*' \
      -exec strip --strip-unneeded {} +

FROM tools AS project
WORKDIR /project
COPY components components
COPY data data
COPY pipeline pipeline
COPY schemas schemas
COPY serving serving
# A strict umask of whoever built this would lock out the user in the container.
RUN chmod -R a+rX . && python3.11 -m compileall -q --invalidation-mode unchecked-hash .

FROM base
# The launcher makes folders below these three, as whichever user the cluster lets it be.
RUN mkdir --mode 1777 /gcs /minio /s3 /home/pipeline
COPY --from=packages /opt/venv /opt/venv
COPY --from=project /project /project
# The user may have no entry in /etc/passwd, so its name and home are said here.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/project \
    PYTHONUNBUFFERED=1 \
    HOME=/home/pipeline \
    USER=pipeline
WORKDIR /project
USER 10001:10001
CMD ["python", "-m", "pipeline", "--help"]
ARG BASE
ARG VARIANT
ARG REVISION=
LABEL org.opencontainers.image.title="tfx-image-text-pipeline" \
      org.opencontainers.image.description="A production TFX pipeline for image and text classifiers, ${VARIANT}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
