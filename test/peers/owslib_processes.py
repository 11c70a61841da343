"""Tries owslib.ogcapi.processes with our executable: python3 owslib_processes.py URL"""

import json
import sys
import urllib.request

from checks import check, same
from owslib.ogcapi.processes import Processes

base = sys.argv[1]
client = Processes(f"{base}/")


@check("OGC API: the landing page leads to the API description")
def _():
    same(client.api()["openapi"][:3], "3.0")


@check("OGC API: the conformance classes are read")
def _():
    classes = client.conformance()["conformsTo"]
    if "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core" not in classes:
        raise AssertionError(f"found {classes}")


@check("OGC API: the processes are listed")
def _():
    same("echo" in [process["id"] for process in client.processes()], True)


@check("OGC API: a process is described")
def _():
    described = client.process("echo")
    same(described["id"], "echo")
    same(list(described["inputs"])[0], "text")


@check("OGC API: a synchronous execution gives the document")
def _():
    same(client.execute("echo", inputs={"text": "hello", "number": 3}), {"text": "hello", "number": 3})


@check("OGC API: an asynchronous execution gives the job and its address")
def _():
    accepted = client.execute("echo", inputs={"text": "later"}, async_=True)
    same(accepted["status"], "accepted")
    location = client.response_headers["Location"]
    same(location, f"{base}/jobs/{accepted['jobID']}")
    same(json.load(urllib.request.urlopen(location))["jobID"], accepted["jobID"])


@check("OGC API: a preference that the client leaves on every later request does no harm")
def _():
    same(client.process("echo")["id"], "echo")


@check("OGC API: a refused execution tells the client what is wrong")
def _():
    try:
        client.execute("echo", inputs={"number": "many"})
    except RuntimeError as error:
        for pointer in ("/inputs/text", "/inputs/number"):
            same(pointer in str(error), True)
    else:
        raise AssertionError("it was not refused")
