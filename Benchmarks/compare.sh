#!/usr/bin/env bash
# Compares the wall time of whyfail with strace and with no tracer, all in one run.
#
#   WHYFAIL=.build/release/whyfail RUNS=3 Benchmarks/compare.sh [WORKLOAD…]
#
# strace follows the same processes and picks the calls that take a path, with a seccomp filter,
# and throws its log away: the cheapest that it can do with the same question.
set -euo pipefail

whyfail=${WHYFAIL:-$(command -v whyfail || true)}
runs=${RUNS:-3}
if [ ! -x "$whyfail" ]; then
  echo "compare.sh: no whyfail to measure: set WHYFAIL, or use make bench" >&2
  exit 1
fi
for tool in hyperfine strace gcc make python3; do
  command -v $tool >/dev/null || { echo "compare.sh: please install $tool" >&2; exit 1; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# A parallel build of 60 small files, each with the headers that real ones have.
mkdir build
for number in $(seq 60); do
  printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\nint part%d(int n) { return printf("%%d\\n", n + %d); }\n' \
    "$number" "$number" >"build/part$number.c"
done
printf 'objects := $(patsubst %%.c,%%.o,$(wildcard part*.c))\nlibparts.a: $(objects)\n\tar rcs $@ $^\nclean:\n\trm -f libparts.a part*.o\n' \
  >build/Makefile

# Programs as scripts, so that all three tracers get the very same words.
printf '#!/bin/sh\nexec find /usr -printf "%%s\\n" >/dev/null\n' >files
printf '#!/bin/sh\nexec make -s -C "%s/build" -j"$(nproc)" >/dev/null\n' "$scratch" >compile
printf '#!/bin/sh\ni=0\nwhile [ $i -lt 2000 ]; do /bin/true; i=$((i + 1)); done\n' >forks
printf '#!/bin/sh\nexec dd if=/dev/zero of=/dev/null bs=1 count=300000 status=none\n' >writes
chmod +x files compile forks writes

declare -A command=(
  [files]=./files [compile]=./compile [forks]=./forks [writes]=./writes
  [python]="python3 -c pass" [startup]="true")
declare -A title=(
  [files]="find /usr, stat each" [compile]="60 C files, make -j" [forks]="2000 forks of true"
  [writes]="dd bs=1, 300000 writes" [python]="python3 -c pass" [startup]="true")
workloads=("$@")
[ ${#workloads[@]} -gt 0 ] || workloads=(files compile forks writes python startup)

report=$scratch/report
printf '%-24s %9s %9s %9s   %13s %13s\n' \
  workload native whyfail strace whyfail/strace whyfail/native
for workload in "${workloads[@]}"; do
  words=${command[$workload]:?unknown workload $workload}
  count=$runs
  # Short programs need more runs for the same certainty.
  case $workload in python | startup) count=$((runs * 5)) ;; esac
  prepare=true
  [ "$workload" = compile ] && prepare="make -s -C $scratch/build clean"
  hyperfine --shell=none --style none --warmup 1 --runs "$count" --prepare "$prepare" \
    --export-json results.json \
    "$words" \
    "$whyfail -o $report -- $words" \
    "strace -f --seccomp-bpf -e trace=%file -o /dev/null -- $words" >/dev/null 2>errors ||
    { cat errors >&2; exit 1; }
  python3 - "${title[$workload]}" <<'PYTHON'
import json, sys
native, whyfail, strace = (result["median"] for result in json.load(open("results.json"))["results"])
print("%-24s %8.3fs %8.3fs %8.3fs   %13.2f %13.2f"
      % (sys.argv[1], native, whyfail, strace, whyfail / strace, whyfail / native))
PYTHON
done
