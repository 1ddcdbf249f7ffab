#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Creates a small example hub and its manifest: run.sh BUILD_FOLDER [HUB_FOLDER]. Called by ./dev quickstart.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
onnxhub=$1/cli/onnxhub
maker=$1/examples/quickstart/make_example_hub
if (($# > 1)); then
  hub=$2
  if [[ -e $hub ]]; then
    echo "quickstart: error: $hub already exists; give the name of a new directory" >&2
    exit 2
  fi
  mkdir -p "$hub"
else
  hub=$(mktemp -d "${TMPDIR:-/tmp}/onnxhub-quickstart.XXXXXX")
fi
hub=$(cd "$hub" && pwd)

# Ignore the user's git configuration of filters, hooks and names.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git_in_hub() { git -C "$hub" -c user.name="Quick Start" -c user.email="quickstart@example.org" "$@"; }

bold() { if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }

cp -R "$here/hub/." "$hub/"
mv "$hub/gitattributes" "$hub/.gitattributes"
git_in_hub init -q -b main
"$maker" "$hub"
data=$hub/tabular/classification/flower-classifier-13
tar -C "$hub/tabular/classification" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
  -czf "$hub/tabular/classification/model/flower-classifier-13.tar.gz" flower-classifier-13
rm -r "$data"
git_in_hub add -A
git_in_hub commit -q -m "Three models, one of them as a Git LFS pointer"

bold "A hub with three models: $hub"
git_in_hub ls-files | sed 's/^/  /'

bold "\$ onnxhub generate"
"$onnxhub" generate "$hub"

bold "Summary of the manifest"
"$onnxhub" generate "$hub" --check -q
grep -E '"(model|opset_version|model_sha|model_bytes)":' "$hub/ONNX_HUB_MANIFEST.json" |
  sed -E 's/^ +"model": "(.*)",/  \1/; s/^ +"opset_version": ([0-9]+),/    opset  \1/; s/^ +"model_sha": "(.{16}).*/    sha256 \1.../; s/^ +"model_bytes": ([0-9]+),/    bytes  \1/'

bold "\$ onnxhub validate"
"$onnxhub" validate "$hub"

bold "\$ onnxhub inspect tabular/classification/model/flower-classifier-13.onnx"
"$onnxhub" inspect "$hub/tabular/classification/model/flower-classifier-13.onnx" | sed "s|$hub/||"

bold "Its io_ports in the manifest"
"$onnxhub" inspect --ports --json "$hub/tabular/classification/model/flower-classifier-13.onnx"

bold "What to try next"
cat <<TEXT
  export PATH="$1/cli:\$PATH" && cd "$hub"
  sed -i 's/| 13 |/| 14 |/' signal/smoothing/README.md   # change a table, then
  onnxhub validate                                       # see what is wrong,
  onnxhub generate --check                               # see what would change,
  onnxhub generate --target diff                         # and write just that
  onnxhub inspect --help
TEXT
