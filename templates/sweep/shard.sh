#!/usr/bin/env bash
# One shard of a sweep, for a scheduler that runs many: shard.sh NUMBER COUNT. What it makes appears in $PARTS, whole or
# not at all; a shard that was done by an earlier try is passed by, one that was cut off goes on where it stopped.
#   HUB     the hub's repository: an address, or a folder that all machines see
#   COMMIT  the commit to sweep, the same for all shards
#   PARTS   a folder that all machines see
#   DISK    how much may be fetched at a time (default: 20GiB)
set -euo pipefail

number=$1 count=$2
manifest=$PARTS/manifest-$number.json report=$PARTS/report-$number.json
if [[ -s $manifest && -s $report ]]; then
  echo "shard $number/$count is done"
  exit 0
fi
mkdir -p "$PARTS"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --bare "$HUB" "$work/hub.git"

# sweep COMMAND FILE [OPTION...]: status 1 are findings, which the merged result tells.
sweep() {
  local command=$1 file=$2 status=0
  shift 2
  onnxhub "$command" "$work/hub.git" --rev "$COMMIT" --shard "$number/$count" --fetch --drop --max-disk "${DISK:-20GiB}" \
    --resume "$file.progress" --output "$file" "$@" || status=$?
  ((status <= 1)) || exit "$status"
}
sweep generate "$manifest"
sweep validate "$report" --format json
