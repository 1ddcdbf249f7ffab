#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the users in README.md do with an installed onnxhub: use_program.sh QUICKSTART_HUB VERSION. Needs git and git-lfs,
# and no network but the loopback interface.
set -euo pipefail
hub=$1 version=$2
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
export ONNX_HOME=$work/cache GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --file "$GIT_CONFIG_GLOBAL" user.name "A User"
git config --file "$GIT_CONFIG_GLOBAL" user.email user@example.org
git config --file "$GIT_CONFIG_GLOBAL" --add safe.directory '*'

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# expect STATUS PATTERN COMMAND...: the command ends with the status, and its output matches.
expect() {
  local status=0 wanted=$1 pattern=$2
  shift 2
  "$@" >"$work/said" 2>&1 || status=$?
  ((status == wanted)) || fail "$*: status $status, not $wanted: $(cat "$work/said")"
  grep -qE -- "$pattern" "$work/said" || fail "$*: no \"$pattern\" in: $(cat "$work/said")"
}

expect 0 "^onnxhub $version\$" onnxhub --version
expect 0 x onnxhub --version --verbose

# A maintainer regenerates the manifest.
git clone -q "$hub" "$work/clone"
cd "$work/clone"
cp -R "$hub/.git/lfs" .git/ 2>/dev/null || true
rm ONNX_HUB_MANIFEST.json 2>/dev/null || true
expect 1 'ONNX_HUB_MANIFEST.json' onnxhub generate --check
expect 0 '3 models|onnxhub: files: ' onnxhub generate
expect 0 '' onnxhub generate --check
expect 0 'input' onnxhub inspect tabular/classification/model/flower-classifier-13.onnx
git add -A
git commit -q -m "Manifest"

# A reviewer checks a change.
expect 0 '' onnxhub validate
git checkout -q -b change
sed -i 's/| 13 |/| 14 |/' signal/smoothing/README.md
git commit -q -a -m "A wrong opset"
expect 1 'graph-opset-differs' onnxhub validate --changed-since main
expect 1 '"graph-opset-differs"' onnxhub validate --changed-since main --format sarif
git checkout -q main
expect 0 '' onnxhub diff main...change

# A team runs its own hub.
cd "$work"
expect 0 '' onnxhub init my-hub --name "Team hub" --owner team
cd my-hub
expect 0 '' onnxhub add ../clone/tabular/classification/model/flower-classifier-13.onnx --class tabular/classification/flower
expect 0 '' onnxhub validate
git add -A
git commit -q -m "A model"
onnxhub serve --port 0 >"$work/served" 2>&1 &
server=$!
url=
for _ in {1..100}; do
  url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/served" | head -n 1) && break
  sleep 0.1
done
[[ -n $url ]] || fail "no server: $(cat "$work/served")"
cd "$work"
expect 0 'flower-classifier' onnxhub list --hub "$url"
name=$(onnxhub list --hub "$url" --format json | sed -n 's/.*"model": "\([^"]*\)".*/\1/p' | head -n 1)
loaded=$(onnxhub load "$name" --hub "$url" --trust)
cmp "$loaded" clone/tabular/classification/model/flower-classifier-13.onnx || fail "$loaded is another model"
expect 0 '' onnxhub info "$name" --hub "$url"
expect 0 '' onnxhub export my-hub --to "$work/exported"
[[ -f $work/exported/index.html ]] || fail "no catalog page"
kill "$server"
wait "$server" || fail "the server: status $?"
server=
echo "all users are done"
