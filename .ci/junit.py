"""Checks JUnit reports of the shop and its clean twin as Jenkins would: against a schema, and by what they count."""

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import xmlschema

SCHEMA = xmlschema.XMLSchema("testdata/schema/jenkins-junit.xsd")


def report(binary: str, target: str, code: int) -> ElementTree.Element:
    """The valid report of a restricted scan of `target`, which must end with `code`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "junit.xml"
        run = subprocess.run(
            [binary, "scan", target, "--no-config", "--profile", "restricted", "-f", f"junit={path}"],
            capture_output=True,
            text=True,
        )
        if run.returncode != code:
            sys.exit(f"scan of {target}: exit code {run.returncode}, expected {code}\n{run.stderr}")
        errors = list(SCHEMA.iter_errors(str(path)))
        for error in errors:
            print(f"{target}: {error.path}: {error.reason}", file=sys.stderr)
        if errors:
            sys.exit(f"{target}: {len(errors)} errors against the schema")
        return ElementTree.parse(path).getroot()


def counted(root: ElementTree.Element, target: str) -> tuple[int, int]:
    """Cases and failures, which every suite and the whole must have counted alike."""
    for suite in [*root.iter("testsuite"), root]:
        for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            stated, found = int(suite.get(attribute, 0)), len(list(suite.iter(tag)))
            if stated != found:
                sys.exit(f"{target}: {suite.get('name')}: {attribute} says {stated}, but {found} are there")
    return len(list(root.iter("testcase"))), len(list(root.iter("failure")))


def main(binary: str) -> None:
    cases, failures = counted(report(binary, "testdata/shop", 1), "shop")
    clean_cases, clean_failures = counted(report(binary, "testdata/shop-clean", 0), "shop-clean")
    if failures == 0 or clean_failures != 0 or clean_cases == 0:
        sys.exit(f"shop: {failures} failures; shop-clean: {clean_cases} cases, {clean_failures} failures")
    print(f"junit: shop {cases} cases, {failures} failures; shop-clean {clean_cases} cases, 0 failures; both valid")


if __name__ == "__main__":
    main(*sys.argv[1:])
