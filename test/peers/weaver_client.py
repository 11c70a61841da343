"""Sends what the client of Weaver sends, by its documentation, to our executable: python3 weaver_client.py URL DIRECTORY

The client itself is in no package index, so that this stands in for it.
"""

import json
import os
import sys
import time
import urllib.request
import uuid

from checks import check, same

base, directory = sys.argv[1:3]
known = {}


def send(method, path, body=None, headers=None, wanted=(200, 201, 202, 204)):
    url = path if path.startswith("http") else f"{base}{path}"
    sent = {"Accept": "application/json", **(headers or {})}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, data=body, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            status, text, answered = response.status, response.read(), response.headers
    except urllib.error.HTTPError as error:
        status, text, answered = error.code, error.read(), error.headers
    if status not in wanted:
        raise AssertionError(f"{method} {path}: {status} {text[:400]!r}")
    is_json = "json" in (answered.get("Content-Type") or "")
    return (json.loads(text) if text and is_json else text), status, answered


PACKAGE = {
    "cwlVersion": "v1.0",
    "class": "CommandLineTool",
    "baseCommand": "cat",
    "inputs": {"file": {"type": "File", "inputBinding": {"position": 1}}},
    "outputs": {"output": {"type": "File", "outputBinding": {"glob": "stdout.txt"}}},
    "stdout": "stdout.txt",
}


@check("deploy: a description with the package as its unit")
def _():
    body = {
        "processDescription": {"process": {"id": "weaver-cat", "visibility": "public"}},
        "executionUnit": [{"unit": PACKAGE}],
        "deploymentProfileName": "http://www.opengis.net/profiles/eoc/dockerizedApplication",
    }
    send("POST", "/processes", body, wanted=(201,))


@check("describe: as OGC says it")
def _():
    described, _, _ = send("GET", "/processes/weaver-cat?schema=OGC")
    same(list(described["inputs"]), ["file"])
    same(list(described["outputs"]), ["output"])


@check("package: is read back")
def _():
    package, _, _ = send("GET", "/processes/weaver-cat/package", headers={"Accept": "application/cwl+json"})
    same(package["class"], "CommandLineTool")


@check("upload: a local file goes to the vault by a form, and 200 is answered")
def _():
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    body = f"{head}hello\n\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Cache-Control": "no-cache"}
    answer, status, _ = send("POST", "/vault", body, headers, wanted=(200,))
    same(status, 200)
    known.update({name: answer[name] for name in ("file_id", "file_href", "access_token")})


@check("execute: the uploaded file, with its token in X-Auth-Vault")
def _():
    token = f"token {known['access_token']}; id={known['file_id']}"
    body = {
        "mode": "async",
        "inputs": {"file": {"href": known["file_href"], "format": {"mediaType": "text/plain"}}},
        "response": "document",
        "outputs": {"output": {"transmissionMode": "value"}},
    }
    answer, _, headers = send("POST", "/processes/weaver-cat/execution", body, {"X-Auth-Vault": token}, wanted=(201,))
    known["job"] = headers["Location"]
    same(known["job"].split("/")[-1], answer["jobID"])


@check("monitor: the status is asked for until it is successful")
def _():
    for _ in range(600):
        status, _, _ = send("GET", known["job"])
        if status["status"] in ("successful", "failed", "dismissed"):
            break
        time.sleep(0.1)
    same(status["status"], "successful")


@check("results: are a document whose files can be downloaded")
def _():
    results, _, _ = send("GET", f"{known['job']}/results")
    output = results["output"]
    text = output["value"] if "value" in output else send("GET", output["href"])[0].decode()
    same(text, "hello\n")


@check("logs: are a list in JSON")
def _():
    logs, _, _ = send("GET", f"{known['job']}/logs")
    same(isinstance(logs, list) or isinstance(logs.get("lines"), list), True)


@check("inputs, exceptions and statistics of a job are answered")
def _():
    for name in ("inputs", "statistics"):
        send("GET", f"{known['job']}/{name}")
    send("GET", f"{known['job']}/exceptions", wanted=(200, 404))


@check("jobs: are listed in pages, with details, and with groups")
def _():
    own = known["job"].split("/")[-1]
    listed, _, _ = send("GET", "/jobs?limit=5&page=0&detail=true")
    same([job["jobID"] for job in listed["jobs"]], [own])
    same(send("GET", "/jobs?detail=false&process=weaver-cat")[0]["jobs"], [own])
    for groups, category in (
        ("process", {"process": "weaver-cat"}),
        ("process,status", {"process": "weaver-cat", "status": "successful"}),
        ("true", {"process": "weaver-cat"}),
    ):
        listed, _, _ = send("GET", f"/jobs?groups={groups}&detail=false")
        same(listed["groups"], [{"category": category, "count": 1, "jobs": [own]}])
    listed, _, _ = send("GET", "/jobs?detail=true&groups=service&status=successful")
    same([job["jobID"] for group in listed["groups"] for job in group["jobs"]], [own])


@check("the vault: a file is told of, read, and not without its token")
def _():
    token = {"X-Auth-Vault": f"token {known['access_token']}"}
    _, status, headers = send("HEAD", f"/vault/{known['file_id']}", headers=token)
    same(headers["Content-Length"], "6")
    same(send("GET", f"/vault/{known['file_id']}", headers=token)[0], b"hello\n")
    send("GET", f"/vault/{known['file_id']}", wanted=(403,))


@check("dismiss: a finished job is removed")
def _():
    answer, _, _ = send("DELETE", known["job"])
    same(answer["status"], "dismissed")


@check("undeploy: the process is gone")
def _():
    send("DELETE", "/processes/weaver-cat")
    send("GET", "/processes/weaver-cat", wanted=(404,))
