#!/bin/sh
# run.sh BUILD [WHAT [ARGUMENT…]] — how fast things are, one line a case
#
#   (nothing)   kernels and whole steps of training
#   torch       whole steps beside PyTorch's, in turn: compare.py
#   methods     each balancer and each sharpness method, beside PyTorch's: methods.py
#   peak        blocks with weights beside the FMA peak and OpenBLAS: bench-peak
#   conv        the convolutions of a residual network beside PyTorch's: conv_torch.py
#   solvers     the weights of each balancer, by the number of tasks: bench-solvers
#   frames      training while it is watched, and the pace of the screen: frames.py
#
# SPDX-License-Identifier: Apache-2.0

set -eu
build=$1
what=${2:-}
python=${BASIN_TORCH_PYTHON:-python3}
here=$(cd "$(dirname "$0")" && pwd)
[ $# -lt 2 ] && shift || shift 2

# A choice that was made for this machine is not OpenBLAS's own.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

case $what in
  '')
    "$build/tests/bench-kernels"
    echo
    exec "$build/tests/bench-step" ;;
  torch)
    exec "$python" -B "$here/compare.py" "$build/tests/bench-step" "$@" ;;
  methods)
    exec "$python" -B "$here/methods.py" "$build/tests/bench-step" "$build/app/basin-cli" "$@" ;;
  peak)
    exec "$build/tests/bench-peak" ;;
  conv)
    exec "$python" -B "$here/conv_torch.py" "$build/tests/bench-conv" ;;
  solvers)
    exec "$build/tests/bench-solvers" ;;
  frames)
    GSETTINGS_SCHEMA_DIR=$build/resources
    export GSETTINGS_SCHEMA_DIR
    exec "$here/../ui/desktop.sh" python3 -B "$here/frames.py" "$build/app/basin" \
      "$build/app/basin-cli" "$build/tests/libbasin-frame-meter.so" "$@" ;;
  *)
    echo "There is no bench called $what: torch, methods, peak, conv, solvers or frames." >&2
    exit 2 ;;
esac
