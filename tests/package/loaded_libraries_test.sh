#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Libraries that few commands need are loaded by those commands alone: loaded_libraries_test.sh SOURCE BUILD CXX
set -euo pipefail
source_folder=$1 build=$2 cxx=$3
program=$build/cli/onnxhub
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# expect STATUS TEXT COMMAND...: the command ends with the status, and its messages contain the text.
expect() {
  local status=0 wanted=$1 text=$2
  shift 2
  "$@" >"$work/out" 2>"$work/err" || status=$?
  ((status == wanted)) || fail "$*: status $status, not $wanted: $(cat "$work/err")"
  grep -qF -- "$text" "$work/err" || fail "$*: no \"$text\" in: $(cat "$work/err")"
}

# start_server PROGRAM: sets `url`.
start_server() {
  env -i "$1" serve "$work/hub" --port 0 >"$work/server.out" 2>&1 &
  server=$!
  for _ in {1..100}; do
    url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/server.out" | head -n 1) && return
    sleep 0.1
  done
  fail "no server: $(cat "$work/server.out")"
}

mkdir "$work/hub"
echo '[]' >"$work/hub/ONNX_HUB_MANIFEST.json"

# 1. The dynamic linker does not load them at the start.
for library in libarchive libcurl libmicrohttpd; do
  ! ldd "$program" | grep -F "$library.so" || fail "$program is linked with $library"
done

# 2. A library that cannot be loaded, and one without the functions.
mkdir "$work/broken" "$work/other"
while read -r path; do
  soname=${path##*/}
  echo 'not a library' >"$work/broken/$soname"
  "$cxx" -shared -o "$work/other/$soname" -Wl,-soname,"$soname" -x c++ /dev/null
done <"$build/loaded_libraries.txt"
curl_library=$(grep -oE 'libcurl[^/]*$' "$build/loaded_libraries.txt")
mhd_library=$(grep -oE 'libmicrohttpd[^/]*$' "$build/loaded_libraries.txt")
list=("$program" list --hub http://127.0.0.1:9 --cache "$work/cache")
serve=("$program" serve "$work/hub" --port 0)
expect 2 "$curl_library: cannot be loaded (" env LD_LIBRARY_PATH="$work/broken" "${list[@]}"
expect 2 "$curl_library: has no function curl_" env LD_LIBRARY_PATH="$work/other" "${list[@]}"
expect 2 "$mhd_library: cannot be loaded (" env LD_LIBRARY_PATH="$work/broken" "${serve[@]}"
expect 2 "$mhd_library: has no function MHD_" env LD_LIBRARY_PATH="$work/other" "${serve[@]}"
LD_LIBRARY_PATH="$work/broken" "$program" --version >/dev/null || fail "--version needs one of these libraries"

# 3. The long form of --version loads them all and asks the worker, or says why that fails.
short=$("$program" --version)
[[ $short == "onnxhub "*.*.* && $short != *$'\n'* ]] || fail "--version: $short"
for arguments in "--version --verbose" "--verbose --version" "-v --version"; do
  read -ra words <<<"$arguments"
  "$program" "${words[@]}" >"$work/report" 2>"$work/err" || fail "$arguments: $(cat "$work/err")"
  [[ ! -s $work/err && $(head -n 1 "$work/report") == "$short" ]] || fail "$arguments: $(cat "$work/report" "$work/err")"
done
grep -qE '^commit ([0-9a-f]{40}(-modified)?|unknown)$' "$work/report" || fail "no commit: $(cat "$work/report")"
for library in CLI11 cmark-gfm fmt libarchive libgit2 libmicrohttpd libonnx libyaml nlohmann-json OpenSSL 'toml\+\+' zlib; do
  grep -qE "^$library [0-9]+\.[0-9]+" "$work/report" || fail "no version of $library: $(cat "$work/report")"
done
grep -qE '^libcurl/[0-9]+\.[0-9]+' "$work/report" || fail "no version of libcurl: $(cat "$work/report")"
LD_LIBRARY_PATH="$work/broken" "$program" --version --verbose >"$work/report" || fail "--version --verbose needs these libraries"
while read -r path; do
  grep -qF "${path##*/}: cannot be loaded (" "$work/report" || fail "${path##*/}: $(cat "$work/report")"
done <"$build/loaded_libraries.txt"

# 4. `./dev dist` copies them too. The folder can be moved, and uses its own libraries.
bash "$source_folder/cmake/make_dist.sh" "$build" "$work/dist"
mv "$work/dist" "$work/moved"
start_server "$work/moved/bin/onnxhub"
grep -qF "$work/moved/lib/$mhd_library" "/proc/$server/maps" || fail "the server uses another $mhd_library"
env -i HOME="$work" "$work/moved/bin/onnxhub" list --hub "$url" --cache "$work/cache" >/dev/null ||
  fail "the moved program cannot list $url"
while read -r path; do
  [[ -f $work/moved/lib/${path##*/} ]] || fail "${path##*/} is missing from lib/"
done <"$build/loaded_libraries.txt"
