#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_dist.sh BUILD FOLDER: installs the program of a build into a folder that may be moved: bin/onnxhub,
# libexec/onnxhub/onnx-worker, and in lib the libraries of both. They find each other by paths relative to themselves.
# The C library and the loader are the system's. share/licenses has the licences of the libraries, from Debian's packages.
# The same sources give the same bytes, in any directory.
set -euo pipefail

build=$1 folder=$2

# Without symbols and debug information, which have paths of a checkout, and without the build ID, their hash.
install_program() {
  install -D -m 755 "$build/$1" "$folder/$2"
  strip --strip-all --remove-section=.note.gnu.build-id "$folder/$2"
}
install_program cli/onnxhub bin/onnxhub
install_program libexec/onnxhub/onnx-worker libexec/onnxhub/onnx-worker
mkdir -p "$folder/lib" "$folder/share/licenses"
mapfile -t loaded <"$build/loaded_libraries.txt"  # those that the program loads when it needs them

needed() {
  printf '%s\n' "${loaded[@]}"
  ldd "$build/cli/onnxhub" "$build/libexec/onnxhub/onnx-worker" "${loaded[@]}" | awk '$3 ~ /^\// {print $3}'
}

copy_licence() {
  if [[ -f /usr/share/doc/$1/copyright ]]; then install -m 644 "/usr/share/doc/$1/copyright" "$folder/share/licenses/$1.txt"; fi
}

libraries=()
while read -r library; do
  case ${library##*/} in
    libc.so* | libm.so* | libdl.so* | libpthread.so* | librt.so* | libresolv.so* | ld-linux*) continue ;;
  esac
  libraries+=("$library")
  install -m 644 "$library" "$folder/lib/${library##*/}"
done < <(needed | sort -u)

# One query for all: each reads the lists of all packages. A package may list a library by either path.
mapfile -t targets < <(readlink -f "${libraries[@]}")
declare -A package_of
while read -r line; do
  package_of[${line##*: }]=${line%%[:,]*}
done < <(dpkg-query -S "${libraries[@]}" "${targets[@]}" 2>/dev/null | grep -v '^diversion ')
for library in "${libraries[@]}"; do
  copy_licence "${package_of[$(readlink -f "$library")]:-${package_of[$library]:-}}"
done
# Libraries that are headers alone are compiled in.
for package in libcli11-dev nlohmann-json3-dev; do copy_licence "$package"; done
