# files.sh — read by the lints: which files of the tree are ours to check
#
# SPDX-License-Identifier: Apache-2.0

# files PATTERN — paths below here that match, sorted; not those of builds,
# hidden folders, golden files and what the lints must refuse
files ()
{
  find . \( -type d \( -name '.?*' -o -name 'build*' -o -name subprojects \) \
            -o -path ./tests/lint/fixture -o -path ./tests/golden \) -prune \
         -o -type f -print |
    sed 's|^\./||' | grep -E "$1" | LC_ALL=C sort
}
