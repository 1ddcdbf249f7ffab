#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run by the test `package.service` in a Debian that systemd started: serves hubs by onnxhub@.service and uses them.
set -euo pipefail
exec >/work/service.txt 2>&1
trap 'echo "line $LINENO: status $?"; journalctl --no-pager --unit "onnxhub@*"' ERR
export HOME=/root ONNX_HOME=/work/cache

serve() {  # NAME HUB OPTIONS...
  mkdir -p /etc/onnxhub
  printf 'HUB=%s\nOPTIONS=%s\n' "$2" "${*:3}" >"/etc/onnxhub/$1.conf"
  systemctl start "onnxhub@$1"
}

wait_for() {  # URL
  for _ in {1..100}; do
    if onnxhub list --hub "$1" >/work/list.txt 2>/work/list.err; then return 0; fi
    sleep 0.1
  done
  cat /work/list.err
  return 1
}

# A commit of a bare repository, and the tracked files of a working tree. Both belong to a user.
git clone -q --bare /work/hub /srv/models.git
cp -R /work/hub /srv/tree
git -C /srv/tree add -A
echo secret >/srv/tree/untracked.txt
chown -R 1234:1234 /srv/models.git /srv/tree
serve bare /srv/models.git:main --port 8081
serve tree /srv/tree --port 8082
serve missing /srv/none --port 8083
for port in 8081 8082; do
  wait_for "http://127.0.0.1:$port"
  grep -q 'Flower classifier' /work/list.txt
  loaded=$(onnxhub load "Flower Classifier" --hub "http://127.0.0.1:$port" --trust --force-reload)
  cmp "$loaded" /work/hub/tabular/classification/model/flower-classifier-13.onnx
done
status() { python3 -c 'import sys, urllib.error, urllib.request as r
try: print(r.urlopen(sys.argv[1]).status)
except urllib.error.HTTPError as error: print(error.code)' "$1"; }
[[ $(status http://127.0.0.1:8082/README.md) == 200 ]]
[[ $(status http://127.0.0.1:8082/untracked.txt) == 404 ]]

# Another user, without rights, reloads and ends cleanly. Settings that cannot be used are not tried again.
pid=$(systemctl show --property MainPID --value onnxhub@bare)
[[ $(stat -c %u "/proc/$pid") != 0 && $(grep -E '^CapEff' "/proc/$pid/status") == *0000000000000000 ]]
[[ $(grep -E '^(NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr -d '[:space:]') == NoNewPrivs:1Seccomp:2 ]]
systemctl reload onnxhub@bare
[[ $(systemctl is-active onnxhub@bare) == active ]]
systemctl stop onnxhub@bare
[[ $(systemctl show --property Result,ExecMainStatus onnxhub@bare | sort | tr '\n' ' ') == "ExecMainStatus=0 Result=success " ]]
[[ $(systemctl show --property NRestarts,ExecMainStatus onnxhub@missing | sort | tr '\n' ' ') == "ExecMainStatus=2 NRestarts=0 " ]]

# Removing the package stops what is still running.
[[ $(systemctl is-active onnxhub@tree) == active ]]
dpkg --purge onnxhub
[[ $(systemctl is-active onnxhub@tree || true) != active ]]
[[ ! -e /usr/bin/onnxhub ]]
echo "the service works"
