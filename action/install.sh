#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the release that identify.sh has found. Without one, builds onnxhub if it is not in the cache. Adds the program
# to the PATH of the next steps.
set -euo pipefail

if [[ -n $ONNXHUB_FILE ]]; then
  bash "$GITHUB_ACTION_PATH/action/release.sh" install "$ONNXHUB_FILE" "$ONNXHUB_SHA256" "$ONNXHUB_CACHED" "$ONNXHUB_FOLDER"
elif "$ONNXHUB_FOLDER/bin/onnxhub" --version 2>/dev/null; then
  echo "onnxhub action: $ONNXHUB_REASON; the program is from the cache"
else
  echo "onnxhub action: $ONNXHUB_REASON; compiles the program, which takes about ten minutes"
  "$GITHUB_ACTION_PATH/dev" dist "$ONNXHUB_FOLDER"
fi
echo "$ONNXHUB_FOLDER/bin" >>"$GITHUB_PATH"
