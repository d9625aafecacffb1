#!/bin/sh
# run.sh BASIN-CLI [STUDY...] — the sweeps whose tables stand beside this file
#
# Goes on where it stopped. $SEEDS is 1,2 unless it says otherwise; $TABLE=--table
# writes the tables of what is done by now and trains nothing. The data is in
# ../shared/data, beside the checkout.
#
# SPDX-License-Identifier: Apache-2.0

set -eu
cli=$(realpath "$1")
shift
cd "$(dirname "$0")/../../.."
here=tests/bench/studies
flat=none,fs-mtl:adaptive=true:rho-shared=2:norm=joint
all=equal,pcgrad,cagrad:c=0.4,mgda,imtl-g,nash
starter=$(mktemp -d)/multi-mnist.basin
"$cli" new multi-mnist -o "$starter"

# sweep NAME DESIGN METHODS OPTION... — on one core that is left over
sweep ()
{
  name=$1
  design=$2
  methods=$3
  shift 3
  nice -n 19 "$cli" sweep "$design" --methods "$methods" --sharpness "$flat" \
    --seeds "${SEEDS:-1,2}" --jobs 1 --threads 1 ${TABLE:-} \
    --markdown "$here/$name.md" --csv "$here/$name.csv" "$@"
}

# digits NAME METHODS OPTION... — 9,000 pairs to learn from, 1,000 to select by
digits ()
{
  name=$1
  methods=$2
  shift 2
  sweep "$name" "$starter" "$methods" --data ../shared/data/mnist --epochs 60 \
    --set blocks.digits.train-size=10000 --set blocks.digits.test-size=10000 \
    --set blocks.digits.validation=0.1 "$@"
}

modes=none,fs-mtl:adaptive=true:rho-shared=2:norm=joint:mode=direct
modes=$modes,fs-mtl:adaptive=true:rho-shared=2:norm=joint
modes=$modes,fs-mtl:adaptive=true:rho-shared=0.5:norm=joint

[ $# -gt 0 ] || set -- multi-mnist multi-mnist-noisy multi-mnist-scarce multi-mnist-modes sarcos \
  adult adult-auc
for study; do
  case $study in
    multi-mnist) digits multi-mnist "$all" ;;
    multi-mnist-noisy)
      digits multi-mnist-noisy equal,cagrad:c=0.4 --set blocks.digits.label-noise=right:0.4 ;;
    multi-mnist-scarce)
      digits multi-mnist-scarce equal,cagrad:c=0.4 --set blocks.digits.label-fraction=right:0.1 ;;
    multi-mnist-modes) (flat=$modes; digits multi-mnist-modes cagrad:c=0.4) ;;
    sarcos) sweep sarcos $here/sarcos.basin "$all" --epochs 100 ;;
    adult) sweep adult $here/adult.basin "$all" --epochs 20 ;;
    adult-auc) sweep adult-auc $here/adult.basin "$all" --epochs 20 --metric auc ;;
    *) echo "There is no study called $study." >&2; exit 2 ;;
  esac
done
