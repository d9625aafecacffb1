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
plain=none
small=fs-mtl:rho-shared=0.05:norm=joint                 # for weights of LeNet's size
large=fs-mtl:adaptive=true:rho-shared=2:norm=joint      # the authors', for ResNet-18
flat=$plain,$small,$large
all=equal,pcgrad,cagrad:c=0.4,mgda,imtl-g,nash
starter=$(mktemp -d)/multi-mnist.basin
"$cli" new multi-mnist -o "$starter"

# sweep NAME DESIGN METHODS OPTION... — one run at a time, on one core
sweep ()
{
  name=$1
  design=$2
  methods=$3
  shift 3
  "$cli" sweep "$design" --methods "$methods" --sharpness "$flat" \
    --seeds "${SEEDS:-1,2}" --jobs 1 --threads 1 ${TABLE:-} \
    --markdown "$here/$name.md" --csv "$here/$name.csv" "$@"
}

# pairs NAME NUMBER EPOCHS METHODS OPTION... — a tenth of the pairs to select by
pairs ()
{
  name=$1
  number=$2
  epochs=$3
  methods=$4
  shift 4
  sweep "$name" "$starter" "$methods" --data ../shared/data/mnist --epochs "$epochs" \
    --set blocks.digits.train-size="$number" --set blocks.digits.test-size=10000 \
    --set blocks.digits.validation=0.1 "$@"
}

# digits NAME METHODS OPTION...
digits ()
{
  name=$1
  methods=$2
  shift 2
  pairs "$name" 10000 60 "$methods" "$@"
}

modes=$plain,$small:mode=direct,$small,$large:mode=direct,$large
adaptive=fs-mtl:norm=joint:adaptive=true:rho-shared
radii=$plain,fs-mtl:norm=joint:rho-shared=0.05,fs-mtl:norm=joint:rho-shared=0.1
radii=$radii,$adaptive=0.1,$adaptive=0.25,$adaptive=0.5,$adaptive=2

[ $# -gt 0 ] || set -- multi-mnist multi-mnist-large multi-mnist-noisy multi-mnist-scarce \
  multi-mnist-modes multi-mnist-radii multi-mnist-long sarcos adult adult-auc
for study; do
  case $study in
    multi-mnist) digits multi-mnist "$all" ;;
    multi-mnist-large) (flat=$plain,$small; pairs multi-mnist-large 120000 40 "$all") ;;
    multi-mnist-noisy)
      (flat=$plain,$small
       digits multi-mnist-noisy "$all" --set blocks.digits.label-noise=right:0.4) ;;
    multi-mnist-scarce)
      (flat=$plain,$small
       digits multi-mnist-scarce "$all" --set blocks.digits.label-fraction=right:0.1) ;;
    multi-mnist-modes) (flat=$modes; digits multi-mnist-modes cagrad:c=0.4) ;;
    multi-mnist-radii) (flat=$radii; digits multi-mnist-radii cagrad:c=0.4) ;;
    multi-mnist-long)
      (flat=$plain,$small,$adaptive=0.25,$large; pairs multi-mnist-long 10000 200 cagrad:c=0.4) ;;
    sarcos) sweep sarcos $here/sarcos.basin "$all" --epochs 100 ;;
    adult) sweep adult $here/adult.basin "$all" --epochs 20 ;;
    adult-auc) sweep adult-auc $here/adult.basin "$all" --epochs 20 --metric auc ;;
    *) echo "There is no study called $study." >&2; exit 2 ;;
  esac
done
