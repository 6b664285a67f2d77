#!/usr/bin/env python3
"""Lists the code systems that FHIR R4 defines in full, with their codes, as JSON on standard output.

usage: r4_code_systems.py JAR > domain/fhir/rules/r4-code-systems/code-systems.json

JAR is ca.uhn.hapi.fhir:hapi-fhir-validation-resources-r4, which `tests/tools/hapi` brings along. It
holds the definitions of HL7 FHIR R4 4.0.1 as HL7 publishes them, under CC0-1.0.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

FOLDER = "org/hl7/fhir/r4/model/valueset/"
FILES = ["valuesets.xml", "v2-tables.xml", "v3-codesystems.xml"]
FHIR = "{http://hl7.org/fhir}"


def value(element, name):
    return element.find(FHIR + name).get("value")


def main():
    systems = {}
    with zipfile.ZipFile(sys.argv[1]) as jar:
        for file in FILES:
            with jar.open(FOLDER + file) as content:
                root = ElementTree.parse(content).getroot()
            for system in root.iter(FHIR + "CodeSystem"):
                url = value(system, "url")
                # An address with a version is no address that a coding may have.
                if value(system, "content") == "complete" and "|" not in url:
                    codes = {value(concept, "code") for concept in system.iter(FHIR + "concept")}
                    sensitive = system.find(FHIR + "caseSensitive")
                    if codes:
                        systems[url] = {
                            "caseSensitive": sensitive is not None and sensitive.get("value") == "true",
                            "codes": sorted(codes),
                        }
    # One system a line, so that a change of one shows as one.
    lines = (json.dumps(url) + ": " + json.dumps(system) for url, system in sorted(systems.items()))
    print("{\n" + ",\n".join(lines) + "\n}")


main()
