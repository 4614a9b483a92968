#!/usr/bin/env bash
# Prints how much memory whyfail takes at most for a target with many failed calls, each of
# another path; memory must not grow with what a target does.
#
#   WHYFAIL=.build/release/whyfail CALLS=3000000 Benchmarks/memory.sh
set -euo pipefail

whyfail=${WHYFAIL:-$(command -v whyfail || true)}
calls=${CALLS:-3000000}
if [ ! -x "$whyfail" ]; then
  echo "memory.sh: no whyfail to measure: set WHYFAIL, or use make bench" >&2
  exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/missing.c" <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  char path[64];
  for (long i = 0; argc > 1 && i < atol(argv[1]); i++) {
    snprintf(path, sizeof path, "/nowhere/%ld/file", i);
    open(path, O_RDONLY);
  }
  return 1;
}
C
gcc -O1 -w -o "$scratch/missing" "$scratch/missing.c"

# ru_maxrss is that of the largest process waited for; the target itself stays below 2 MiB.
python3 - "$whyfail" -o "$scratch/report" -- "$scratch/missing" "$calls" <<'PYTHON'
import resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run(sys.argv[1:])
print("%-24s %8.1f MiB at most, %.1f s"
      % (sys.argv[-1] + " failed calls",
         resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, time.monotonic() - begin))
PYTHON
