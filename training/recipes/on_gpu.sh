#!/bin/bash
# The fusion networks on a machine with a GPU and many cores, in about twenty minutes, from what pack.py packed (tried on CPUs only so far: no GPU was to be had):
#   on_gpu.sh try PART...      a minute: unpacks, measures rates here
#   on_gpu.sh start PART...    unpacks and starts everything beside each other; logs and weights in $WORK/runs
#   on_gpu.sh collect OUT      waits (until $UNTIL seconds after the start) and packs the weights
# PYTHON, WORK, CORES and the minutes below can be set.
here="$(cd "$(dirname "$0")/.." && pwd)"; cd "$here" || exit 1
PYTHON="${PYTHON:-python3}" WORK="${WORK:-/tmp/mien}" CORES="${CORES:-$(nproc)}"
FIRST="${FIRST:-9}" SECOND="${SECOND:-6.5}" JOINT="${JOINT:-2}" ABLATION="${ABLATION:-100000}" WAIT="${WAIT:-75}"
export MIEN_SHARED="$WORK/shared" MIEN_TRAINING_CACHE="$WORK/cache" MIEN_TRAINING_RUNS="$WORK/runs" PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
mkdir -p "$WORK/cache" "$WORK/runs" "$WORK/log"
DEVICE="${DEVICE:-cuda}"

unpack() { cp "$here"/../.device/native/native-*.so "$WORK/cache/" 2>/dev/null; "$PYTHON" pack.py unpack "$WORK" "$@"; }
samples() { "$PYTHON" prepare.py "$@"; }     # prepare.py options
train() { "$PYTHON" train.py "$@" device="$DEVICE" workers=2 checkpoint_s=120 report_s=30 evaluate_s=100000; }
many() {    # log name, processes, prepare.py options
  local log="$1" count="$2" part; shift 2
  for part in $(seq 0 $((count - 1))); do samples "$@" parts="$count" part="$part" >> "$WORK/log/$log.$part" 2>&1 & done
}
fuse() { local name="$1" network="$2" kept="$3" identity="$4" realism="$5"; shift 5
  train fuse name="$name" network="$network" residual_kept="$kept" identity_weight="$identity" realism_weight="$realism" batch=64 pairs=24 rate=1.5e-3 tone_weight=1.5 detail_weight=1.2 average=0.999 "$@" > "$WORK/log/$name" 2>&1; }
ablation() { local name="$1"; shift
  train fuse name="$name" network=small residual_kept=0.6 identity_weight=0.9 realism_weight=0.06 samples="$ABLATION" batch=32 pairs=8 rate=2e-3 tone_weight=1.5 detail_weight=1.2 average=0.998 "$@" > "$WORK/log/$name" 2>&1; }
refine() { local name="$1"; shift
  train refine name="$name" batch=24 pairs=8 rate=1.5e-3 "$@" > "$WORK/log/$name" 2>&1; }

everything() {
  samples split=val samples=500 > "$WORK/log/val" 2>&1 &
  samples split=val samples=500 raw=1 > "$WORK/log/val_raw" 2>&1 &
  samples split=val size=256 samples=250 > "$WORK/log/val_256" 2>&1 &
  local makers=$((CORES * 5 / 8)) finer=$((CORES / 4))
  nice -n 15 "$0" make "$makers" "$finer" &
  sleep "$WAIT"
  date +%T
  fuse small_a small 0.25 0.9 0.06 start=shipped minutes="$FIRST" &
  fuse small_b small 0.6 0.9 0.12 start=shipped minutes="$FIRST" &
  fuse small_c small 1 0.9 0.12 start=shipped minutes="$FIRST" seed=2 &
  fuse tiny_b tiny 0.6 0.9 0.12 start=shipped minutes="$FIRST" &
  (fuse base_b base 0.6 1.2 0.12 start=shipped minutes="$FIRST"
   refine refine_b residual_kept=0.6 coarse="$WORK/runs/base_b/average.npz" minutes="$SECOND"
   refine joint_b residual_kept=0.6 joint=1 rate=4e-4 coarse="$WORK/runs/base_b/average.npz" start="$WORK/runs/refine_b/refine.npz" minutes="$JOINT") &
  (fuse base_c base 1 1.2 0.2 start=shipped minutes="$FIRST"
   refine refine_c residual_kept=1 coarse="$WORK/runs/base_c/average.npz" minutes="$SECOND") &
  sleep 60
  (for one in "with_attention" "plain network=small-plain" "dense network=dense"; do ablation $one; done
   ablation reference_again seed=2) &
  (for one in "without_pairs stage_b=0" "without_discriminator realism_weight=0" "discriminator_4x realism_weight=0.24" "without_identity identity_weight=0"; do ablation $one; done) &
  (sleep 240; ablation light network=light; ablation raw_warp raw=1) &
  wait
}

