#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_packages.sh BUILD FOLDER: packages of a build, into FOLDER (see `./dev package`). All times in them are
# SOURCE_DATE_EPOCH, so that the same sources and tools give the same bytes.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC
: "${SOURCE_DATE_EPOCH:?}"

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^set(CPACK_PACKAGE_VERSION "\(.*\)")$/\1/p' "$build/CPackConfig.cmake")
commit=$(<"$build/cli/commit.txt")
name=onnxhub-$version-linux-$(uname -m)
tree=$work/$name

step() { printf '[%s/6] %s\n' "$1" "$2"; }

rm -f "$folder"/onnxhub{_,-}* "$folder/SHA256SUMS"

step 1 "the program and its libraries"
bash "$source/cmake/make_dist.sh" "$build" "$tree"

step 2 "wheels for Python"
/usr/bin/python3 -B "$source/python/make_wheel.py" "$folder"
/usr/bin/python3 -B "$source/python/make_wheel.py" "$folder" "$tree"

step 3 "$name.tar.gz"
(cd "$source" && install -m 644 LICENSE CHANGELOG.md "$tree")
/usr/bin/python3 -B "$source/packaging/dependencies.py" libraries "$build" >"$tree/share/licenses/README.txt"
install -D -m 644 -t "$tree/share/man/man1" "$build"/manual/*.1
install -D -m 644 -t "$tree/share/man/man5" "$build"/manual/*.5
install -D -m 644 "$source/templates/completion/onnxhub.bash" "$tree/share/bash-completion/completions/onnxhub"
install -D -m 644 "$source/templates/completion/onnxhub.fish" "$tree/share/fish/vendor_completions.d/onnxhub.fish"
install -D -m 644 "$source/templates/completion/onnxhub.zsh" "$tree/share/zsh/site-functions/_onnxhub"
tar --create --directory "$work" --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  --mode=u+rwX,go+rX,go-w "$name" | gzip -9n >"$folder/$name.tar.gz"

step 4 "Debian packages"
(cd "$work" && cpack --config "$build/CPackConfig.cmake" -B "$work/cpack" >"$work/cpack.log" 2>&1) || { cat "$work/cpack.log"; exit 1; }
mv "$work"/cpack/*.deb "$folder"

step 5 "onnxhub-$version.spdx.json"
/usr/bin/python3 -B "$source/packaging/make_sbom.py" "$build" "$folder" "$tree" "$version" "$commit" "$SOURCE_DATE_EPOCH" \
  "$folder/onnxhub-$version.spdx.json"

step 6 SHA256SUMS
(cd "$folder" && sha256sum onnxhub* >SHA256SUMS)
