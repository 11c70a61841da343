"""Reads the provenance of jobs with the library prov, and writes it again in other forms."""

import json
import sys
import urllib.request

from checks import check, same
from prov.model import (
    ProvActivity,
    ProvAgent,
    ProvAssociation,
    ProvCommunication,
    ProvDelegation,
    ProvDerivation,
    ProvDocument,
    ProvEntity,
    ProvGeneration,
    ProvMembership,
    ProvUsage,
)

url, workflow, echoed = sys.argv[1:]


def fetch(job, accept="application/json"):
    request = urllib.request.Request(f"{url}/jobs/{job}/prov", headers={"accept": accept})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def read(job):
    return ProvDocument.deserialize(content=fetch(job), format="json")


kinds = {
    "entity": ProvEntity,
    "activity": ProvActivity,
    "agent": ProvAgent,
    "used": ProvUsage,
    "wasGeneratedBy": ProvGeneration,
    "wasDerivedFrom": ProvDerivation,
    "wasInformedBy": ProvCommunication,
    "wasAssociatedWith": ProvAssociation,
    "actedOnBehalfOf": ProvDelegation,
    "hadMember": ProvMembership,
}


def labels(document, kind):
    return sorted(str(record.label) for record in document.get_records(kind))


for name, job in (("a workflow", workflow), ("a built-in", echoed)):

    @check(f"each record of {name} is read")
    def _():
        told = json.loads(fetch(job))
        document = read(job)
        for kind, records in told.items():
            if kind != "prefix":
                same((kind, len(list(document.get_records(kinds[kind])))), (kind, len(records)))

    @check(f"each relation of {name} leads to elements that are there")
    def _():
        document = read(job)
        known = {record.identifier for record in document.get_records() if record.is_element()}
        for record in document.get_records():
            if record.is_relation():
                for value in record.args:
                    if value is not None and hasattr(value, "localpart") and value not in known:
                        raise AssertionError(f"found {value} in {record}, wanted an element")

    @check(f"{name} is written in PROV-N and PROV-XML, and read again from PROV-XML")
    def _():
        document = read(job)
        for record in document.get_records():
            if record.get_provn() not in document.get_provn():
                raise AssertionError(f"found no {record.get_provn()} in PROV-N")
        xml = document.serialize(format="xml")
        same(ProvDocument.deserialize(content=xml, format="xml"), document)

    @check(f"our PROV-N of {name} has the records of the library's")
    def _():
        ours = [line.strip() for line in fetch(job, "text/provenance-notation").splitlines()]
        theirs = [line.strip() for line in read(job).get_provn().splitlines()]
        heads = lambda lines: sorted(line.split(", [")[0].replace(", -)", ")") for line in lines if "(" in line)
        for own, other in zip(heads(ours), heads(theirs), strict=True):
            same(own.split("(")[0], other.split("(")[0])
            same(own.split("(")[1].split(",")[0].rstrip(")"), other.split("(")[1].split(",")[0].rstrip(")"))


@check("the activities are the job and each task of its steps")
def _():
    same(labels(read(workflow), ProvActivity), sorted(["join", "say[0]", "say[1]", "say[2]", f"job {workflow}"]))


@check("what a step used was made by the tasks before it")
def _():
    document = read(workflow)
    made = {str(record.args[0]): str(record.args[1]) for record in document.get_records(ProvGeneration)}
    names = {str(record.identifier): str(record.label) for record in document.get_records(ProvActivity)}
    join = next(name for name, label in names.items() if label == "join")
    members = {}
    for record in document.get_records(ProvMembership):
        members.setdefault(str(record.args[0]), []).append(str(record.args[1]))
    used = [str(record.args[1]) for record in document.get_records(ProvUsage) if str(record.args[0]) == join]
    parts = [part for one in used for part in members.get(one, [])]
    same(sorted(names[made[part]] for part in parts), ["say[0]", "say[1]", "say[2]"])


@check("values keep their characters")
def _():
    values = [value for record in read(echoed).get_records(ProvEntity) for value in record.value]
    same([json.loads(str(value)) for value in values], ['hel"lo\\\n', 'hel"lo\\\n'])