case "$1" in
  try) shift; nvidia-smi | head -15; nproc; free -g | head -2; df -h / /tmp /dev/shm; unpack "$@" || exit 1
    ln -sfn "$WORK/cache/fuse_val" "$WORK/cache/fuse_train"; ln -sfn "$WORK/cache/fuse_val_256" "$WORK/cache/fuse_train_256"; FIRST=0.35
    start=$(date +%s); many try "$CORES" split=val samples=$((CORES * 500)); sleep "${TRY:-40}"; pkill -f prepare.py; tail -qn1 "$WORK"/log/try.*; ls "$WORK/cache/fuse_val" | grep -c pair
    many try256 "$CORES" split=val size=256 samples=$((CORES * 100)); sleep "${TRY:-25}"; pkill -f prepare.py; tail -qn1 "$WORK"/log/try256.* | head -3
    fuse t1 small 0.6 0.9 0.1 start=shipped minutes=$FIRST & fuse t2 base 0.6 0.9 0.1 start=shipped minutes=$FIRST & fuse t3 small 0.6 0.9 0.1 minutes=$FIRST & fuse t4 base 0.6 0.9 0.1 minutes=$FIRST &
    refine t5 minutes=$FIRST; wait; tail -n 3 "$WORK"/log/t?; nvidia-smi | sed -n 8,14p ;;
  start) shift; unpack "$@" || exit 1; rm -rf "$WORK"/cache/fuse_train "$WORK"/cache/fuse_train_256 "$WORK"/cache/fuse_val "$WORK"/cache/fuse_val_256; date +%s > "$WORK/start"; setsid nohup "$0" everything > "$WORK/log/everything" 2>&1 < /dev/null & ;;
  everything) everything; touch "$WORK/done" ;;
  make) many train "$2" split=train samples="${SAMPLES:-160000}" pair_share=0.33 remnant_share=0.25 seed=11; many train_256 "$3" split=train size=256 samples="${SAMPLES_256:-24000}" pair_share=0.33 remnant_share=0.25 seed=12
    wait; many raw "$2" split=train samples=25000 pair_share=0.33 remnant_share=0.25 seed=11 raw=1; wait ;;
  collect) out="$2"; while [ ! -e "$WORK/done" ] && [ $(($(date +%s) - $(cat "$WORK/start"))) -lt "${UNTIL:-1150}" ]; do sleep 2; done
    cd "$WORK/runs" && tar cf "$out/small.tar" {small_a,small_b,small_c,tiny_b}/average.npz; tar cf "$out/base.tar" {base_b,base_c}/average.npz; tar cf "$out/refine.tar" {refine_b,refine_c,joint_b}/{refine,coarse}.npz
    tar czf "$out/logs.tar.gz" -C "$WORK" log; du -sh "$WORK/cache"/*; tail -qn1 "$WORK"/log/[a-z]* | cut -c1-300 ;;
  *) sed -n 2,7p "$0"; exit 2 ;;
esac
