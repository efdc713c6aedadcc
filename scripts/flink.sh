#!/usr/bin/env bash
# Brings Flink and Beam's job server for it into build/flink/. Called by `make flink-test`.
set -euo pipefail
cd -P "$(dirname "$0")/.."

die() {
  printf 'flink: %s\n' "$@" >&2
  exit 1
}

for program in java mvn; do
  command -v "$program" >/dev/null ||
    die "$program is not here (Debian, Ubuntu: apt install openjdk-17-jre-headless maven)."
done
[ -e build/flink/.complete ] && exit
echo "flink: fetching Flink and Beam's job server, some 150 MB; this takes a minute or two"
rm -rf build/flink
mvn --quiet --batch-mode --file scripts/flink/pom.xml dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$PWD/build/flink" ||
  die "Maven could not fetch it; Maven says why above. Is Maven Central, or a mirror, in reach?"
touch build/flink/.complete
