#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dead_browser_test.sh RUN.MJS PAGE: the tests of the page end at once, with the reason, when the browser
# does not start, ends by itself, or is killed.
set -euo pipefail
run=$1 page=$2
command -v node >/dev/null || { echo "SKIPPED: no node here (apt-get install nodejs)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# browser COMMANDS: a program that has a version and otherwise runs COMMANDS.
browser() {
  printf '#!/bin/sh\n[ "$1" = --version ] && exit 0\n%s\n' "$1" >"$work/browser"
  chmod +x "$work/browser"
}

# expect TEXT: the tests fail and print TEXT, long before a call of a living browser would time out.
expect() {
  local status=0
  CHROMIUM=$work/browser timeout 120 node "$run" "$page" ListIsShownAndNothingElseIsAskedFor >"$work/log" 2>&1 || status=$?
  if ((status != 1)) || ! grep -qF -- "$1" "$work/log"; then
    echo "expected status 1 and '$1', got status $status and:"
    cat "$work/log"
    exit 1
  fi
}

browser 'echo "no display" >&2; exit 3'
expect 'Chromium has ended (status 3)'
expect 'no display'
browser 'head -c 1 <&3 >/dev/null; kill -KILL $$'  # in the middle of the first call
expect 'Chromium has ended (SIGKILL)'
browser 'exec 3<&- 4>&-; exit 0'
expect 'Chromium has ended (status 0)'
