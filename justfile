# Every run of this repository. `just` lists the recipes; what stands behind a recipe's name is passed on to it.

set positional-arguments := true

export PATH := justfile_directory() / ".venv/bin:" + env("PATH")
export AXOLOTL_DO_NOT_TRACK := "1"

# list the recipes by group
_list:
    @'{{ just_executable() }}' --justfile '{{ justfile() }}' --list --unsorted

# build .venv from the lock; does nothing when it is current
[group('start')]
setup:
    #!/bin/sh
    set -eu
    cmp --silent requirements.txt .venv/requirements.txt && exit 0
    echo "setup: installing the locked environment into .venv (about 7 GB; a minute or two on a fast network)" >&2
    test -x .venv/bin/python || uv venv --quiet --clear --python '>=3.11,<3.13' .venv
    # Compiled once here: every start imports thousands of files, and the tests start many processes.
    uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.txt
    # Whatever is started by hand in this environment sends no usage reports either, and imports DeepSpeed beside a GPU
    # without CUDA's toolkit too (training/processes.py).
    names='"DO_NOT_TRACK", "AXOLOTL_DO_NOT_TRACK", "DS_IGNORE_CUDA_DETECTION"'
    echo "import os; [os.environ.setdefault(name, '1') for name in ($names)]" \
        > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/no_telemetry.pth"
    cp requirements.txt .venv/requirements.txt

# the whole loop on a laptop, offline: prep, train SmolLM2-135M, score it against the untrained model
[group('start')]
quickstart base='smollm2' run='smollm2-cpu' eval='configs/eval-sample.yml': setup
    @echo "1/4 prep: the sample consultations become outlines (about 20 seconds)"
    python -m prep --config configs/prep-sample.yml
    @echo "2/4 base model: made ready in models/ (about a minute)"
    python -m training base-model '{{ base }}'
    @echo "3/4 training: configs/{{ run }}.yml through Axolotl (about eight minutes on two cores)"
    python -m training train 'configs/{{ run }}.yml' --skip-done
    @echo "4/4 evaluation: the untrained and the trained model answer the held-out questions (about seven minutes)"
    python -m evals --config '{{ eval }}'

# what this machine can run, and what to do about the rest; works before setup: just doctor --offline --json
[group('start')]
doctor *arguments:
    #!/bin/sh
    set -eu
    test -x .venv/bin/python && exec .venv/bin/python -m doctor "$@"
    # Its few libraries, in the lock's versions, for this one run.
    exec uvx --quiet --constraints requirements.txt --with pydantic,pyyaml,rich --python '>=3.11,<3.13' \
        python -m doctor "$@"

# fetch the raw dataset into data/raw, nothing else
[group('prep')]
download *arguments: setup
    python -m prep download "$@"

# rewrite consultations as outlines and write the chat dataset; --dry-run, --retry-failed, --revalidate
[group('prep')]
prep *arguments: setup
    python -m prep "$@"

# one page with every reply and its outline side by side, and what is wrong with them: just view data
[group('prep')]
view *arguments: setup
    python -m prep.view "$@"

# questions that nobody was trained on, by severity and topic; --teacher openai asks a hosted model: just questions --n 200
[group('prep')]
questions *arguments: setup
    python -m prep.questions "$@"

# make a base model ready in models/: smollm2 or tiny
[group('train')]
base-model *arguments: setup
    python -m training base-model "$@"

# train a config through Axolotl, with overrides laid over it: just train configs/qwen-full.yml --gpus 4
[group('train')]
train *arguments: setup
    python -m training train "$@"

# memory, steps, time and cost of a run, before a GPU is rented: just plan configs/qwen-full.yml --gpu a100-80gb
[group('train')]
plan *arguments: setup
    python -m training plan "$@"

# print what would run on Modal and, with an account, upload the data and run it there: just modal configs/qwen-full.yml
[group('train')]
modal *arguments: setup
    python -m training modal "$@"

# what a run on Modal prints: just modal-logs qwen-full
[group('train')]
modal-logs run: setup
    modal app logs 'outline-{{ run }}'

# fetch what a run on Modal trained into outputs/: just modal-download qwen-full
[group('train')]
modal-download run: setup
    mkdir -p outputs
    modal volume get outline-models '{{ run }}' outputs/

# a LoRA adapter becomes a whole model: just merge outputs/qwen-lora
[group('use')]
merge *arguments: setup
    python -m training merge "$@"

# a model becomes a GGUF for llama.cpp and Ollama, with its chat template and the outline's grammar beside it
[group('use')]
export *arguments: setup
    python -m training export "$@"

# ask a model in the terminal: just chat outputs/smollm2-cpu "my knee hurts" --grammar
[group('use')]
chat *arguments: setup
    python -m training chat "$@"

# an OpenAI-compatible endpoint over a model: just serve outputs/smollm2-cpu/gguf
[group('use')]
serve *arguments: setup
    python -m training serve "$@"

# a dataset or a model to a hub, with its card, private: just push data --repo OWNER/NAME --dry-run
[group('use')]
push *arguments: setup
    python -m training push "$@"

# generate, score and compare the models of configs/eval.yml
[group('eval')]
eval *arguments: setup
    python -m evals "$@"

# hold any file of outlines against the contract: just check FILE --field outline
[group('eval')]
check *arguments: setup
    python -m outline check "$@"

# is the checker right? outlines of known shape, broken one rule at a time, and three checkers: just validity --n 1000
[group('eval')]
validity *arguments: setup
    python -m evals.validity "$@"

# a page on which people compare answers blindly: just review --run results/sample
[group('people')]
review *arguments: setup
    python -m evals.review "$@"

# what the ratings say, and ratings to files and back: just review-report --run results/sample --export ratings.csv
[group('people')]
review-report *arguments: setup
    python -m evals.review.report "$@"

# all tests, the slow ones too: just test -m 'not slow'
[group('dev')]
test *arguments: setup
    python -m pytest "$@"

# measure: just bench checker | evals | learning | prep | prep-kill | prep-scale | review | ... (benchmarks/README.md)
[group('dev')]
bench *arguments: setup
    python -m benchmarks "$@"

# Chromium for the tests of the pages, from the distribution's packages, where there is none
[group('dev')]
browser:
    command -v chromium || { apt-get update -qq && apt-get install --yes -qq --no-install-recommends chromium; }

# ruff, the type checker, Axolotl's schema over the training configs, the Dockerfile's linter
[group('dev')]
lint: setup
    ruff check
    ruff format --check
    pyright
    python -m training check
    hadolint Dockerfile

# rewrite the code in the one format
[group('dev')]
format: setup
    ruff check --fix
    ruff format

# write docs/config.md anew from the schemas
[group('dev')]
docs *arguments: setup
    python -m docs "$@"

# take the README's pictures anew, in Chromium, of a run's report and of its page for ratings: just pictures results/sample
[group('dev')]
pictures run='results/sample' *arguments: setup
    python -m docs.pictures "$@"

# resolve the lock anew from pyproject.toml; hashes, and no host names
[group('dev')]
lock:
    uv pip compile --quiet --universal --generate-hashes --all-extras --no-emit-index-url \
        --custom-compile-command 'just lock' --output-file requirements.txt pyproject.toml
