#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes model/operators.txt, the facts about ONNX's operators that the program checks models against.

usage: make_operator_table.py [FACTS.json] > model/operators.txt

FACTS.json is what `operators_of_onnx` returns, as JSON: {"version": …, "operators": […]}. Without it, the facts come
from the Python package onnx that is installed.
"""
import json
import sys

HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# All versions of ONNX's operators, from the definitions of ONNX {version}. `./dev operators` writes this file.
#
# domain NAME            the domain of the operators that follow; the default domain is ai.onnx
# set N TYPE…            a set of types; "float" stands for "tensor(float)"
# NAME SINCE | MIN MAX INPUT… | MIN MAX OUTPUT… | ATTRIBUTE… | VARIABLE=N…
# NAME SINCE deprecated  removed at this version
#
# INPUT and OUTPUT are NAME:VARIABLE or NAME:=TYPE, then "?" if optional, "*" if variadic, "+" if variadic with
# types of its own for each value. MAX "*" is no limit. ATTRIBUTE is NAME:TYPE, then "!" if required. "-" is none.
"""

ATTRIBUTE_TYPES = {
    "list of ints": "ints", "list of floats": "floats", "list of strings": "strings", "list of tensors": "tensors",
    "list of graphs": "graphs", "list of sparse_tensors": "sparse_tensors", "list of type_protos": "type_protos",
}


def operators_of_onnx():
    """The facts of the installed package."""
    import onnx
    from onnx import defs

    option = defs.OpSchema.FormalParameterOption

    def port(formal):
        return {"name": formal.name, "type": formal.typeStr, "optional": formal.option == option.Optional,
                "variadic": formal.option == option.Variadic,
                "heterogeneous": formal.option == option.Variadic and not formal.isHomogeneous}

    def side(low, high, formals):
        return {"min": low, "max": None if high >= 2**31 - 1 else high, "formal": [port(f) for f in formals]}

    def attribute_type(kind):
        name = str(kind).rsplit(".", 1)[-1].lower()
        return name

    operators = []
    for schema in defs.get_all_schemas_with_history():
        if schema.support_level == defs.OpSchema.SupportType.EXPERIMENTAL:
            continue
        operators.append({
            "domain": schema.domain, "name": schema.name, "since": schema.since_version, "deprecated": schema.deprecated,
            "attributes": {name: {"type": attribute_type(a.type), "required": a.required}
                           for name, a in schema.attributes.items()},
            "inputs": side(schema.min_input, schema.max_input, schema.inputs),
            "outputs": side(schema.min_output, schema.max_output, schema.outputs),
            "type_constraints": {c.type_param_str: list(c.allowed_type_strs) for c in schema.type_constraints},
        })
    return {"version": onnx.__version__, "operators": operators}


def short(type_text):
    """"tensor(float)" as "float"; other types unchanged, without spaces."""
    text = type_text.replace(" ", "")
    if text.startswith("tensor(") and text.count("(") == 1:
        return text[len("tensor("):-1]
    return text


def side_text(side, variables):
    parts = [str(side["min"]), "*" if side["max"] is None else str(side["max"])]
    for formal in side["formal"]:
        kind = formal["type"] if formal["type"] in variables else "=" + short(formal["type"])
        mark = "+" if formal.get("heterogeneous") else "*" if formal.get("variadic") else "?" if formal.get("optional") else ""
        name = formal["name"].replace(" ", "_").rstrip(".")
        parts.append(f"{name}:{kind}{mark}")
    return " ".join(parts)


def attribute_text(name, attribute):
    kind = ATTRIBUTE_TYPES.get(attribute["type"], attribute["type"])
    return f"{name}:{kind}" + ("!" if attribute["required"] else "")


def lines_of(facts):
    sets, lines, domain = {}, [], None
    for operator in sorted(facts["operators"], key=lambda o: (o["domain"], o["name"], o["since"])):
        if operator["domain"] != domain:
            domain = operator["domain"]
            lines.append("domain " + (domain or "ai.onnx"))
        head = f"{operator['name']} {operator['since']}"
        if operator.get("deprecated"):
            lines.append(head + " deprecated")
            continue
        variables = operator["type_constraints"]
        used = []
        for variable, types in variables.items():
            key = tuple(sorted({short(t) for t in types}))
            if key not in sets:
                sets[key] = len(sets)
                lines.append(f"set {sets[key]} " + " ".join(key))
            used.append(f"{variable}={sets[key]}")
        attributes = [attribute_text(name, operator["attributes"][name]) for name in sorted(operator["attributes"])]
        lines.append(" | ".join([head, side_text(operator["inputs"], variables), side_text(operator["outputs"], variables),
                                 " ".join(attributes) or "-", " ".join(used) or "-"]))
    return lines


def main():
    facts = json.load(open(sys.argv[1], encoding="utf-8")) if len(sys.argv) > 1 else operators_of_onnx()
    print(HEADER.format(version=facts["version"]), end="")
    print("\n".join(lines_of(facts)))


if __name__ == "__main__":
    main()
