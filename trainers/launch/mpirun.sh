#!/usr/bin/env bash
# Several processes under Open MPI, for clusters of CPUs: mpirun.sh N RECIPE.json [options of vtok-train]
#   MPIRUN_OPTIONS="--hostfile hosts --map-by socket" mpirun.sh 8 recipe.json --data pictures --out runs/mine
# The run folder must be on a disk that rank 0 sees; the data on disks that all see.
# mpirun passes SIGUSR1 on: "kill -USR1 PID-OF-MPIRUN" saves and leaves. SIGTERM ends all at once.
set -euo pipefail

if [ $# -lt 2 ] || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: mpirun.sh N RECIPE.json [options of vtok-train]" >&2
    exit 2
fi
world=$1
shift
read -ra options <<<"${MPIRUN_OPTIONS:-}"
exec mpirun -np "$world" ${options[@]+"${options[@]}"} "${VTOK_TRAIN:-vtok-train}" "$@"
