#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Decides where the program comes from: a release, or the action's own sources. Computes the key of its cache: from the
# digest of the release, or from the sources and this system, so that the program is built only once.
set -euo pipefail
shopt -s inherit_errexit

fail() { printf 'onnxhub action: error: %s\n' "$1" >&2; exit 2; }

# The output NAME of release.sh.
value() { sed -n "s/^$1=//p" <<<"$found"; }

case ${INPUT_BUILD:-false} in
  true) found='reason=the input build is true' ;;
  false) found=$(bash "$GITHUB_ACTION_PATH/action/release.sh" find) ;;
  *) fail "the input build must be one of: false true" ;;
esac
{
  echo "folder=$RUNNER_TEMP/onnxhub/program"
  echo "objects=$RUNNER_TEMP/onnxhub/objects"
  echo "$found"
} >>"$GITHUB_OUTPUT"
if [[ -n $(value file) ]]; then
  # The archive is kept and not the unpacked program, so that each run checks its SHA-256.
  cached=$RUNNER_TEMP/onnxhub/release
  key=$(value file)-$(value sha256)
else
  cached=$RUNNER_TEMP/onnxhub/program
  sources=$(cd "$GITHUB_ACTION_PATH" && find . -type f -not -path './.git/*' -not -path './build/*' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16)
  # shellcheck source=/dev/null
  key=onnxhub-$(. /etc/os-release && echo "$ID-$VERSION_ID")-$(uname -m)-$sources
fi
printf 'cached=%s\nkey=%s\n' "$cached" "$key" >>"$GITHUB_OUTPUT"
