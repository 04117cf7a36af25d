# One image for prep, training and evals: CUDA 13.0 (what the locked torch is built for), the locked environment,
# flash-attn built here.
#
#   docker build -t outline-tuning .
#   mkdir -p outputs          (both folders must belong to the user with id 1000, or the image cannot write to them)
#   docker run --gpus all --ipc=host -v "$PWD/data:/app/data" -v "$PWD/outputs:/app/outputs" outline-tuning \
#       python -m training train configs/qwen-full.yml --gpus 1
#
# Attention, in this order: flash_attention_2 (flash-attn, built below; `python -m training train` lays
# configs/hardware/flash-attention.yml over a run when it finds the package), else sdpa, which is what every run's YAML
# says: for packed bf16 or fp16 sequences PyTorch's own varlen FlashAttention-2 kernels on sm_80 and newer, and a
# block-diagonal mask where those cannot run. No wheel of flash-attn exists for this torch, so it is compiled; without
# it (--build-arg FLASH_ATTN=) the image builds in minutes and trains by the second way.
#
# Tried so far: built without flash-attn over plain Ubuntu 24.04 in the place of NVIDIA's image, where prep, a training
# and an evaluation of the tiny model, plan and doctor ran as the image's user on a CPU. Of flash-attn one kernel was
# compiled for both architectures, and its interface parsed, against the locked torch with CUDA 13.0.

FROM nvidia/cuda:13.0.2-cudnn-devel-ubuntu24.04

SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git python3 python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*

# Ubuntu's image brings a user with id 1000; this one takes its place.
RUN userdel --remove ubuntu && useradd --create-home --uid 1000 trainer \
    && mkdir -p /app /opt/tools && chown trainer:trainer /app /opt/tools
USER 1000:1000
WORKDIR /app

ENV PATH=/app/.venv/bin:/opt/tools/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ANONYMIZED_TELEMETRY=False \
    AXOLOTL_DO_NOT_TRACK=1 \
    DISABLE_TELEMETRY=1 \
    DO_NOT_TRACK=1 \
    GRADIO_ANALYTICS_ENABLED=False \
    HF_HUB_DISABLE_TELEMETRY=1 \
    RAY_USAGE_STATS_ENABLED=0 \
    VLLM_NO_USAGE_STATS=1 \
    WANDB_DISABLE_TELEMETRY=true

# The same uv as justw installs.
RUN python3 -m venv /opt/tools && /opt/tools/bin/pip install --no-cache-dir uv==0.13.9 rust-just==1.59.0

COPY --chown=trainer:trainer requirements.txt ./
RUN uv venv --python /usr/bin/python3 .venv \
    && uv pip sync --no-cache --python .venv/bin/python --require-hashes requirements.txt \
    && cp requirements.txt .venv/requirements.txt

# Built against the torch of the lock. MAX_JOBS: one compiler of flash-attn takes about 8 GB of memory.
ARG FLASH_ATTN=flash-attn==2.8.3.post2
ARG MAX_JOBS=4
ARG FLASH_ATTN_CUDA_ARCHS="80;90"
ENV FLASH_ATTENTION_FORCE_BUILD=TRUE
RUN if [ -n "$FLASH_ATTN" ]; then \
        uv pip install --no-cache --python .venv/bin/python wheel==0.45.1 && \
        uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation --no-binary flash-attn \
            "$FLASH_ATTN"; \
    fi

COPY --chown=trainer:trainer pyproject.toml LICENSE README.md justfile ./
COPY --chown=trainer:trainer outline outline
COPY --chown=trainer:trainer settings settings
COPY --chown=trainer:trainer doctor doctor
COPY --chown=trainer:trainer llm llm
COPY --chown=trainer:trainer prep prep
COPY --chown=trainer:trainer training training
COPY --chown=trainer:trainer evals evals
COPY --chown=trainer:trainer configs configs
COPY --chown=trainer:trainer deepspeed_configs deepspeed_configs
COPY --chown=trainer:trainer data/README.md data/README.md
COPY --chown=trainer:trainer data/sample data/sample

CMD ["python", "-m", "training", "--help"]
