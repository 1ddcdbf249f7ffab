#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the command of the action's input. Values from a pull request come through the environment and
# are used as single quoted words. onnxhub escapes what it prints of them.
set -euo pipefail
shopt -s inherit_errexit

fail() { printf 'onnxhub action: error: %s\n' "$1" >&2; exit 2; }

# one_of NAME VALUE CHOICE...: prints the value; an empty one is the first choice.
one_of() {
  local name=$1 value=${2:-$3} choice
  shift 2
  for choice in "$@"; do
    if [[ $value == "$choice" ]]; then
      echo "$value"
      return
    fi
  done
  fail "the input $name must be one of: $*"
}

# A number in the summary of a report. onnxhub writes one key per line.
number() { sed -n "s/^ *\"$1\": \([0-9]*\),\{0,1\}\$/\1/p;T;q" "$2"; }

# The base to compare with. For a pull request it is the first parent of the merge commit, because the
# event's base may be older.
base() {
  if [[ -n $INPUT_BASE ]]; then
    echo "$INPUT_BASE"
  elif [[ $GITHUB_EVENT_NAME == pull_request && $(git -C "$INPUT_PATH" rev-parse HEAD) == "$GITHUB_SHA" ]]; then
    echo 'HEAD^1'
  elif [[ ! $EVENT_BASE =~ ^0*$ ]]; then # a new branch has no earlier commit
    echo "$EVENT_BASE"
  fi
}

