#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Posts the report of an untrusted pull request as a comment. The workflow that checked the pull request
# had no write permission and uploaded the report as an artifact. This script checks out nothing and runs
# no code of the pull request. The report is untrusted data: its size is limited, onnxhub reads it strictly
# and writes it as escaped Markdown. The number of the pull request comes from GitHub, not from the report.
set -euo pipefail
shopt -s inherit_errexit

readonly artifact_limit=20000000 report_limit=50000000 # bytes
readonly marker='<!-- onnxhub -->'

note() { printf 'onnxhub action: %s\n' "$1" >&2; }
fail() { printf 'onnxhub action: error: %s\n' "$1" >&2; exit 2; }

for program in curl jq unzip; do
  command -v "$program" >/dev/null || fail "$program is not installed"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# api METHOD PATH [CURL ARGUMENT...]: passes the token in a file, so that no process list shows it.
printf 'header = "Authorization: Bearer %s"\n' "$INPUT_TOKEN" >"$work/curl.conf"
api() {
  local method=$1 path=$2
  shift 2
  curl --silent --show-error --fail --location --proto '=http,https' --max-time 120 --retry 2 --config "$work/curl.conf" \
    --header 'Accept: application/vnd.github+json' --request "$method" "$@" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$path"
}
event() { jq -r "$1 // \"\"" "$GITHUB_EVENT_PATH"; }

# The open pull request with the head commit that the run checked. The event's pull_requests lacks forks.
find_pull_request() {
  local head owner
  head=$(event .workflow_run.head_sha)
  owner=$(event .workflow_run.head_repository.owner.login)
  [[ $head =~ ^[0-9a-f]{40}$ ]] || fail "the event has no commit; run this workflow on workflow_run"
  api GET pulls --get --data-urlencode "head=$owner:$(event .workflow_run.head_branch)" --data-urlencode state=open |
    jq -r --arg head "$head" '[.[] | select(.head.sha == $head) | .number][0] // ""'
}

# Downloads the artifact to $work/report.json and $work/diff.json.
get_report() {
  local run artifact
  run=$(event .workflow_run.id)
  [[ $run =~ ^[0-9]+$ ]] || fail "the event has no workflow run"
  artifact=$(api GET "actions/runs/$run/artifacts" |
    jq -r --argjson limit "$artifact_limit" \
      '[.artifacts[] | select(.name == "onnxhub-report" and (.expired | not)) | if .size_in_bytes <= $limit then .id else "large" end][0] // ""')
  if [[ -z $artifact ]]; then
    note "the run has no report: it was cancelled, or could not check the hub"
    exit 0
  fi
  [[ $artifact =~ ^[0-9]+$ ]] || fail "the artifact onnxhub-report is larger than $artifact_limit bytes"
  api GET "actions/artifacts/$artifact/zip" --max-filesize "$artifact_limit" --output "$work/report.zip"
  local name
  for name in report.json diff.json; do
    # Writes one member to standard output, so that no path of the archive is used.
    { unzip -p "$work/report.zip" "$name" 2>/dev/null || true; } | head -c $((report_limit + 1)) >"$work/$name"
    (($(stat -c %s "$work/$name") <= report_limit)) || fail "$name is larger than $report_limit bytes"
  done
  [[ -s $work/report.json ]] || fail "the artifact has no report.json"
}

write_comment() {
  {
    echo "$marker"
    # The workflow is part of the pull request, so its report cannot be trusted.
    echo "> Report of the pull request's own workflow run. The pull request can change this workflow: review its changes to \`.github\` before you rely on the report."
    echo
    onnxhub merge --fail-on=never --format=markdown --limit=30000 "$work/report.json"
    if [[ -s $work/diff.json ]]; then
      echo
      onnxhub merge --format=markdown --limit=30000 "$work/diff.json"
    fi
  } >"$work/comment.md"
  jq -n --rawfile body "$work/comment.md" '{body: $body}' >"$work/comment.json"
}

# The comment of an earlier run of this workflow. Comments of other users with the same start are ignored.
find_comment() {
  local page comments found
  for page in 1 2 3 4 5 6 7 8 9 10; do
    comments=$(api GET "issues/$1/comments?per_page=100&page=$page")
    found=$(jq -r --arg marker "$marker" \
      '[.[] | select(.user.login == "github-actions[bot]" and (.body | startswith($marker))) | .id][0] // ""' <<<"$comments")
    if [[ -n $found || $(jq length <<<"$comments") -lt 100 ]]; then
      echo "$found"
      return
    fi
  done
}

pull_request=$(find_pull_request)
if [[ -z $pull_request ]]; then
  note "no open pull request has this head commit; nothing to comment on"
  exit 0
fi
[[ $pull_request =~ ^[0-9]+$ ]] || fail "GitHub returned no pull request number"
get_report
write_comment
comment=$(find_comment "$pull_request")
if [[ $comment =~ ^[0-9]+$ ]]; then
  api PATCH "issues/comments/$comment" --data-binary "@$work/comment.json" >/dev/null
  note "updated the comment on pull request $pull_request"
else
  api POST "issues/$pull_request/comments" --data-binary "@$work/comment.json" >/dev/null
  note "added a comment to pull request $pull_request"
fi
