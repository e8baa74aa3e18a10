#!/usr/bin/env python3
"""Figures of the scan face: CPU seconds, wall time and peak memory of the release binary on generated trees.

Usage: benches/scan.py path/to/portcullis [--rounds N]

The trees come from a seeded generator, so that two machines judge the same bytes. The first column to compare is CPU
time (user + system): wall time depends on what else runs.
"""

import argparse
import os
import pathlib
import random
import subprocess
import tempfile

SEED = 20261125
DIGEST = "sha256:" + "0123456789abcdef" * 4


def schema(rng, depth):
    """A property tree as large CRDs have it: descriptions, enums, nested objects."""
    words = "name value ref selector status policy target spec template key mode port host path weight class".split()
    text = " ".join(rng.choice(words) for _ in range(rng.randint(8, 30)))
    if depth == 0:
        kind = rng.choice(["string", "integer", "boolean"])
        return {"description": text, "type": kind}
    names = rng.sample(words, rng.randint(3, 6))
    return {"description": text, "type": "object", "properties": {n: schema(rng, depth - 1) for n in names}}


def write_yaml(value, indent, out):
    pad = "  " * indent
    for key, child in value.items():
        if isinstance(child, dict):
            out.append(f"{pad}{key}:")
            write_yaml(child, indent + 1, out)
        else:
            out.append(f"{pad}{key}: {child}")


def crd(rng, number, size):
    out = [
        "apiVersion: apiextensions.k8s.io/v1",
        "kind: CustomResourceDefinition",
        f"metadata: {{name: things{number}.example.com}}",
        "spec:",
        "  group: example.com",
        "  names: {kind: Thing, plural: things}",
        "  scope: Namespaced",
        "  versions:",
    ]
    version = 0
    while sum(map(len, out)) < size:
        version += 1
        out += [f"  - name: v{version}", "    served: true", f"    storage: {'true' if version == 1 else 'false'}",
                "    schema:", "      openAPIV3Schema:"]
        write_yaml(schema(rng, 4), 4, out)
    return "\n".join(out) + "\n"


def workload(rng, number, containers):
    out = [
        "apiVersion: apps/v1", "kind: Deployment", "metadata:", f"  name: app-{number}", "  namespace: shop",
        "  labels: {app.kubernetes.io/name: app, app.kubernetes.io/part-of: shop}", "spec:", f"  replicas: {rng.randint(1, 5)}",
        "  selector:", "    matchLabels: {app: app}", "  template:", "    metadata:", "      labels: {app: app}", "    spec:",
        "      securityContext:", "        runAsNonRoot: true", "        seccompProfile:", "          type: RuntimeDefault",
        "      containers:",
    ]
    for at in range(containers):
        out += [f"      - name: c{at}", f"        image: registry.example/app-{at}@{DIGEST}", "        env:"]
        for variable in range(rng.randint(1, 12)):
            out += [f"        - name: VARIABLE_{variable}", f"          value: \"{rng.randint(0, 10**6)}\""]
        out += ["        securityContext:", "          allowPrivilegeEscalation: false", "          capabilities:", "            drop: [ALL]"]
        if rng.random() < 0.05:
            out.append("          privileged: true")
    return "\n".join(out) + "\n"


def small(rng, number):
    kind = rng.choice(["ConfigMap", "Service", "Deployment", "ServiceAccount", "Pod"])
    if kind == "Deployment":
        return workload(rng, number, 1)
    head = f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: object-{number}\n  namespace: shop\n"
    if kind == "ConfigMap":
        return head + "data:\n" + "".join(f"  key{at}: value {rng.random()}\n" for at in range(6))
    if kind == "Service":
        return head + "spec:\n  selector: {app: app}\n  ports:\n  - port: 80\n    targetPort: 8080\n"
    if kind == "Pod":
        return head + f"spec:\n  containers:\n  - name: app\n    image: registry.example/app@{DIGEST}\n"
    return head


def large_tree(folder):
    """About 14 MB and 700 objects, large CRDs among them."""
    rng = random.Random(SEED)
    for number in range(100):
        (folder / f"crd-{number}.yaml").write_text(crd(rng, number, 88_000))
    for number in range(100):
        documents = [workload(rng, number * 6 + at, 2) for at in range(6)]
        (folder / f"apps-{number}.yaml").write_text("---\n".join(documents))


def many_files(folder):
    """10,000 small manifests."""
    rng = random.Random(SEED)
    for number in range(10_000):
        below = folder / f"team-{number % 100}"
        below.mkdir(exist_ok=True)
        (below / f"{number}.yaml").write_text(small(rng, number))


def staged_file(folder):
    """One staged file in a repository."""
    rng = random.Random(SEED)
    (folder / "deploy.yaml").write_text(workload(rng, 1, 3))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "check": True}
    subprocess.run(["git", "init", "-q"], **quiet)
    subprocess.run(["git", "add", "deploy.yaml"], **quiet)


def measure(binary, arguments, folder):
    """CPU seconds, wall milliseconds and peak MiB of one run."""
    with open(os.devnull, "w") as null:
        import time

        started = time.monotonic()
        child = subprocess.Popen([binary, *arguments], cwd=folder, stdout=null, stderr=null)
        _, status, usage = os.wait4(child.pid, 0)
        wall = (time.monotonic() - started) * 1000
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 1), f"{arguments} exited with {code}"
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    binary = str(pathlib.Path(options.binary).resolve())
    cases = [
        ("14 MB, 700 objects, default", large_tree, ["scan", "."], "≤ 2 CPU-s, ≤ 250 MiB"),
        ("14 MB, 700 objects, strict", large_tree, ["scan", ".", "--profile", "strict"], "–"),
        ("14 MB, 700 objects, restricted", large_tree, ["scan", ".", "--profile", "restricted"], "≤ 2 CPU-s, ≤ 250 MiB"),
        ("10,000 small manifests, default", many_files, ["scan", "."], "≤ 3 CPU-s"),
        ("10,000 small manifests, restricted", many_files, ["scan", ".", "--profile", "restricted"], "≤ 3 CPU-s"),
        ("10,000 small manifests, strict", many_files, ["scan", ".", "--profile", "strict"], "–"),
        ("one staged file, default", staged_file, ["scan", "--staged"], "≤ 50 ms, ≤ 40 MiB"),
        ("one staged file, restricted", staged_file, ["scan", "--staged", "--profile", "restricted"], "≤ 50 ms, ≤ 40 MiB"),
    ]
    print("| what | goal | CPU s | wall ms | peak MiB |\n|---|---|---|---|---|")
    for name, make, arguments, goal in cases:
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            make(folder)
            runs = sorted(measure(binary, arguments, folder) for _ in range(options.rounds))
            cpu, wall, peak = runs[len(runs) // 2]
            print(f"| {name} | {goal} | {cpu:.3f} | {wall:.0f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
