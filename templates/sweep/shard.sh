#!/usr/bin/env bash
# Runs one shard of a sweep, for a scheduler that runs many: shard.sh NUMBER COUNT. Results are written to $PARTS
# atomically. A finished shard is skipped. An interrupted one resumes.
#   HUB     the hub's repository: a URL, or a directory that all machines can read
#   COMMIT  the commit to sweep, the same for all shards
#   PARTS   a directory that all machines can write
#   DISK    maximum size of a batch (default: 20GiB)
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

# sweep COMMAND FILE [OPTION...]: accepts status 1 (findings), because the merged report shows them.
sweep() {
  local command=$1 file=$2 status=0
  shift 2
  onnxhub "$command" "$work/hub.git" --rev "$COMMIT" --shard "$number/$count" --fetch --drop --max-disk "${DISK:-20GiB}" \
    --resume "$file.progress" --output "$file" "$@" || status=$?
  ((status <= 1)) || exit "$status"
}
sweep generate "$manifest"
sweep validate "$report" --format json
