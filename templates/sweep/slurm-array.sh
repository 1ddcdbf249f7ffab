#!/usr/bin/env bash
# Runs a sweep as a Slurm array, eight of 64 shards at a time:
#   HUB=/shared/models.git COMMIT=$(git -C /shared/models.git rev-parse main) PARTS=/shared/parts sbatch slurm-array.sh
# When all are done:     onnxhub merge "$PARTS"/manifest-*.json --output ONNX_HUB_MANIFEST.json
#                        onnxhub merge "$PARTS"/report-*.json
#SBATCH --job-name=onnxhub-sweep
#SBATCH --array=1-64%8
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --tmp=30G
#SBATCH --requeue
set -euo pipefail
export TMPDIR=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}
# Slurm runs a copy of this file, so shard.sh is searched in the directory where the job was submitted.
exec bash "${SLURM_SUBMIT_DIR:-.}/shard.sh" "$SLURM_ARRAY_TASK_ID" "$SLURM_ARRAY_TASK_COUNT"
