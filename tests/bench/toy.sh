#!/bin/sh
# toy.sh BASIN-CLI PICTURE cagrad|nash [BALANCER…] — the toy in two dimensions, by every balancer
#
# Trains toy-2d from each published starting point with each balancer that there is, or with
# those that are named, draws the paths into PICTURE (.png, .svg, .pdf, .csv) and prints where
# each ended, as Markdown.
#
#   cagrad   both losses whole, 3 starting points, 100,000 steps (arXiv 2110.14048)
#   nash     0.1 of the first loss, 5 starting points, 50,000 steps (arXiv 2202.01017, 2306.03792)
#
# A seed changes nothing but the draws of methods that draw. Takes seconds a balancer.
#
# SPDX-License-Identifier: Apache-2.0

set -eu
cli=$1
picture=$2
variant=$3
shift 3

case $variant in
  cagrad)
    starts='-8.5,7.5 -8.5,-5 9,9'
    epochs=100
    factor=1 ;;
  nash)
    starts='-8.5,7.5 0,0 9,9 -7.5,-0.5 9,-1'
    epochs=50
    factor=0.1 ;;
  *)
    echo "There is no variant $variant: cagrad or nash." >&2
    exit 2 ;;
esac

BASIN_HOME=$(mktemp -d)
export BASIN_HOME
trap 'rm -rf "$BASIN_HOME"' EXIT

if [ $# -eq 0 ]; then
  # shellcheck disable=SC2046 # a list of words
  set -- $("$cli" methods --json balancer | sed -n 's/^{"kind":"balancer","id":"\([^"]*\)".*/\1/p')
fi

"$cli" new toy-2d -o "$BASIN_HOME/toy.basin" >/dev/null
n=0
runs=
for balancer; do
  for start in $starts; do
    if "$cli" train "$BASIN_HOME/toy.basin" --threads 1 --epochs "$epochs" \
         --set "experiment.balancer=$balancer" --set "blocks.first.factor=$factor" \
         --set "blocks.point.x1=${start%,*}" --set "blocks.point.x2=${start#*,}" \
         >"$BASIN_HOME/log" 2>&1; then
      n=$((n + 1))
      runs="$runs $n"
    else
      # A run that failed may be in the store, where it takes a number.
      echo "$balancer from ($start): $(tail -n 1 "$BASIN_HOME/log")" >&2
      n=$("$cli" runs --json | wc -l)
    fi
  done
done

# shellcheck disable=SC2086 # numbers of runs
"$cli" plot --paths "$picture" --width 280 $runs
