#!/usr/bin/env bash
# One process on one GPU: one-gpu.sh RECIPE.json [options of vtok-train]
# VTOK_TRAIN names the program (default: vtok-train of the PATH); CUDA_VISIBLE_DEVICES picks the card.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: one-gpu.sh RECIPE.json [options of vtok-train]" >&2
    exit 2
fi
exec "${VTOK_TRAIN:-vtok-train}" "$@" --device cuda --transport none
