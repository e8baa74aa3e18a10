"""Checks SARIF, GitLab and our own JSON reports with a second validator, on the shop and on its clean twin."""

import functools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

PUBLISHED = {"sarif": "sarif-2.1.0.schema.json", "gitlab": "gitlab-code-quality.schema.json"}


@functools.cache
def validator(binary: str, name: str):
    """Of a schema that the world publishes, or of one that the binary does."""
    if name in PUBLISHED:
        text = Path("testdata/schema", PUBLISHED[name]).read_text()
    else:
        text = subprocess.run([binary, "schema", name], check=True, capture_output=True, text=True).stdout
    rules = json.loads(text)
    kind = validator_for(rules, default=Draft202012Validator)
    kind.check_schema(rules)
    return kind(rules)


def scan(binary: str, target: str, code: int, folder: str) -> dict[str, Path]:
    """Every report of one restricted scan of `target`, which must end with `code`."""
    files = {form: Path(folder) / form for form in ("sarif", "gitlab", "json")}
    formats = [part for form, path in files.items() for part in ("-f", f"{form}={path}")]
    run = subprocess.run(
        [binary, "scan", target, "--no-config", "--profile", "restricted", *formats], capture_output=True, text=True
    )
    if run.returncode != code:
        sys.exit(f"scan of {target}: exit code {run.returncode}, expected {code}\n{run.stderr}")
    return files


def check(binary: str, name: str, target: str, document: object) -> None:
    errors = list(validator(binary, name).iter_errors(document))
    for error in errors[:20]:
        print(f"{target}: {name}: {error.json_path}: {error.message[:300]}", file=sys.stderr)
    if errors:
        sys.exit(f"{target}: {len(errors)} errors against the {name} schema")


def main(binary: str) -> None:
    for target, code in (("testdata/shop", 1), ("testdata/shop-clean", 0)):
        with tempfile.TemporaryDirectory() as folder:
            files = scan(binary, target, code, folder)
            documents = {form: json.loads(path.read_text()) for form, path in files.items()}
        check(binary, "sarif", target, documents["sarif"])
        check(binary, "gitlab", target, documents["gitlab"])
        check(binary, "report", target, documents["json"])
        for finding in documents["json"]["findings"]:
            check(binary, "finding", target, finding)
        counts = {
            "json": len(documents["json"]["findings"]),
            "sarif": len(documents["sarif"]["runs"][0]["results"]),
            "gitlab": len(documents["gitlab"]),
        }
        if len(set(counts.values())) != 1 or (counts["json"] > 0) != (code == 1):
            sys.exit(f"{target}: findings by format: {counts}")
        print(f"schemas: {target}: {counts['json']} findings, valid as sarif, gitlab, report and finding")


if __name__ == "__main__":
    main(*sys.argv[1:])
