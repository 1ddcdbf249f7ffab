#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs Node with the arguments. Exit status 77, which means skipped, without Node.
command -v node >/dev/null || { echo "SKIPPED: no node here (apt-get install nodejs)"; exit 77; }
exec node "$@"
