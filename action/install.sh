#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds onnxhub unless the cache had it, and puts it on the path of the steps that follow.
set -euo pipefail

if "$ONNXHUB_FOLDER/bin/onnxhub" --version 2>/dev/null; then
  echo "onnxhub: from the cache"
else
  "$GITHUB_ACTION_PATH/dev" dist "$ONNXHUB_FOLDER"
fi
echo "$ONNXHUB_FOLDER/bin" >>"$GITHUB_PATH"
