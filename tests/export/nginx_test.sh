#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nginx_test.sh CONFIGURATION: tests the exported configuration in conf.d/ with a minimal "http" block. nginx must accept it
# without a warning; types, headers, CORS, ranges and compressed JSON must be right. nginx listens on a Unix socket, so that
# tests share no port. Exit status 77 without nginx or curl.
set -euo pipefail

example=$(realpath "$1")
for program in nginx curl gzip; do
  command -v "$program" >/dev/null || { echo "SKIPPED: no $program here (apt-get install $program)"; exit 77; }
done

work=$(mktemp -d)
stop() {
  if [[ -f $work/nginx.pid ]]; then kill "$(cat "$work/nginx.pid")" || true; fi
  rm -rf "$work"
}
trap stop EXIT
chmod 755 "$work"  # nginx workers run as another user
cd "$work"

mkdir -p site/a site/.well-known site/.git site/catalog site/index/0a conf.d
printf '[ "%01000d" ]' 0 >site/ONNX_HUB_MANIFEST.json
gzip -k site/ONNX_HUB_MANIFEST.json
echo '<!doctype html>' >site/index.html
echo sums >site/SHA256SUMS
echo secret >site/.git/config
echo contact >site/.well-known/security.txt
printf 0123456789 >site/a/model.onnx
printf packed >site/a/model.tar.gz
by_content=(index/0a/names.json catalog/facts-0123456789abcdef.json catalog/readme-0123456789abcdef.md
  catalog/graph-0123456789abcdef.js)
changing=(index/root.json catalog/other.json catalog/feed.xml)
for file in "${by_content[@]}" "${changing[@]}"; do echo '{}' >"site/$file"; done

sed "s#listen 80;#listen unix:$work/socket;#; s#root /srv/hub;#root $work/site;#" "$example" >conf.d/hub.conf
cat >nginx.conf <<'CONF'
pid nginx.pid;
error_log error.log;
events {}
http {
  access_log off;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  include conf.d/*.conf;
}
CONF

failures=0
fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }

nginx -p "$work" -c nginx.conf -t >checked 2>&1 || { cat checked; exit 1; }
if grep -F '[warn]' checked; then fail "nginx -t warns"; fi
nginx -p "$work" -c nginx.conf

get() { curl -s --path-as-is --unix-socket socket "${@:2}" "http://hub.example$1"; }

# expect PATH LINE [CURL ARGS]: the answer's head has exactly one line that begins so.
expect() {
  local head
  head=$(get "$1" -o /dev/null -D - "${@:3}" | tr -d '\r')
  if (($(grep -c "^$2" <<<"$head") != 1)); then fail "$1 ${*:3}: not one '$2' in:"$'\n'"$head"; fi
}

while IFS='|' read -r path type; do
  expect "$path" "HTTP/1.1 200"
  expect "$path" "Content-Type: $type\$"
  expect "$path" "X-Content-Type-Options: nosniff\$"
  expect "$path" "Access-Control-Allow-Origin: \*\$"
  expect "$path" "ETag: "
done <<'TYPES'
/|text/html; charset=utf-8
/index.html|text/html; charset=utf-8
/ONNX_HUB_MANIFEST.json|application/json
/ONNX_HUB_MANIFEST.json.gz|application/gzip
/catalog/graph-0123456789abcdef.js|text/javascript; charset=utf-8
/catalog/feed.xml|application/atom+xml
/SHA256SUMS|text/plain; charset=utf-8
/a/model.onnx|application/octet-stream
/a/model.tar.gz|application/gzip
/.well-known/security.txt|text/plain; charset=utf-8
TYPES
for path in / /ONNX_HUB_MANIFEST.json /index/root.json /catalog/feed.xml; do expect "$path" 'Cache-Control: no-cache$'; done
for file in "${by_content[@]}"; do expect "/$file" 'Cache-Control: max-age=315360000$'; done
if get /catalog/other.json -o /dev/null -D - | grep -q 'max-age'; then fail "a file whose name does not depend on its content is kept"; fi
expect /.git/config 'HTTP/1.1 403'
expect /gone.onnx 'HTTP/1.1 404'

for path in /ONNX_HUB_MANIFEST.json /a/model.onnx; do
  expect "$path" 'HTTP/1.1 204' -X OPTIONS
  expect "$path" 'Access-Control-Allow-Origin: \*$' -X OPTIONS
  expect "$path" 'Access-Control-Allow-Methods: GET, HEAD, OPTIONS$' -X OPTIONS
  expect "$path" 'Access-Control-Allow-Headers: Authorization, Range' -X OPTIONS
done

expect /a/model.onnx 'HTTP/1.1 206' -r 3-5
expect /a/model.onnx 'Content-Range: bytes 3-5/10$' -r 3-5
expect /a/model.onnx 'HTTP/1.1 416' -r 99-
expect /a/model.onnx 'Access-Control-Allow-Origin: \*$' -r 99-
[[ $(get /a/model.onnx -r 3-5) == 345 ]] || fail "the range has other bytes"

expect /ONNX_HUB_MANIFEST.json 'Content-Encoding: gzip$' -H 'Accept-Encoding: gzip'
expect /ONNX_HUB_MANIFEST.json 'Vary: Accept-Encoding$' -H 'Accept-Encoding: gzip'
get /ONNX_HUB_MANIFEST.json --compressed | cmp - site/ONNX_HUB_MANIFEST.json || fail "unpacked it differs"
get /ONNX_HUB_MANIFEST.json | cmp - site/ONNX_HUB_MANIFEST.json || fail "plain it differs"

((failures == 0))
