# Processes of pygeoapi for the table of figures: an echo, and one that runs a program of this machine.
import subprocess

from pygeoapi.process.base import BaseProcessor

METADATA = {
    "version": "1.0.0",
    "title": {"en": "For figures"},
    "description": {"en": "For figures"},
    "jobControlOptions": ["sync-execute", "async-execute"],
    "keywords": ["test"],
    "links": [],
    "inputs": {
        "text": {"title": "Text", "schema": {"type": "string"}, "minOccurs": 1, "maxOccurs": 1},
        "command": {"title": "Command", "schema": {"type": "array"}, "minOccurs": 0, "maxOccurs": 1},
    },
    "outputs": {"said": {"title": "Said", "schema": {"type": "object", "contentMediaType": "application/json"}}},
    "example": {"inputs": {"text": "x"}},
}


class EchoProcessor(BaseProcessor):
    def __init__(self, processor_def):
        super().__init__(processor_def, {**METADATA, "id": processor_def["id"]})
        self.supports_outputs = True

    def execute(self, data, outputs=None):
        return "application/json", {"id": "said", "value": data["text"]}


class ToolProcessor(EchoProcessor):
    def execute(self, data, outputs=None):
        done = subprocess.run([*data["command"], data["text"]], capture_output=True, check=True, text=True)
        return "application/json", {"id": "said", "value": done.stdout}
