#!/usr/bin/env python3
"""Figures of the webhook face: latency, CPU a review, memory, start and overload of the release binary.

Usage: benches/webhook.py path/to/portcullis [--vegeta PATH] [--seconds N]

Load comes from vegeta (go install github.com/tsenart/vegeta/v12@v12.12.0): Go's client, as the API server's is, in an open
loop, where a late answer holds up no later call, so that nothing is omitted. It only calls 127.0.0.1. CPU is utime +
stime of the server from /proc, so that a busy machine distorts it least; each figure is shown beside that of `/noop`, an
endpoint of the same binary that reads the body and does nothing.
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")


def pod(size):
    """A sound Pod of about `size` bytes, as a Deployment of an operator would make it."""
    container = {
        "name": "app", "image": "registry.example/app@sha256:" + "0123456789abcdef" * 4,
        "ports": [{"containerPort": 8080, "name": "http"}],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True,
                            "runAsUser": 10001, "capabilities": {"drop": ["ALL"]}},
        "env": [],
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    number = 0
    made = {}
    while len(json.dumps(made)) < size:
        number += 1
        container["env"].append({"name": f"SETTING_{number}", "value": f"value-{number}"})
        made = {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "web-7d4b9c5f6-abcde", "namespace": "shop", "labels": {"app": "web"},
                         "annotations": {"example.com/config-hash": "0" * 64}},
            "spec": {
                "automountServiceAccountToken": False, "serviceAccountName": "web",
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [container, {**container, "name": "sidecar", "ports": []}],
                "volumes": [{"name": "tmp", "emptyDir": {}}],
            },
        }
    return made


def review(obj, kind=("", "v1", "Pod"), resource="pods", old=None, uid="7f0f4c2a-1111-2222-3333-444455556666"):
    gvk = dict(zip(("group", "version", "kind"), kind))
    gvr = {"group": kind[0], "version": kind[1], "resource": resource}
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": uid, "kind": gvk, "resource": gvr, "requestKind": gvk, "requestResource": gvr,
        "name": obj["metadata"]["name"], "namespace": "shop", "operation": "UPDATE" if old else "CREATE",
        "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller",
                     "groups": ["system:serviceaccounts", "system:authenticated"]},
        "object": obj, "oldObject": old, "dryRun": False, "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}}})


def environment():
    """That of the image; without backtraces, which the engine's inner errors would each record."""
    dockerfile = (pathlib.Path(__file__).parent.parent / "Dockerfile").read_text()
    image = dict(pair.split("=", 1) for pair in re.search(r"^ENV (.+)$", dockerfile, re.MULTILINE).group(1).split())
    return {key: value for key, value in os.environ.items() if key not in ("RUST_BACKTRACE", "RUST_LIB_BACKTRACE")} | image


