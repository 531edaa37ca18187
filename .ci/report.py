"""Reads the output of `go test -json`: prints what failed and what was
skipped, and a closing count. In CI a skipped test is a failure."""
import collections
import json
import sys

passed, failed, skipped = [], [], []
output = collections.defaultdict(list)
packages_failed = []
seconds = []
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    try:
        event = json.loads(line)
    except ValueError:
        print(line, end="")
        continue
    test = event.get("Test")
    key = (event["Package"] if "Package" in event else event.get("ImportPath", "?"), test)
    action = event.get("Action")
    if action in ("output", "build-output"):
        output[key].append(event["Output"])
    elif test and action == "pass":
        passed.append(key)
    elif test and action == "fail":
        failed.append(key)
    elif test and action == "skip":
        skipped.append(key)
    if "Elapsed" in event and action in ("pass", "fail"):
        seconds.append((event["Elapsed"], *key))
    if not test and action in ("fail", "build-fail"):
        packages_failed.append(key)
for key in failed + skipped:
    print("".join(output[key])[-6000:])
for key in packages_failed:
    print("".join(output[key])[-6000:])
for key in skipped:
    print("skipped in CI, which counts as a failure:", key[0], key[1])
# What to look at when the whole takes too long: packages, then single tests.
for whole in (True, False):
    longest = sorted((s for s in seconds if (s[2] is None) == whole), key=lambda s: -s[0])[:12]
    for elapsed, package, test in longest:
        print(f"{elapsed:7.0f} s  {package.removeprefix('jianding/')} {test or ''}")
print(f"{len(passed)} passed, {len(failed) + len(packages_failed)} failed, {len(skipped)} skipped")
sys.exit(1 if failed or packages_failed or skipped else 0)
