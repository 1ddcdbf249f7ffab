#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# For other systems than GitHub Actions: program.sh FOLDER installs onnxhub into FOLDER, from the release that fits this
# machine. If none fits, or with ONNXHUB_BUILD=true, it compiles the program. It does nothing if FOLDER has the program.
set -euo pipefail
shopt -s inherit_errexit

action=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
[[ ! -x $folder/bin/onnxhub ]] || exit 0

found='reason=ONNXHUB_BUILD is true'
[[ ${ONNXHUB_BUILD:-} == true ]] || found=$(bash "$action/release.sh" find)
value() { sed -n "s/^$1=//p" <<<"$found"; }

mkdir -p "$(dirname "$folder")"
if [[ -n $(value file) ]]; then
  store=$(mktemp -d)
  trap 'rm -rf "$store"' EXIT
  bash "$action/release.sh" install "$(value file)" "$(value sha256)" "$store" "$folder"
else
  echo "onnxhub: $(value reason); compiles the program, which takes about ten minutes"
  "$action/../dev" dist "$folder"
fi