class Server:
    def __init__(self, binary, *arguments):
        self.port, self.admin = free_port(), free_port()
        start = time.monotonic()
        self.process = subprocess.Popen(
            [binary, "webhook", f"--listen=127.0.0.1:{self.port}", f"--admin-listen=127.0.0.1:{self.admin}", "--self-signed",
             *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        while self.get("/readyz") is None:
            time.sleep(0.002)
        self.ready = time.monotonic() - start

    def get(self, path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read().decode() if answer.status == 200 else None
        except OSError:
            return None

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, key="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{key}:\s+(\d+)", status).group(1)) / 1024

    def requests(self):
        """Calls by verdict."""
        found = re.findall(r'portcullis_admission_requests_total\{[^}]*verdict="(\w+)"[^}]*\} (\d+)', self.get("/metrics"))
        totals = {}
        for verdict, count in found:
            totals[verdict] = totals.get(verdict, 0) + int(count)
        return totals

    def slowest(self):
        """The bucket of the histogram that 99 % of the calls of each verdict are in, in seconds."""
        found = re.findall(r'portcullis_admission_request_duration_seconds_bucket\{([^}]*)\} (\d+)', self.get("/metrics"))
        by_verdict = {}
        for labels, count in found:
            verdict, bound = re.search(r'verdict="(\w+)"', labels).group(1), re.search(r'le="([^"]+)"', labels).group(1)
            by_verdict.setdefault(verdict, []).append((float(bound.replace("+Inf", "inf")), int(count)))
        return {verdict: min(bound for bound, count in buckets if count >= 0.99 * max(c for _, c in buckets))
                for verdict, buckets in by_verdict.items()}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(vegeta, server, body, path, rate=None, connections=25, seconds=10):
    """One run of vegeta; what it measured, and the server's CPU a call."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "body").write_text(body)
        command = [vegeta, "attack", "-insecure", "-http2=false", f"-duration={seconds}s", f"-body={folder}/body", "-timeout=30s",
                   "-header=Content-Type: application/json", f"-connections={connections}", f"-output={folder}/out"]
        # Without a rate: so many workers, each as fast as it is answered.
        command += [f"-rate={rate}", "-max-workers=1000", "-max-connections=1000"] if rate else ["-rate=0", f"-max-workers={connections}"]
        before = server.cpu()
        target = f"POST https://127.0.0.1:{server.port}{path}"
        subprocess.run(command, input=target, text=True, check=True)
        used = server.cpu() - before
        out = subprocess.run([vegeta, "report", "-type=json", f"{folder}/out"], capture_output=True, text=True, check=True)
    result = json.loads(out.stdout)
    calls, latencies = result["requests"], result["latencies"]
    return {
        "calls": calls, "codes": result["status_codes"], "errors": (result["errors"] or [])[:3], "rate": result["throughput"],
        "cpu_us": used / max(calls, 1) * 1e6, "p50_ms": latencies["50th"] / 1e6, "p99_ms": latencies["99th"] / 1e6,
        "max_ms": latencies["max"] / 1e6,
    }


def row(name, run):
    print(f"{name:<44} {run['calls']:>7} calls  {run['rate']:>7.0f}/s  p50 {run['p50_ms']:>7.2f} ms  p99 {run['p99_ms']:>8.2f} ms  "
          f"max {run['max_ms']:>8.2f} ms  CPU {run['cpu_us']:>6.0f} us  {run['codes']} {run['errors'] or ''}", flush=True)


def large(server, count):
    """So many bodies of 3 MB at once."""
    blob = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "large", "namespace": "shop", "annotations": {"a": "x" * 3_000_000}},
            "spec": pod(2000)["spec"]}
    body = review(blob)
    context = ssl._create_unverified_context()

    def one(_):
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=60)
        connection.request("POST", "/validate/enforce?timeout=30s", body, {"Content-Type": "application/json"})
        return connection.getresponse().status

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--vegeta", default="vegeta")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--profile", default="restricted")
    arguments = parser.parse_args()
    vegeta, seconds = arguments.vegeta, arguments.seconds

    starts = []
    for _ in range(5):
        server = Server(arguments.binary, f"--profile={arguments.profile}")
        starts.append(server.ready)
        server.stop()
    print(f"start to ready: median {sorted(starts)[2] * 1e3:.0f} ms")

    server = Server(arguments.binary, f"--profile={arguments.profile}")
    print(f"policies: {server.get('/readyz').strip()}")
    time.sleep(1)
    print(f"RSS idle: {server.memory():.0f} MiB")
    body = review(pod(9000))
    other = review({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "filler": "x" * 8000},
                   ("", "v1", "Event"), "events")
    print(f"body: {len(body)} bytes")
    load(vegeta, server, body, "/validate/enforce?timeout=5s", 300, seconds=3)
    for _ in range(2):
        row("no-op, 300/s", load(vegeta, server, body, "/noop", 300, seconds=seconds))
        row("9 KB Pod, 300/s", load(vegeta, server, body, "/validate/enforce?timeout=5s", 300, seconds=seconds))
        row("nothing applies, 1000/s", load(vegeta, server, other, "/validate/enforce?timeout=5s", 1000, seconds=seconds))
    row("nothing applies, closed loop", load(vegeta, server, other, "/validate/enforce?timeout=5s", None, seconds=seconds))
    full = load(vegeta, server, body, "/validate/enforce?timeout=5s", None, seconds=seconds)
    row("9 KB Pod, closed loop", full)
    print(f"RSS under load: {server.memory():.0f} MiB, peak {server.memory('VmHWM'):.0f} MiB")
    before = server.requests()
    capacity = max(full["rate"], 100)
    run = load(vegeta, server, body, "/validate/enforce?timeout=5s", int(3 * capacity), connections=400, seconds=seconds)
    row("3 x that, 400 connections", run)
    after = server.requests()
    print("  verdicts:", {key: after[key] - before.get(key, 0) for key in after})
    print("  served within, by verdict:", server.slowest())
    server.stop()

    server = Server(arguments.binary, f"--profile={arguments.profile}")
    load(vegeta, server, body, "/validate/enforce?timeout=5s", 300, seconds=seconds)
    before = server.memory()
    codes = large(server, 32)
    peak = server.memory("VmHWM")
    load(vegeta, server, body, "/validate/enforce?timeout=5s", 300, seconds=seconds)
    print(f"32 bodies of 3 MB at once, under load: {sorted(set(codes))}, before {before:.0f}, peak {peak:.0f}, after {server.memory():.0f} MiB")
    print(f"exit code {server.stop()}")


if __name__ == "__main__":
    main()
