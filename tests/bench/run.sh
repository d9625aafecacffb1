#!/bin/sh
# run.sh BUILD [ROUNDS] — speed of kernels and of whole steps, one line a case
#
# Where PyTorch can be imported, its steps run between ours, in turn, so that
# both meet the same machine; the minimum of each counts.
#
# SPDX-License-Identifier: Apache-2.0

set -eu
build=$1
rounds=${2:-2}
here=$(cd "$(dirname "$0")" && pwd)
lines=$(mktemp -d)
trap 'rm -rf "$lines"' EXIT
trap 'exit 1' HUP INT TERM

torch=
if python3 -c 'import torch' 2>/dev/null; then
  torch=yes
fi

"$build/tests/bench-kernels"
echo

round=0
while [ "$round" -lt "$rounds" ]; do
  round=$((round + 1))
  "$build/tests/bench-step" >>"$lines/ours"
  if [ -n "$torch" ]; then
    python3 "$here/torch-step.py" >>"$lines/theirs"
  fi
done
touch "$lines/theirs"

# A line is: workload, method, threads, ms, unit. Cases come in the order of ours.
awk '
  { key = sprintf("%s %-14s %s", $1, $2, $3) }
  FILENAME ~ /theirs$/ { if (!(key in theirs) || $4 + 0 < theirs[key]) theirs[key] = $4 + 0; next }
  !(key in ours)       { order[++n] = key; ours[key] = $4 + 0 }
  $4 + 0 < ours[key]   { ours[key] = $4 + 0 }
  END {
    for (i = 1; i <= n; i++) {
      key = order[i]
      printf "%s %10.4f ms/step", key, ours[key]
      if (key in theirs)
        printf "  torch %10.4f ms/step  ratio %6.2f", theirs[key], theirs[key] / ours[key]
      print ""
    }
  }' "$lines/theirs" "$lines/ours"

if [ -z "$torch" ]; then
  echo 'PyTorch is not here, so there is nothing to compare with.' >&2
fi
