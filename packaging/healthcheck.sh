#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# healthcheck.sh PORT: exit status 0 if a server on this machine answers /healthz with 200. Needs no other program, because
# the image has no client for HTTP. A server with --tls-cert needs another check.
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 4 answer <&3
[[ $answer == "HTTP/1.1 200 "* ]] || { printf 'healthcheck: %q\n' "${answer:0:100}" >&2; exit 1; }
