"""Tries birdy with our executable: python3 birdy_wps.py URL"""

import json
import sys
import urllib.request
from pathlib import Path

from birdy import WPSClient
from birdy.exceptions import ProcessFailed
from checks import check, same

base = sys.argv[1]

TOOL = {
    "cwlVersion": "v1.2",
    "class": "CommandLineTool",
    "id": "count-lines",
    "label": "Counts lines",
    "baseCommand": ["wc", "-l"],
    "inputs": {
        "text": {"type": "File", "format": "https://www.iana.org/assignments/media-types/text/plain"},
        "width": {"type": "int", "default": 3},
    },
    "stdin": "$(inputs.text.path)",
    "stdout": "count.txt",
    "outputs": {"count": {"type": "stdout"}},
}


def deploy(tool):
    request = urllib.request.Request(
        f"{base}/processes",
        data=json.dumps(tool).encode(),
        headers={"Content-Type": "application/cwl+json"},
        method="POST",
    )
    urllib.request.urlopen(request).close()


deploy(TOOL)


@check("connecting makes a function of each process, with its documentation")
def _():
    client = WPSClient(f"{base}/wps")
    same("Gives back what it was given" in client.echo.__doc__, True)
    same("width" in client.count_lines.__doc__, True)


@check("a function gives literals back in their types")
def _():
    client = WPSClient(f"{base}/wps")
    result = client.echo(text="hello", bbox=None, number=2.5, integer=7, flag=True, choice="green").get()
    same((result.text, result.number, result.integer, result.flag), ("hello", 2.5, 7, True))


@check("progress is followed to the end")
def _():
    client = WPSClient(f"{base}/wps", progress=False)
    execution = client.echo(text="slow", bbox=None, pause=1)
    for _ in range(30):
        if execution.isComplete():
            break
        execution.checkStatus(sleepSecs=0.5)
    same(execution.isSucceded(), True)
    same(execution.get().text, "slow")


@check("a local file is embedded, and the output is fetched from its reference")
def _():
    Path("lines.txt").write_text("a\nb\nc\n")
    client = WPSClient(f"{base}/wps")
    execution = client.count_lines(text="lines.txt")
    for _ in range(30):
        if execution.isComplete():
            break
        execution.checkStatus(sleepSecs=0.5)
    same(execution.get(asobj=True).count.strip(), "3")


@check("a failing process raises ProcessFailed")
def _():
    deploy({**TOOL, "id": "fails", "baseCommand": ["false"]})
    client = WPSClient(f"{base}/wps")
    execution = client.fails(text="lines.txt")
    for _ in range(30):
        if execution.isComplete():
            break
        execution.checkStatus(sleepSecs=0.5)
    try:
        execution.get()
    except ProcessFailed:
        return
    raise AssertionError("no exception")
