#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Steps of a release (docs/releasing.md), for .github/workflows/release.yml and for maintainers:
#
#   release.sh set-version VERSION         writes a new version into all files that name it
#   release.sh check REF                   checks version, tag and changelog; prints is-release= and commit=
#   release.sh collect FOLDER DISTRIBUTION OUT   copies the packages of `./dev package` under names of the release
#   release.sh table FOLDER                prints the lines for action/releases.txt as Markdown
#   release.sh check-table FOLDER          compares action/releases.txt with the packages
#   release.sh sums FOLDER                 writes SHA256SUMS
#   release.sh notes                       prints the section of CHANGELOG.md
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly table=action/releases.txt lines=action-releases.txt # the second one is in the folder of the packages
readonly main_distribution=debian12 # the oldest glibc: its tarball and wheels run on all of them

fail() { printf 'release.sh: error: %s\n' "$1" >&2; exit 2; }

version() {
  local found
  found=$(sed -n 's/^project(onnxhub VERSION \([0-9][0-9.]*\)[ )].*/\1/p' CMakeLists.txt)
  [[ -n $found ]] || fail "CMakeLists.txt: has no version"
  echo "$found"
}

# Files that name the version: those that users copy from, and the Python package.
set_version() {
  local new=$1 old
  [[ $new =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$new: is not a version such as 1.2.3"
  old=$(version)
  sed -i "s/^project(onnxhub VERSION $old\b/project(onnxhub VERSION $new/" CMakeLists.txt
  # shellcheck disable=SC2016 # Perl
  git ls-files -z -- README.md docs templates packaging .github python tests/docs/run.py |
    OLD=$old NEW=$new xargs -0 perl -i -pe '
      BEGIN { $end = qr/(?!\.?[0-9])/ }
      $found |= s{(onnxhub(-dev)?[\@:_-]v?|refs/tags/v|COMMIT \# v)\Q$ENV{OLD}\E$end}{$1$ENV{NEW}}g;
      $found |= s{((__version__|ONNXHUB_VERSION|image\.version)[^0-9]+)\Q$ENV{OLD}\E$end}{$1$ENV{NEW}};
      if (eof) { print STDERR "$ARGV\n" if $found; $found = 0 }' 2>&1
}

# The text of this version in CHANGELOG.md.
notes() {
  awk -v heading="## [$(version)]" 'index($0, "## ") == 1 { inside = index($0, heading) == 1; next } inside' CHANGELOG.md
}

# A tag adds lines to action/releases.txt, and these have the digests of the packages. So the packages are built from the
# last commit that changed anything else.
check() {
  local ref=$1 is_release=false
  if [[ $ref == refs/tags/* ]]; then
    is_release=true
    [[ $ref == "refs/tags/v$(version)" ]] || fail "the tag ${ref#refs/tags/} is not v$(version), the version in CMakeLists.txt"
    [[ $(notes) =~ [^[:space:]] ]] || fail "CHANGELOG.md: has no text below \"## [$(version)]\""
  fi
  printf 'is-release=%s\ncommit=%s\n' "$is_release" "$(git log -1 --format=%H -- . ":(exclude)$table")"
}

# The packages of Debian keep their names, as those of Debian 12 are made for all. From other distributions come only
# packages that need their libraries.
collect() {
  local from=$1 distribution=$2 to=$3 wanted libc file count=0
  wanted=$(version)
  [[ $distribution =~ ^[a-z0-9.]+$ ]] || fail "$distribution: is not a name such as debian12"
  mkdir -p "$to"
  if [[ $distribution == "$main_distribution" ]]; then
    libc=$(getconf GNU_LIBC_VERSION)
    for file in "$from"/onnxhub-"$wanted"-linux-*.tar.gz; do
      [[ -f $file ]] || fail "$from: has no onnxhub-$wanted-linux-*.tar.gz; run ./dev package $from"
      [[ ${file##*/} =~ ^onnxhub-$wanted-(linux-[a-z0-9_]+)\.tar\.gz$ ]] || fail "$file: is not named after a system"
      echo "$wanted ${BASH_REMATCH[1]} ${libc#glibc } $(sha256sum <"$file" | cut -c 1-64)" >>"$to/$lines"
    done
    cp "$from"/onnxhub[-_]* "$to"
  else
    for file in "$from"/onnxhub{,-dev}_"${wanted}"_*.deb "$from"/onnxhub-"$wanted".spdx.json; do
      [[ -f $file ]] || fail "$file: does not exist; run ./dev package $from"
      count=$((count + 1))
      file=${file##*/}
      cp "$from/$file" "$to/${file/"$wanted"/${wanted}_$distribution}"
    done
  fi
}

show_table() {
  [[ -s $1/$lines ]] || fail "$1/$lines: does not exist; run release.sh collect first"
  # shellcheck disable=SC2016 # Markdown
  printf '### Lines for `%s`\n\n```text\n%s\n```\n' "$table" "$(<"$1/$lines")"
}

check_table() {
  local here built
  here=$(grep "^$(version) " "$table" | sort || true)
  built=$(sort "$1/$lines")
  [[ $here == "$built" ]] ||
    fail "$table: its lines for $(version) are not those of the packages; write these lines, and move the tag: $built"
}

sums() {
  rm -f "$1/$lines"
  (cd "$1" && sha256sum onnxhub* >SHA256SUMS)
}

case ${1:-} in
  set-version) set_version "$2" ;;
  check) check "$2" ;;
  collect) collect "$2" "$3" "$4" ;;
  table) show_table "$2" ;;
  check-table) check_table "$2" ;;
  sums) sums "$2" ;;
  notes) notes ;;
  *) fail "unknown command; see the first lines of packaging/release.sh" ;;
esac