# Deletes cached objects that no pointer of the hub names any more. The cache key is a digest of the rest.
tidy_objects() {
  local named object
  named=$(git -C "$INPUT_PATH" lfs ls-files --long | cut -c 1-64)
  while IFS= read -r object; do
    [[ $'\n'$named$'\n' == *$'\n'${object##*/}$'\n'* ]] || rm -f "$object"
  done < <(find "$ONNXHUB_OBJECTS" -type f)
  named=$(find "$ONNXHUB_OBJECTS" -type f -printf '%f\n' | LC_ALL=C sort)
  [[ -z $named ]] || echo "objects-key=onnxhub-objects-$(sha256sum <<<"$named" | cut -c 1-32)" >>"$GITHUB_OUTPUT"
}

# Without a report, the job's summary says why. Four spaces make each line code in Markdown.
summarize_failure() {
  {
    printf '### onnxhub could not check this hub\n\n'
    sed 's/^/    /' "$1"
  } >>"$GITHUB_STEP_SUMMARY"
}

show_report() {
  onnxhub merge --fail-on=never "--format=$format" "$folder/report.json"
  onnxhub merge --fail-on=never --format=markdown "$folder/report.json" >>"$GITHUB_STEP_SUMMARY"
  [[ $sarif != true ]] || onnxhub merge --fail-on=never --format=sarif "--output=$folder/report.sarif" "$folder/report.json"
  {
    echo "findings=$(($(number errors "$folder/report.json") + $(number warnings "$folder/report.json")))"
    echo "checked=$(($(number entries_checked "$folder/report.json") + $(number rows_checked "$folder/report.json") + $(number files_checked "$folder/report.json")))"
    echo "report=$folder"
  } >>"$GITHUB_OUTPUT"
}

# Shows how much was read from servers, and why some graphs could not be read. A summary of more than
# 1 MiB is discarded, so the lines are limited. Four spaces make each line code.
summarize_peek() {
  local failure='^onnxhub: error: .*its graph( \(and of [0-9]+ other models?\))? was not read: ' failures
  failures=$(LC_ALL=C grep -acE "$failure" "$1") || true
  {
    printf '\n### Graphs read without weights\n\n'
    sed -n 's/^onnxhub: graphs read from servers: /    /p' "$1"
    if ((failures > 0)); then
      printf '\n### Graphs that could not be read\n\nThe step fails, because these models were not checked.\n\n'
      LC_ALL=C grep -a -m 20 -E "$failure" "$1" | sed 's/^onnxhub: error: /    /' | cut -c 1-2000
      ((failures <= 20)) || printf '    and %d more lines in the log\n' $((failures - 20))
    fi
  } >>"$GITHUB_STEP_SUMMARY"
}

# Shows what changed inside models, or why this is unknown.
show_diff() {
  local options=(--deepen "--folder=$INPUT_PATH" --format=json "--output=$folder/diff.json")
  [[ $peek != true ]] || options+=(--peek)
  echo >>"$GITHUB_STEP_SUMMARY"
  if onnxhub diff "${options[@]}" -- "$base...HEAD" 2>"$folder/diff.err"; then
    onnxhub merge --format=markdown --limit=60000 "$folder/diff.json" >>"$GITHUB_STEP_SUMMARY"
    sed -n 's/^onnxhub: graphs read from servers: /\nRead for this comparison: /p' "$folder/diff.err" >>"$GITHUB_STEP_SUMMARY"
  else
    printf '### Models: changes are unknown\n\n' >>"$GITHUB_STEP_SUMMARY"
    sed 's/^/    /' "$folder/diff.err" >>"$GITHUB_STEP_SUMMARY"
  fi
  [[ $peek != true ]] || cat "$folder/diff.err" >&2
  rm -f "$folder/diff.err"
}

# Adds the options that run models. The hub's own directory is untrusted, so nothing is loaded from it.
add_run_options() {
  [[ $run != false ]] || return 0
  if [[ $run == true && ${EVENT_FORK:-} == true ]]; then
    echo '::notice title=onnxhub::models are not run in pull requests of forks; the input run with the value forks runs them'
    return 0
  fi
  options+=(--run)
  if ! (cd / && python3 -c 'import onnxruntime') 2>/dev/null; then
    local runtime=$RUNNER_TEMP/onnxhub/runtime
    mkdir -p "$runtime"
    (cd "$runtime" && npm install --prefix "$runtime" --ignore-scripts --no-save --no-package-lock --no-audit --no-fund \
      --loglevel=error "onnxruntime-node@$runtime_version" >/dev/null) ||
      fail "npm cannot install onnxruntime-node; install Node.js, or pip install onnxruntime, in a step before this one"
    options+=("--runtime=$runtime")
  fi
}

validate() {
  local status=0 base options
  [[ $GITHUB_EVENT_NAME != pull_request_target ]] ||
    echo '::warning title=onnxhub::pull_request_target checks the base branch and not the pull request; use pull_request'
  rm -rf "$folder" && mkdir -p "$folder"
  base=$(base)
  options=("--fail-on=$fail_on" --format=json "--output=$folder/report.json")
  [[ -z $base ]] || options+=("--changed-since=$base" --deepen)
  [[ -z $INPUT_BASELINE ]] || options+=("--baseline=$INPUT_BASELINE")
  if [[ $fetch == true && -n $base ]]; then
    mkdir -p "$ONNXHUB_OBJECTS"
    git -C "$INPUT_PATH" config lfs.storage "$ONNXHUB_OBJECTS"
    options+=(--fetch)
  elif [[ $fetch == true ]]; then
    echo '::notice title=onnxhub::there is no base to compare with, so no Git LFS object is fetched'
  fi
  if [[ $peek == true && -z $base ]]; then
    echo '::notice title=onnxhub::there is no base to compare with, so no graph is read from a server'
    peek=false
  fi
  [[ $peek != true ]] || options+=(--peek)
  add_run_options
  # A pipe and not a process substitution, whose end bash does not wait for.
  { onnxhub validate "${options[@]}" -- "$INPUT_PATH" 2>&1 >&3 | tee "$folder/validate.err" >&2; } 3>&1 || status=$?
  if [[ -s $folder/report.json ]]; then
    show_report
    [[ $peek != true ]] || summarize_peek "$folder/validate.err"
    [[ -z $base ]] || show_diff
  else
    summarize_failure "$folder/validate.err"
  fi
  rm -f "$folder/validate.err"
  [[ $fetch != true || -z $base ]] || tidy_objects
  return "$status"
}

readonly folder=$RUNNER_TEMP/onnxhub/report runtime_version=1.30.0
case $INPUT_COMMAND in
  install) ;;
  validate)
    format=$(one_of format "$INPUT_FORMAT" github text)
    fail_on=$(one_of fail-on "$INPUT_FAIL_ON" error warning never)
    fetch=$(one_of fetch "$INPUT_FETCH" false true)
    peek=$(one_of peek "${INPUT_PEEK:-}" false true)
    run=$(one_of run "$INPUT_RUN" false true forks)
    sarif=$(one_of sarif "$INPUT_SARIF" false true)
    validate ;;
  comment) INPUT_TOKEN=$INPUT_TOKEN bash "$GITHUB_ACTION_PATH/action/comment.sh" ;;
  *) fail "the input command must be one of: validate comment install" ;;
esac
