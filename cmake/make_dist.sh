#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_dist.sh BUILD FOLDER: installs the program of a build into a folder that may be moved: bin/onnxhub,
# libexec/onnxhub/onnx-worker, and in lib the libraries of both. They find each other by paths relative to themselves.
# The C library and the loader are the system's. share/licenses has the licences of the libraries, from Debian's packages.
set -euo pipefail

build=$1 folder=$2

install -D -m 755 "$build/cli/onnxhub" "$folder/bin/onnxhub"
install -D -m 755 "$build/libexec/onnxhub/onnx-worker" "$folder/libexec/onnxhub/onnx-worker"
mkdir -p "$folder/lib" "$folder/share/licenses"
mapfile -t loaded <"$build/loaded_libraries.txt"  # those that the program loads when it needs them

libraries() {
  printf '%s\n' "${loaded[@]}"
  ldd "$build/cli/onnxhub" "$build/libexec/onnxhub/onnx-worker" "${loaded[@]}" | awk '$3 ~ /^\// {print $3}'
}

copy_licence() {
  if [[ -f /usr/share/doc/$1/copyright ]]; then install -m 644 "/usr/share/doc/$1/copyright" "$folder/share/licenses/$1.txt"; fi
}

libraries | sort -u | while read -r library; do
  case ${library##*/} in
    libc.so* | libm.so* | libdl.so* | libpthread.so* | librt.so* | libresolv.so* | ld-linux*) continue ;;
  esac
  install -m 644 "$library" "$folder/lib/${library##*/}"
  package=$(dpkg-query -S "$(readlink -f "$library")" 2>/dev/null || dpkg-query -S "$library" 2>/dev/null || true)
  copy_licence "${package%%:*}"
done
# Libraries that are headers alone are compiled in.
for package in libcli11-dev nlohmann-json3-dev; do copy_licence "$package"; done
