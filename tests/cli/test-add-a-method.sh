#!/bin/sh
# test-add-a-method.sh ROOT — adding a method is one file and one word
#
# In a scratch copy an op and a balancer are written and each is named once in
# engine/meson.build. The command line and the property tests must then know
# both, and nothing else of the copy may differ from what it was copied from.
#
# SPDX-License-Identifier: Apache-2.0

set -eu
root=$(cd "$1" && pwd)

for tool in meson ninja cc; do
  if ! command -v "$tool" >/dev/null; then
    echo "Skipped: $tool is missing, and a method is built here."
    exit 77
  fi
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
before=$scratch/before
after=$scratch/after
build=$scratch/build

refuse ()
{
  printf '%s\n' "$@" >&2
  exit 1
}

# copy_tree FOLDER — the sources of the root; a folder with a build.ninja is a build
copy_tree ()
{
  mkdir "$1"
  (cd "$root" &&
     find . \( -name .git -o -name __pycache__ -o -type d -exec test -e '{}/build.ninja' \; \) \
          -prune -o -type f -print0 |
     tar --null --no-recursion -T - -cf -) | tar -C "$1" -xf -
}

# Every task weighs 1/K, so what holds for a fixed mean holds for it.
write_balancer ()
{
  cat >engine/balance/dummy.c <<'END'
/* dummy.c — the mean of the gradients
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>

static MtlBalanceStatus
dummy_weigh (const MtlBalanceInput  *in,
             double                 *w,
             GError                **error)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = 1.0 / in->n_tasks;

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_dummy = {
  .method = {
    .id = "dummy",
    .title = N_("Dummy"),
    .summary = N_("Does what equal weights do, to be added"),
    .reference = "None: it is here to be added",
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING
            | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_MEAN_IF_ALIGNED,
  .weigh = dummy_weigh,
};
END
}

write_op ()
{
  cat >engine/ops/dummy.c <<'END'
/* dummy.c — twice its input
 *
 *   y = 2·x        dx = 2·dy
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

static void
dummy_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  for (gsize i = 0; i < n; i++)
    pass->y[0][i] = 2.0f * pass->x[0][i];
}

static void
dummy_backward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dx = mtl_op_dx (pass, 0, lane);

      if (dx == NULL)
        continue;
      for (gsize i = 0; i < n; i++)
        dx[i] = 2.0f * dy[i] + (mtl_op_dx_fresh (pass, 0, lane) ? 0.0f : dx[i]);
    }
}

const MtlOp mtl_op_dummy = {
  .method = {
    .id = "dummy",
    .title = N_("Dummy"),
    .summary = N_("Doubles its input."),
    .reference = "None: it is here to be added",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-relu-symbolic", .group = N_("Activation"), .width = 76, .bead = TRUE },
  .infer = mtl_op_infer_same,
  .forward = dummy_forward,
  .backward = dummy_backward,
};
END
}

# expect WHAT TEXT LINE... — the lines must stand in the text
expect ()
{
  what=$1
  text=$2
  shift 2
  for line; do
    if ! printf '%s\n' "$text" | grep -Eq -- "$line"; then
      refuse "$what: no line matches “$line” in:" "$(printf '%s\n' "$text" | tail -n 20)"
    fi
  done
}

# cases TEST PATH NAME... — the test has run and passed these cases below the path
cases ()
{
  test=$1
  path=$2
  shift 2
  if ! said=$("$build/tests/test-$test" --tap -p "$path" 2>&1); then
    refuse "test-$test fails at $path:" "$said"
  fi
  for name; do
    expect "test-$test" "$said" "^ok [0-9]+ $path/$name\$"
  done
}

# Half of the time of a build is spent on kernels, which ask for -O3 themselves.
build_copy ()
{
  log=$scratch/log
  printf '#!/bin/sh\nexec cc "$@" -O0\n' >"$scratch/cc"
  chmod +x "$scratch/cc"
  if ! { CC=$scratch/cc meson setup "$build" "$after" -Doptimization=0 -Ddebug=false &&
         ninja -C "$build" app/basin-cli tests/test-ops tests/test-balancers \
               tests/test-catalogue; } >"$log" 2>&1; then
    refuse 'The copy with two methods more does not build:' "$(tail -n 40 "$log")"
  fi
}

check_command_line ()
{
  methods=$("$build/app/basin-cli" methods)
  expect 'basin-cli methods' "$methods" '^  dummy +Dummy$' '^    Doubles its input\.$' \
    '^    Does what equal weights do, to be added$'
  answer=$(printf '1 0\n0 2\n' | "$build/app/basin-cli" balance dummy --jacobian - --json)
  expect 'basin-cli balance dummy' "$answer" '"weights": ?\[0\.5, ?0\.5\]' \
    '"direction": ?\[0\.5, ?1(\.0)?\]'

  # A design that names both is read, and its shapes go through the op.
  "$build/app/basin-cli" new two-digits -o "$scratch/two.basin"
  sed -i 's/"id": "relu3", "type": "relu"/"id": "relu3", "type": "dummy"/' "$scratch/two.basin"
  grep -q '"type": "dummy"' "$scratch/two.basin" || refuse 'The starter design has no relu3.'
  "$build/app/basin-cli" check "$scratch/two.basin" --set experiment.balancer.type=dummy \
    >/dev/null || refuse 'A design with the new op and balancer is refused.'
}

check_property_tests ()
{
  cases ops /ops/dummy gradient
  cases balancers /balancers/dummy repeats refuses-nan rotates simplex permutes linear-scaling \
    homogeneous mean-if-aligned
  cases catalogue /catalogue/op/dummy description settings wrong
  cases catalogue /catalogue/balancer/dummy description settings wrong
}

# Two new files, and two lines of one file with a word more.
check_difference ()
{
  expected="Files before/engine/meson.build and after/engine/meson.build differ
Only in after/engine/balance: dummy.c
Only in after/engine/ops: dummy.c"
  found=$(cd "$scratch" && LC_ALL=C diff -rq -x POTFILES before after | LC_ALL=C sort)
  if [ "$found" != "$expected" ]; then
    refuse 'Adding two methods should change this:' "$expected" 'but it changed this:' "$found"
  fi

  lines=$(diff "$before/engine/meson.build" engine/meson.build | grep -c '^>')
  if [ "$lines" != 2 ] ||
       ! sed "s/'dummy', //" engine/meson.build | cmp -s - "$before/engine/meson.build"; then
    refuse 'engine/meson.build should have one word more in two lists.'
  fi
}

copy_tree "$before"
copy_tree "$after"
cd "$after"
write_op
write_balancer
sed -i -e "s/^ *'op': \['ops', \[/&'dummy', /" \
       -e "s/^ *'balancer': \['balance', \[/&'dummy', /" engine/meson.build

export BASIN_HOME="$scratch/home"
build_copy
check_command_line
check_property_tests
check_difference
echo 'An op and a balancer were added by one file and one word each.'
