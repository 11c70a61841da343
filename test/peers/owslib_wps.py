"""Tries owslib.wps with our executable: python3 owslib_wps.py URL"""

import json
import sys
import urllib.request

from checks import check, same
from owslib.util import ServiceException
from owslib.wps import (
    ASYNC,
    SYNC,
    BoundingBoxDataInput,
    ComplexDataInput,
    WebProcessingService,
    monitorExecution,
)

base = sys.argv[1]
wps = WebProcessingService(f"{base}/wps", version="1.0.0", skip_caps=True)

TOOL = {
    "cwlVersion": "v1.2",
    "class": "CommandLineTool",
    "id": "shout",
    "label": "Upper case",
    "baseCommand": ["tr", "a-z", "A-Z"],
    "inputs": {"text": {"type": "File"}},
    "stdin": "$(inputs.text.path)",
    "stdout": "loud.txt",
    "outputs": {"loud": {"type": "stdout"}},
}


def output(execution, name):
    return next(one for one in execution.processOutputs if one.identifier == name)


@check("GetCapabilities lists the processes and the operations")
def _():
    wps.getcapabilities()
    same(wps.identification.type, "WPS")
    same("echo" in [process.identifier for process in wps.processes], True)
    same([operation.name for operation in wps.operations], ["GetCapabilities", "DescribeProcess", "Execute"])


@check("DescribeProcess tells types, allowed values, formats and occurrences")
def _():
    process = wps.describeprocess("echo")
    inputs = {one.identifier: one for one in process.dataInputs}
    same((process.storeSupported, process.statusSupported), (True, True))
    same((inputs["text"].dataType, inputs["text"].minOccurs, inputs["text"].maxOccurs), ("string", 1, 1))
    same(inputs["choice"].allowedValues, ["red", "green", "blue"])
    same(inputs["mixed"].dataType, "ComplexData")
    same([one.mimeType for one in inputs["mixed"].supportedValues], ["application/gml+xml", "application/geo+json"])
    same(inputs["bbox"].dataType, "BoundingBoxData")
    same(inputs["image"].defaultValue.encoding, "base64")


@check("DescribeProcess for all processes at once")
def _():
    same("echo" in [process.identifier for process in wps.describeprocess("all")], True)


@check("an unknown process is a ServiceException that names it")
def _():
    try:
        wps.describeprocess("nothing-of-this-name")
    except ServiceException as error:
        same("nothing-of-this-name" in str(error), True)
    else:
        raise AssertionError("no exception")


@check("a synchronous execution gives literals, complex data and a bounding box")
def _():
    inputs = [
        ("text", "one & <two>"),
        ("number", "2.5"),
        ("flag", "true"),
        ("mixed", ComplexDataInput('{"type": "Point", "coordinates": [1, 2]}', mimeType="application/geo+json")),
        ("bbox", BoundingBoxDataInput([1, 2, 3, 4], crs="urn:ogc:def:crs:OGC:1.3:CRS84")),
    ]
    wanted = [("text", False), ("number", False), ("flag", False), ("mixed", False, "application/geo+json"), ("bbox", False)]
    execution = wps.execute("echo", inputs, output=wanted, mode=SYNC)
    same((execution.getStatus(), execution.isSucceded()), ("ProcessSucceeded", True))
    same(output(execution, "text").data, ["one & <two>"])
    same(output(execution, "number").data, ["2.5"])
    same(output(execution, "flag").data, ["true"])
    same(json.loads(output(execution, "mixed").data[0])["coordinates"], [1, 2])
    box = output(execution, "bbox").data[0]
    same((box.minx, box.miny, box.maxx, box.maxy), ("1", "2", "3", "4"))


@check("an asynchronous execution is polled at its status location to its end")
def _():
    execution = wps.execute("echo", [("text", "later"), ("pause", "2")], output=[("text", False)], mode=ASYNC)
    same((execution.isComplete(), execution.statusLocation.startswith(f"{base}/outputs/")), (False, True))
    monitorExecution(execution, sleepSecs=1)
    same((execution.isSucceded(), execution.errors), (True, []))
    same(output(execution, "text").data, ["later"])


@check("lineage repeats the inputs")
def _():
    execution = wps.execute("echo", [("text", "again")], output=[("text", False)], mode=SYNC, lineage=True)
    same([(one.identifier, one.data) for one in execution.dataInputs], [("text", ["again"])])


@check("a faulty input is reported with its name")
def _():
    try:
        wps.execute("echo", [("text", "x"), ("number", "many")], output=[("text", False)], mode=SYNC)
    except ServiceException as error:
        same("number" in str(error), True)
    else:
        raise AssertionError("no exception")


def deploy():
    request = urllib.request.Request(
        f"{base}/processes",
        data=json.dumps(TOOL).encode(),
        headers={"Content-Type": "application/cwl+json"},
        method="POST",
    )
    with urllib.request.urlopen(request) as response:
        same(response.status, 201)


@check("a tool with a file: content in, value and reference out")
def _():
    deploy()
    given = [("text", ComplexDataInput("loud please", mimeType="text/plain"))]
    execution = wps.execute("shout", given, output=[("loud", False)], mode=SYNC)
    same(execution.errors, [])
    same("".join(output(execution, "loud").data).strip(), "LOUD PLEASE")
    execution = wps.execute("shout", given, output=[("loud", True)], mode=ASYNC)
    monitorExecution(execution, sleepSecs=1)
    same(execution.errors, [])
    reference = output(execution, "loud").reference
    same(reference.startswith(f"{base}/outputs/"), True)
    with urllib.request.urlopen(reference) as response:
        same(response.read(), b"LOUD PLEASE")
    same(output(execution, "loud").retrieveData(), b"LOUD PLEASE")


@check("a tool that fails ends as ProcessFailed with its reason")
def _():
    tool = {**TOOL, "id": "fail", "baseCommand": ["false"]}
    request = urllib.request.Request(
        f"{base}/processes",
        data=json.dumps(tool).encode(),
        headers={"Content-Type": "application/cwl+json"},
        method="POST",
    )
    urllib.request.urlopen(request).close()
    given = [("text", ComplexDataInput("x", mimeType="text/plain"))]
    execution = wps.execute("fail", given, output=[("loud", True)], mode=ASYNC)
    monitorExecution(execution, sleepSecs=1)
    same((execution.isComplete(), execution.isSucceded(), len(execution.errors)), (True, False, 1))
    same(execution.errors[0].code, "NoApplicableCode")
