#!/usr/bin/env bash
# Builds the image with docker or podman, whichever is there. Called by `make image`, which sets
# IMAGE, VARIANT and maybe ENGINE; arguments go to the engine's `build`.
set -euo pipefail
cd -P "$(dirname "$0")/.."

die() {
  printf 'image: %s\n' "$@" >&2
  exit 1
}

# docker may be there without the service that does the work.
works() { "$1" info >/dev/null 2>&1; }

find_engine() {
  local candidate found=
  for candidate in ${ENGINE:-docker podman}; do
    command -v "$candidate" >/dev/null || continue
    found+=" $candidate"
    if works "$candidate"; then
      engine=$candidate
      return
    fi
  done
  [ -z "$found" ] || die "found$found, but \`info\` fails there. Is its service running?"
  [ -z "${ENGINE:-}" ] || die "$ENGINE is not here."
  die "neither docker nor podman is here. Install one (Debian, Ubuntu: apt install podman)."
}

case $VARIANT in
  cpu | gpu) ;;
  *) die "VARIANT=$VARIANT: valid: cpu, gpu" ;;
esac
find_engine
revision=$(git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null || true)

echo "image: building $IMAGE with $engine; the first time this takes minutes"
DOCKER_BUILDKIT=1 exec "$engine" build --tag "$IMAGE" --build-arg "VARIANT=$VARIANT" \
  --build-arg "REVISION=$revision" "$@" .
