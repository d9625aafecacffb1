#!/bin/sh
# check-layers.sh ROOT — app → ui → engine/api → the rest of the engine
#
# The include paths in meson keep ui/ and app/ away from the engine's insides.
# This catches the ways around them, the doors that one folder keeps, and the
# calls and flags that nobody may use.
#
# SPDX-License-Identifier: Apache-2.0

set -u
. "$(dirname "$0")/files.sh"
cd "$1" || exit 2
status=0

# refuse WHY FILES LINES [EXCEPT] — no line of FILES, those in EXCEPT left out,
# may match LINES; the last three are patterns
refuse ()
{
  found=$(files "$2" | grep -vE "${4:-^$}" | xargs -r grep -nE -e "$3" /dev/null)
  if [ -n "$found" ]; then
    printf '%s:\n%s\n' "$1" "$found"
    status=1
  fi
}

# check_api FILES — headers of the engine that FILES include have to
# stand in engine/api
check_api ()
{
  files "$1" | xargs -r grep -oE '# *include *[<"]mtl-[^">]+' /dev/null |
    sed 's/:.*[<"]/ /' | {
      found=0
      while read -r file header; do
        if ! [ -f "engine/api/$header" ]; then
          echo "$file: $header is not in engine/api"
          found=1
        fi
      done
      exit $found
    } || status=1
}

include='^ *# *include *[<"]'
code='\.[ch]$'
flags='(^|/)meson\.build$|\.[ch]$'

refuse 'the engine knows no window' "^engine/.*$code" "$include(gtk|gdk|adwaita|epoxy|mtw-|basin-)"
refuse 'an include names a file, not a path' "^(app|ui|engine)/.*$code" '^ *# *include *"[^"]*/'
refuse 'ui/ does not know the application' "^ui/.*$code" "$include"'basin-'
refuse 'a plot draws and knows no run' "^ui/plots/.*$code" "$include"'mtl-(trainer|prober|store)\.h'
refuse 'only mtl-blas.c sees BLAS' "$code" "$include"'(cblas|f77blas|openblas)' \
  '^engine/base/mtl-blas\.c$'
refuse 'only engine/store sees SQLite' "$code" "$include"'sqlite3\.h' '^engine/store/'
refuse 'only engine/kernels sees intrinsics' "$code" "$include"'([a-z]*intrin|arm_neon)\.h' \
  '^engine/kernels/'
refuse 'an order of sums is part of a result' "$flags" '-f(fast-math|associative-math)|-Ofast'
refuse 'only engine/kernels may fuse products and sums' "$flags" '-ffp-contract=(fast|on)' \
  '^engine/(kernels/|meson\.build$)'
refuse 'the end of a run comes by an idle source with a weak reference' "^(app|ui|engine)/.*$code" \
  'g_main_context_invoke'
check_api "^(app|ui)/.*$code"
check_api "^engine/api/.*$code"

exit $status
