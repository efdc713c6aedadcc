#!/usr/bin/env bash
# Makes .venv from requirements.lock and installs this project into it, editable. Called by `make`
# before every target: does nothing when all is in place, starts afresh after an interruption.
set -euo pipefail
cd -P "$(dirname "$0")/.."

readonly stamp=.venv/.complete
readonly oldest_uv=0.9.0

die() {
  printf 'set-up: %s\n' "$@" >&2
  exit 1
}

# A whole .venv says in its stamp where it was made, as it doesn't survive a move, and from what.
wanted() { pwd && cat requirements.lock setup.py scripts/setup.sh; }
complete() { [ -x .venv/bin/python ] && wanted | cmp -s - "$stamp"; }
updatable() { [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$PWD" ]; }

recent() {
  local version
  version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) && [ -n "$version" ] &&
    [ "$(printf '%s\n' "$oldest_uv" "$version" | sort -V | head -n 1)" = "$oldest_uv" ]
}

# Sets `uv`. The one inside .venv doesn't count: it goes away when .venv is made anew.
find_uv() {
  local candidate
  while read -r candidate; do
    if recent "$candidate" && ! [ "$candidate" -ef .venv/bin/uv ]; then
      uv=$candidate
      return
    fi
  done < <(echo .uv/uv && type -aP uv)
  return 1
}

# requirements.lock pins uv too, with hashes, so nothing else has to be trusted. Only the finished
# binary is moved to its place.
install_uv() {
  echo "set-up: uv is not installed; putting it into .uv/"
  rm -rf .uv/bootstrap
  python3 -m venv .uv/bootstrap ||
    die "uv is missing, and python3 with venv, which could install it, is missing too or broken." \
      "Install uv, or python3 with venv (Debian, Ubuntu: apt install python3-venv)."
  sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.uv/bootstrap/uv.lock
  .uv/bootstrap/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --only-binary :all: --require-hashes --requirement .uv/bootstrap/uv.lock ||
    die "uv could not be installed. Is the package index in reach?"
  mv .uv/bootstrap/bin/uv .uv/uv
  rm -rf .uv/bootstrap
  uv=.uv/uv
}

# crcmod and pyfarmhash are compiled on the spot, so a Python without its C headers is no use.
has_headers() {
  .venv/bin/python -c "import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')))"
}

make_venv() {
  rm -rf .venv
  "$uv" venv --quiet --python 3.11 .venv ||
    die "no Python 3.11 was found here, and none could be downloaded." \
      "Install Python 3.11 (Debian, Ubuntu: apt install python3.11-dev)."
  has_headers && return
  rm -rf .venv
  "$uv" venv --quiet --managed-python --python 3.11 .venv ||
    die "the Python 3.11 here has no C headers, and no other one could be downloaded." \
      "Install the headers (Debian, Ubuntu: apt install python3.11-dev)."
}

install_packages() {
  "$uv" pip sync --quiet --python .venv/bin/python --compile-bytecode --require-hashes \
    --build-constraints requirements.lock requirements.lock ||
    die "requirements.lock could not be installed; uv says why above." \
      "It takes Linux on x86-64, the package index in reach, 4 GB of disk and a C++ compiler" \
      "(Debian, Ubuntu: apt install g++)."
  "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --offline \
    --editable .
}

if complete; then
  exit
fi
mkdir -p .uv
exec 9>.uv/lock
if command -v flock >/dev/null && ! flock --nonblock 9; then
  echo "set-up: waiting for another one in this folder"
  flock 9
fi
if complete; then
  exit
fi

echo "set-up: installing requirements.lock into .venv/; this takes a minute or a few"
unset VIRTUAL_ENV
# Trust what the system trusts, company proxies included; uv renamed the variable.
export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true
find_uv || install_uv
wanted >.uv/wanted
if updatable; then
  rm "$stamp"
else
  make_venv
fi
install_packages
mv .uv/wanted "$stamp"
