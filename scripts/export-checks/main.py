"""Runs the checks. Usage: main.py [WORD], to run those whose name holds the word."""

import os
import shutil
import sys
import tempfile
import time
import traceback

work = tempfile.mkdtemp(prefix="cutline-exports-")
os.environ.update(HF_HOME=os.path.join(work, "hf"), HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", MPLCONFIGDIR=work,
                  TQDM_DISABLE="1")

import checks  # noqa: E402
from scene import Scene  # noqa: E402


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    scene = Scene(work)
    failed = 0
    for name, check in list(vars(checks).items()):
        if not name.startswith("check_") or word not in name:
            continue
        title = f"exports: {check.__doc__}"
        begin = time.monotonic()
        try:
            check(scene)
            print(f'✔ Test "{title}" passed after {time.monotonic() - begin:.3f} seconds.', flush=True)
        except Exception:
            traceback.print_exc()
            print(f'✘ Test "{title}" failed after {time.monotonic() - begin:.3f} seconds.', flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        status = main()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(status)
