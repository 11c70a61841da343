# A process of pygeoapi that takes its time, or fails. Each start adds a line to executes.log in $DIRECTORY.
import os
import time

from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

METADATA = {
    "version": "1.0.0",
    "id": "slow",
    "title": {"en": "Takes its time"},
    "description": {"en": "Waits, then says how long"},
    "jobControlOptions": ["async-execute"],
    "keywords": ["test"],
    "links": [],
    "inputs": {
        "seconds": {"title": "Seconds", "schema": {"type": "number"}, "minOccurs": 1, "maxOccurs": 1},
        "fails": {"title": "Fails", "schema": {"type": "boolean"}, "minOccurs": 0, "maxOccurs": 1},
    },
    "outputs": {"said": {"title": "What was said", "schema": {"type": "object", "contentMediaType": "application/json"}}},
    "example": {"inputs": {"seconds": 1}},
}


class SlowProcessor(BaseProcessor):
    def __init__(self, processor_def):
        super().__init__(processor_def, METADATA)
        self.supports_outputs = True

    def execute(self, data, outputs=None):
        with open(os.path.join(os.environ["DIRECTORY"], "executes.log"), "a") as log:
            log.write("slow\n")
        time.sleep(data["seconds"])
        if data.get("fails"):
            raise ProcessorExecuteError("no luck today")
        return "application/json", {"id": "said", "value": f"waited {data['seconds']}"}
