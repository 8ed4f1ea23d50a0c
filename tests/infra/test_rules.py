"""The rule packs have nothing to say that is not answered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from local.synth import assembly

ROOT = Path(__file__).resolve().parents[2]


def test_every_finding_of_the_rule_pack_is_acknowledged_with_a_reason() -> None:
    reports = json.loads((assembly() / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"]
    (pack,) = (report for report in reports if report["pluginName"] == "AwsSolutions")

    assert {report["conclusion"] for report in reports} == {"success"}
    assert pack["violations"] == []
    assert all(len(finding["reason"].split()) >= 5 for finding in pack["suppressedViolations"])


def test_wildcards_in_rights_are_acknowledged_one_by_one() -> None:
    reports = json.loads((assembly() / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"]
    rules = [
        finding["acknowledgedId"]
        for report in reports
        for finding in report.get("suppressedViolations", [])
        if "IAM5" in finding["ruleName"]
    ]

    assert rules
    assert all("[Resource::" in rule for rule in rules)


def test_cfn_lint_finds_nothing() -> None:
    templates = [str(assembly() / f"{stack}.template.json") for stack in ("Data", "Csms")]
    command = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "--config-file",
        str(ROOT / ".cfnlintrc.yaml"),
        *templates,
    ]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command

    assert (done.stdout, done.returncode) == ("", 0)


def test_the_stack_stays_below_the_limit_of_resources() -> None:
    template = json.loads((assembly() / "Csms.template.json").read_text(encoding="utf-8"))

    assert len(template["Resources"]) < 400  # CloudFormation takes 500
