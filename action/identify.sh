#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Computes the cache key of the program from its sources and this system, so that it is built only once.
set -euo pipefail

sources=$(cd "$GITHUB_ACTION_PATH" && find . -type f -not -path './.git/*' -not -path './build/*' -print0 |
  LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16)
system=$(. /etc/os-release && echo "$ID-$VERSION_ID")
{
  echo "folder=$RUNNER_TEMP/onnxhub/program"
  echo "objects=$RUNNER_TEMP/onnxhub/objects"
  echo "key=onnxhub-$system-$(uname -m)-$sources"
} >>"$GITHUB_OUTPUT"
