#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Finds the release that fits this machine, and installs it. releases.txt has the SHA-256 of each release, so the server
# that sends the archive needs no trust.
#
#   release.sh find                              prints file= and sha256= of the release, or reason= if none fits
#   release.sh install FILE SHA256 STORE FOLDER  unpacks FILE into FOLDER. STORE keeps the archive, for a cache
#
# ONNXHUB_RELEASE_URL names another place for the archives: a directory, or a URL that FILE is appended to.
set -euo pipefail
shopt -s inherit_errexit

action=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly action
readonly download_limit=300000000 unpacked_limit=1000000000 # bytes
readonly member_limit=5000

note() { printf 'onnxhub action: %s\n' "$1" >&2; }
fail() { printf 'onnxhub action: error: %s\n' "$1" >&2; exit 2; }

# The version of the action's own sources.
version() {
  local found
  found=$(sed -n 's/^project(onnxhub VERSION \([0-9][0-9.]*\)[ )].*/\1/p' "$action/CMakeLists.txt")
  [[ -n $found ]] || fail "CMakeLists.txt: has no version; check out the whole repository of the action"
  echo "$found"
}

# The version of this machine's glibc as one number, 2036 for 2.36; 0 with another C library.
glibc() {
  local text
  text=$(getconf GNU_LIBC_VERSION 2>/dev/null) || true
  if [[ $text =~ ^glibc\ ([0-9]+)\.([0-9]+) ]]; then number "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"; else echo 0; fi
}
number() { echo $((10#$1 * 1000 + 10#$2)); }

find_release() {
  local wanted system libc line count=0
  local form='^([0-9]+(\.[0-9]+)*) +([a-z0-9_-]+) +([0-9]{1,3})\.([0-9]{1,3}) +([0-9a-f]{64})$'
  wanted=$(version)
  system=$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
  libc=$(glibc)
  while IFS= read -r line || [[ -n $line ]]; do
    count=$((count + 1))
    [[ -n $line && $line != '#'* ]] || continue
    [[ $line =~ $form ]] || fail "action/releases.txt:$count: is not \"VERSION SYSTEM GLIBC SHA256\"; correct the line"
    [[ ${BASH_REMATCH[1]} == "$wanted" && ${BASH_REMATCH[3]} == "$system" ]] || continue
    local sha256=${BASH_REMATCH[6]} oldest
    oldest=$(number "${BASH_REMATCH[4]}" "${BASH_REMATCH[5]}")
    ((libc >= oldest)) || continue
    printf 'file=onnxhub-%s-%s.tar.gz\nsha256=%s\n' "$wanted" "$system" "$sha256"
    return
  done <"$action/action/releases.txt"
  local with="glibc $((libc / 1000)).$((libc % 1000))"
  ((libc)) || with="a C library other than glibc"
  echo "reason=no release fits this machine (version $wanted, $system, $with)"
}

# The repository of the action. Runners check it out into _actions/OWNER/NAME/REF. In a composite action, the context
# github.action_repository may name another action or none (https://github.com/actions/runner/issues/2473).
repository() {
  if [[ $action/ =~ /_actions/([A-Za-z0-9._-]+/[A-Za-z0-9._-]+)/ ]]; then echo "${BASH_REMATCH[1]}"; else echo onnxhub/onnxhub; fi
}

url_of() {
  local base=${ONNXHUB_RELEASE_URL:-}
  if [[ -z $base ]]; then
    base="https://github.com/$(repository)/releases/download/v$(version)"
  elif [[ $base == /* ]]; then
    base="file://$base"
  fi
  echo "${base%/}/$1"
}

has_digest() { [[ $(sha256sum <"$1") == "$2 "* ]]; }

download() {
  local url=$1 file=$2 protocols='=https' status=0
  [[ -z ${ONNXHUB_RELEASE_URL:-} ]] || protocols='=https,http,file'
  # curl alone limits only downloads whose length it knows.
  (
    ulimit -f $((download_limit / 1024 + 1))
    exec curl --silent --show-error --fail --location --proto "$protocols" --proto-redir '=https' --connect-timeout 20 \
      --max-time 600 --retry 3 --max-filesize "$download_limit" --output "$file" "$url"
  ) || status=$?
  if [[ -f $file ]] && (($(stat -c %s "$file") > download_limit)); then
    rm -f "$file"
    fail "$url: is larger than $download_limit bytes; report this"
  fi
  ((status == 0)) || fail "cannot download $url (curl: $status); run the job again, or set the input build to true"
}

# The members of the archive are regular files and directories below one directory, with the permissions rwx only.
check_members() {
  local archive=$1 list=$2 top=$3 mode size name count=0 total=0
  while IFS=' ' read -r mode _ size _ _ name; do
    count=$((count + 1))
    ((count <= member_limit)) || fail "$archive: has more than $member_limit members; report this"
    [[ $mode =~ ^[-d]([r-][w-][x-]){3}$ && $size =~ ^[0-9]{1,12}$ ]] ||
      fail "$archive: has the member $name, which is not a plain file or directory ($mode); report this"
    [[ $name =~ ^[A-Za-z0-9._+~@%:=,/-]+$ && "/$name/" != */../* && "$name/" == "$top/"* ]] ||
      fail "$archive: has the member $name, which is not a path below $top; report this"
    total=$((total + size))
    ((total <= unpacked_limit)) || fail "$archive: has more than $unpacked_limit bytes when unpacked; report this"
  done <"$list"
}

# Unpacks into a new directory, which replaces FOLDER when it is complete.
unpack() {
  local file=$1 folder=$2 name=${1##*/} top status=0
  top=${name%.tar.gz}
  work=$folder.new
  rm -rf "$work"
  mkdir -p "$work/files"
  trap 'rm -rf "$work"' EXIT
  gzip -dc <"$file" 2>/dev/null | head -c $((unpacked_limit + 1)) >"$work/tar" || status=$?
  (($(stat -c %s "$work/tar") <= unpacked_limit)) || fail "$name: has more than $unpacked_limit bytes when unpacked; report this"
  ((status)) || LC_ALL=C tar --list --verbose --numeric-owner --quoting-style=escape --file "$work/tar" >"$work/list" 2>/dev/null ||
    status=$?
  ((status == 0)) || fail "$name: is damaged; report this"
  check_members "$name" "$work/list" "$top"
  tar --extract --no-same-owner --no-same-permissions --directory "$work/files" --file "$work/tar" ||
    fail "$name: cannot be unpacked into $folder; see above"
  [[ -f $work/files/$top/bin/onnxhub && -x $work/files/$top/bin/onnxhub ]] || fail "$name: has no program bin/onnxhub; report this"
  rm -rf "$folder"
  mv "$work/files/$top" "$folder"
}

install_release() {
  local file=$1 sha256=$2 store=$3 folder=$4 url program
  for program in curl gzip sha256sum tar; do
    command -v "$program" >/dev/null || fail "$program is not installed; install it in an earlier step, or set the input build to true"
  done
  mkdir -p "$store"
  if [[ -f $store/$file ]] && has_digest "$store/$file" "$sha256"; then
    note "$file is from the cache"
  else
    [[ ! -e $store/$file ]] || note "$file in the cache is damaged; downloads it again"
    rm -rf "${store:?}/$file"
    url=$(url_of "$file")
    note "downloads $url"
    download "$url" "$store/$file"
    if ! has_digest "$store/$file" "$sha256"; then
      rm -f "$store/$file"
      fail "$url: its SHA-256 is not that of action/releases.txt ($sha256); the file was deleted and not used; report this"
    fi
  fi
  unpack "$store/$file" "$folder"
  "$folder/bin/onnxhub" --version || fail "the program of $file does not start on this machine; set the input build to true"
}

case ${1:-} in
  find) find_release ;;
  install) install_release "$2" "$3" "$4" "$5" ;;
  *) fail "usage: release.sh find, or release.sh install FILE SHA256 STORE FOLDER" ;;
esac
