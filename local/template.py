"""Read a cloud assembly: its stacks, their resources, and the functions CloudFormation knows (Ref, GetAtt, Sub, …).

Nothing is created here. `Resolver` asks its `Resources` for a resource's reference or attribute, and whoever creates
resources may create them in that moment: so dependencies need no order of their own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from pathlib import Path

_SUB: Final = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateError(ValueError):
    """The template asks for something the laptop edition cannot or must not do; says where and what."""


@dataclass(frozen=True)
class Resource:
    """One resource of one stack, as the template has it."""

    stack: str
    logical_id: str
    type: str
    properties: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    condition: str | None = None

    @property
    def address(self) -> str:
        """How messages name the resource: stack/LogicalId."""
        return f"{self.stack}/{self.logical_id}"


@dataclass(frozen=True)
class Template:
    """One stack's template."""

    name: str
    resources: dict[str, Resource]
    parameters: dict[str, Any]
    conditions: dict[str, Any]
    mappings: dict[str, Any]
    outputs: dict[str, Any]


def read_template(name: str, document: dict[str, Any]) -> Template:
    """Make a Template of CloudFormation's JSON document."""
    resources = {
        logical_id: Resource(
            name,
            logical_id,
            body["Type"],
            body.get("Properties", {}),
            body.get("Metadata", {}),
            body.get("Condition"),
        )
        for logical_id, body in document.get("Resources", {}).items()
    }
    return Template(
        name,
        resources,
        document.get("Parameters", {}),
        document.get("Conditions", {}),
        document.get("Mappings", {}),
        document.get("Outputs", {}),
    )


def read_assembly(folder: Path) -> dict[str, Template]:
    """All templates of a cloud assembly by stack name, or of a folder that holds only `*.template.json` files."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        artifacts = json.loads(manifest.read_text()).get("artifacts", {})
        files = {
            artifact.get("properties", {}).get("stackName", name): folder / artifact["properties"]["templateFile"]
            for name, artifact in artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        }
    else:
        files = {path.name.removesuffix(".template.json"): path for path in sorted(folder.glob("*.template.json"))}
    if not files:
        raise TemplateError(f"no template in {folder}")
    return {name: read_template(name, json.loads(path.read_text())) for name, path in files.items()}


class Resources(Protocol):
    """Who knows what became of a resource."""

    def reference(self, stack: str, logical_id: str) -> Any:
        """What `Ref` gives for the resource."""

    def attribute(self, stack: str, logical_id: str, name: str) -> Any:
        """What `Fn::GetAtt` gives for the resource."""


class Resolver:
    """Evaluates the template's functions."""

    def __init__(
        self,
        templates: dict[str, Template],
        resources: Resources,
        pseudo: dict[str, str],
        parameters: dict[str, str] | None = None,
    ) -> None:
        self._templates = templates
        self._resources = resources
        self._pseudo = pseudo
        self._parameters = parameters or {}

    def value(self, stack: str, node: Any) -> Any:
        """The node with every function replaced by its value; `AWS::NoValue` entries disappear."""
        if isinstance(node, dict):
            if len(node) == 1:
                (name, argument), *_ = node.items()
                if name == "Ref":
                    return self._ref(stack, argument)
                if name.startswith("Fn::"):
                    return self._function(stack, name, argument)
            resolved = {key: self.value(stack, item) for key, item in node.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(node, list):
            return [item for item in (self.value(stack, item) for item in node) if item is not NO_VALUE]
        return node

    def condition(self, stack: str, name: str) -> bool:
        """Whether a condition of the stack holds."""
        return bool(self._condition(stack, self._templates[stack].conditions[name]))

    def exported(self, name: str) -> Any:
        """The value of an output that some stack exports under the name."""
        for template in self._templates.values():
            for output in template.outputs.values():
                export = output.get("Export")
                if export and self.value(template.name, export["Name"]) == name:
                    return self.value(template.name, output["Value"])
        raise TemplateError(f"nothing exports {name}")

    def _ref(self, stack: str, name: str) -> Any:
        template = self._templates[stack]
        if name == "AWS::NoValue":
            return NO_VALUE
        if name == "AWS::StackName":
            return stack
        if name == "AWS::StackId":
            region, account = self._pseudo["AWS::Region"], self._pseudo["AWS::AccountId"]
            return f"arn:aws:cloudformation:{region}:{account}:stack/{stack}/00000000"
        if name in self._pseudo:
            return self._pseudo[name]
        if name in template.resources:
            return self._resources.reference(stack, name)
        if name in template.parameters:
            parameter = template.parameters[name]
            if name in self._parameters:
                return self._parameters[name]
            if "Default" in parameter:
                return parameter["Default"]
            raise TemplateError(f"{stack}: parameter {name} has no value and no default")
        raise TemplateError(f"{stack}: Ref to unknown {name}")

    def _function(self, stack: str, name: str, argument: Any) -> Any:
        evaluate = getattr(self, "_fn_" + name.removeprefix("Fn::").lower(), None)
        if evaluate is None:
            raise TemplateError(f"{stack}: function {name} is not supported")
        return evaluate(stack, argument)

    def _fn_getatt(self, stack: str, argument: Any) -> Any:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        if logical_id not in self._templates[stack].resources:
            raise TemplateError(f"{stack}: GetAtt of unknown {logical_id}")
        return self._resources.attribute(stack, logical_id, self.value(stack, attribute))

    def _fn_join(self, stack: str, argument: Any) -> str:
        separator, parts = argument
        return str(separator).join(str(part) for part in self.value(stack, parts))

    def _fn_select(self, stack: str, argument: Any) -> Any:
        index, values = self.value(stack, argument)
        return values[int(index)]

    def _fn_split(self, stack: str, argument: Any) -> list[str]:
        separator, text = self.value(stack, argument)
        return str(text).split(separator)

    def _fn_base64(self, stack: str, argument: Any) -> str:
        import base64

        return base64.b64encode(str(self.value(stack, argument)).encode()).decode()

    def _fn_sub(self, stack: str, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            if name in variables:
                return str(self.value(stack, variables[name]))
            if "." in name:
                return str(self._fn_getatt(stack, name))
            return str(self._ref(stack, name))

        return _SUB.sub(replace, text)

    def _fn_importvalue(self, stack: str, argument: Any) -> Any:
        return self.exported(self.value(stack, argument))

    def _fn_getstackoutput(self, stack: str, argument: Any) -> Any:
        wanted = self.value(stack, argument)
        template = self._templates[wanted["StackName"]]
        return self.value(template.name, template.outputs[wanted["OutputName"]]["Value"])

    def _fn_findinmap(self, stack: str, argument: Any) -> Any:
        name, first, second = self.value(stack, argument[:3])
        return self._templates[stack].mappings[name][first][second]

    def _fn_if(self, stack: str, argument: Any) -> Any:
        name, then, otherwise = argument
        return self.value(stack, then if self.condition(stack, name) else otherwise)

    def _condition(self, stack: str, node: Any) -> bool:
        ((name, argument),) = node.items()
        if name == "Condition":
            return self.condition(stack, argument)
        if name == "Fn::Equals":
            left, right = self.value(stack, argument)
            return bool(left == right)
        if name == "Fn::Not":
            return not self._condition(stack, argument[0])
        if name == "Fn::And":
            return all(self._condition(stack, part) for part in argument)
        if name == "Fn::Or":
            return any(self._condition(stack, part) for part in argument)
        raise TemplateError(f"{stack}: condition {name} is not supported")


class _NoValue:
    """What `Ref: AWS::NoValue` stands for while a template is resolved."""


NO_VALUE: Final = _NoValue()
