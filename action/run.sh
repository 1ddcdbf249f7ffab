#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the action does, chosen by its inputs. Every value of a pull request comes through the
# environment and is used as one quoted word; what is printed of it onnxhub has made inert.
set -euo pipefail

fail() { printf 'onnxhub action: error: %s\n' "$1" >&2; exit 2; }

# A number in the summary of a report, which onnxhub writes with one key a line.
number() { sed -n "s/^ *\"$1\": \([0-9]*\),\{0,1\}\$/\1/p;T;q" "$2"; }

validate() {
  local folder=$RUNNER_TEMP/onnxhub/report status=0 scope=()
  rm -rf "$folder" && mkdir -p "$folder"
  # A new branch has nothing before it.
  [[ $INPUT_BASE =~ ^0*$ ]] || scope=("--changed-since=$INPUT_BASE" --deepen)
  local options=("${scope[@]}" "--fail-on=$INPUT_FAIL_ON" --format=json "--output=$folder/report.json")
  [[ -z $INPUT_BASELINE ]] || options+=("--baseline=$INPUT_BASELINE")
  if [[ $INPUT_FETCH == true ]]; then
    mkdir -p "$ONNXHUB_OBJECTS"
    git -C "$INPUT_PATH" config lfs.storage "$ONNXHUB_OBJECTS"
    options+=(--fetch)
  fi
  onnxhub validate "${options[@]}" -- "$INPUT_PATH" || status=$?
  ((status <= 1)) || exit "$status"
  onnxhub merge --fail-on=never "--format=$INPUT_FORMAT" "$folder/report.json"
  onnxhub merge --fail-on=never --format=markdown "$folder/report.json" >>"$GITHUB_STEP_SUMMARY"
  [[ $INPUT_SARIF != true ]] || onnxhub merge --fail-on=never --format=sarif "--output=$folder/report.sarif" "$folder/report.json"
  # What changed inside models is told where the base is known.
  if ((${#scope[@]})) && onnxhub diff --deepen "--folder=$INPUT_PATH" --format=json \
    "--output=$folder/diff.json" -- "$INPUT_BASE...HEAD"; then
    onnxhub merge --format=markdown "$folder/diff.json" >>"$GITHUB_STEP_SUMMARY"
  fi
  {
    echo "findings=$(($(number errors "$folder/report.json") + $(number warnings "$folder/report.json")))"
    echo "checked=$(($(number entries_checked "$folder/report.json") + $(number rows_checked "$folder/report.json") + $(number files_checked "$folder/report.json")))"
    echo "report=$folder"
  } >>"$GITHUB_OUTPUT"
  return "$status"
}

case $INPUT_COMMAND in
  install) ;;
  validate) validate ;;
  comment) INPUT_TOKEN=$INPUT_TOKEN bash "$GITHUB_ACTION_PATH/action/comment.sh" ;;
  *) fail "the input command is none of validate, comment, install" ;;
esac
