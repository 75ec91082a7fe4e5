"""`make fuzz SECONDS=60`: every target in turn under atheris, each in a process of its own, led by coverage.

Prints one line a target and, where one fell over, the bytes that did it and how to try them again. Exit 1 then.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = Path("build/fuzz")


def fuzz_one(name: str, seconds: int, corpus: Path) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["haemaru"], enable_loader_override=False):
        from tests.fuzz.targets import BY_NAME
    target = BY_NAME[name]
    for place, seed in enumerate(target.seeds):
        (corpus / f"seed-{place}").write_bytes(seed)
    KEPT.mkdir(parents=True, exist_ok=True)
    words = [sys.argv[0], f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20", "-rss_limit_mb=2048"]
    atheris.Setup([*words, f"-artifact_prefix={KEPT}/{name}-", "-print_final_stats=1", str(corpus)], target.try_on)
    atheris.Fuzz()


def again(name: str, file: Path) -> None:
    """Reads the bytes that a target fell over, without atheris."""
    from tests.fuzz.targets import BY_NAME

    BY_NAME[name].try_on(file.read_bytes())
    print("read or refused as it should be")


def fuzz_all(seconds: int, names: list[str]) -> int:
    """Divides the time among the targets; how many fell over."""
    fallen = 0
    share = max(1, seconds // len(names))
    for name in names:
        with tempfile.TemporaryDirectory(prefix="haemaru-fuzz-") as corpus:
            words = [sys.executable, "-m", "tests.fuzz", "--target", name, "--seconds", str(share), "--corpus", corpus]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        runs = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print(f"{name:18} {runs[-1].split()[-1] if runs else '?':>8} runs, exit {done.returncode}", flush=True)
        if done.returncode:
            fallen += 1
            print(done.stdout[-3000:], done.stderr[-2000:], sep="\n")
            print(f"again: python -m tests.fuzz --target {name} --again {KEPT}/{name}-crash-...")
    return fallen


def main() -> int:
    """Reads the words of the command line."""
    from importlib.util import find_spec

    asked = argparse.ArgumentParser(prog="make fuzz")
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--target", default="")
    asked.add_argument("--corpus", type=Path)
    asked.add_argument("--again", type=Path)
    given = asked.parse_args()
    if given.again:
        again(given.target, given.again)
        return 0
    if find_spec("atheris") is None:
        print("atheris is not installed (it needs a wheel for this Python): pip install -e '.[fuzz]'", file=sys.stderr)
        return 2
    if given.corpus:
        fuzz_one(given.target, given.seconds, given.corpus)
    if given.target:
        return min(1, fuzz_all(given.seconds, [given.target]))
    from tests.fuzz.targets import BY_NAME

    return min(1, fuzz_all(given.seconds, [*BY_NAME]))


if __name__ == "__main__":
    sys.exit(main())
