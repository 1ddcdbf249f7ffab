#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds onnxhub if it is not in the cache, and adds it to the PATH of the next steps.
set -euo pipefail

if "$ONNXHUB_FOLDER/bin/onnxhub" --version 2>/dev/null; then
  echo "onnxhub: from the cache"
else
  "$GITHUB_ACTION_PATH/dev" dist "$ONNXHUB_FOLDER"
fi
echo "$ONNXHUB_FOLDER/bin" >>"$GITHUB_PATH"
