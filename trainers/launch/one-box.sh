#!/usr/bin/env bash
# Several processes on this machine: one-box.sh N RECIPE.json [options of vtok-train]
#   one-box.sh 8 recipe.json --data pictures --out runs/mine --device cuda   one process a GPU
#   one-box.sh 2 recipe.json --data pictures --out runs/mine --threads 4     on the CPU
# Signals go to all of them; when one fails the others are stopped; the status is that of the first that failed.
# VTOK_TRAIN names the program (default: vtok-train of the PATH), MASTER_PORT the port at which they meet.
set -euo pipefail

if [ $# -lt 2 ] || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: one-box.sh N RECIPE.json [options of vtok-train]" >&2
    exit 2
fi
world=$1
shift
export WORLD_SIZE=$world MASTER_ADDR=127.0.0.1 MASTER_PORT=${MASTER_PORT:-29500}

pids=()
# shellcheck disable=SC2317  # the traps call it
forward() {
    kill -s "$1" "${pids[@]}" 2>/dev/null || true
}
trap 'forward TERM' TERM INT # what is started in the background ignores INT
trap 'forward USR1' USR1

for ((rank = 0; rank < world; rank++)); do
    RANK=$rank LOCAL_RANK=$rank "${VTOK_TRAIN:-vtok-train}" "$@" &
    pids+=("$!")
done

# The processes notice by themselves that one is gone and say so; who is still there 30 seconds later is stopped.
status=0
killer=
while [ ${#pids[@]} -gt 0 ]; do
    code=0
    ended=
    wait -n -p ended "${pids[@]}" || code=$?
    if [ -z "${ended:-}" ]; then
        continue # only a signal woke us
    fi
    left=()
    for pid in "${pids[@]}"; do
        if [ "$pid" != "$ended" ]; then
            left+=("$pid")
        fi
    done
    pids=("${left[@]}")
    if [ "$code" -ne 0 ] && [ "$status" -eq 0 ]; then
        status=$code
        if [ ${#pids[@]} -gt 0 ]; then
            (sleep 30 && kill -s KILL "${pids[@]}") >/dev/null 2>&1 &
            killer=$!
        fi
    fi
done
if [ -n "$killer" ]; then
    kill "$killer" 2>/dev/null || true
fi
exit "$status"
