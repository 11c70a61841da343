# A WPS of PyWPS with a process of each kind. Usage: pywps_server.py PORT DIRECTORY
# Each Execute adds a line to DIRECTORY/executes.log.
import os
import sys
import time
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from socketserver import ThreadingMixIn

from pywps import FORMATS, BoundingBoxInput, BoundingBoxOutput, ComplexInput, ComplexOutput, LiteralInput, LiteralOutput
from pywps import Process, Service
from pywps import configuration
from pywps.app.exceptions import ProcessError

port, directory = int(sys.argv[1]), sys.argv[2]
base = f"http://127.0.0.1:{port}"
outputs = os.path.join(directory, "outputs")
os.makedirs(outputs, exist_ok=True)


class Literals(Process):
    def __init__(self):
        super().__init__(
            self._handler,
            identifier="literals",
            title="Literals of each type",
            version="1.1",
            inputs=[
                LiteralInput("word", "A word", data_type="string", allowed_values=["red", "green"]),
                LiteralInput("count", "A number", data_type="integer", default=3, min_occurs=0),
                LiteralInput("length", "A length", data_type="float", min_occurs=0, uoms=["metre", "feet"]),
                LiteralInput("names", "Names", data_type="string", min_occurs=0, max_occurs=4),
                LiteralInput("flag", "A flag", data_type="boolean", min_occurs=0),
            ],
            outputs=[
                LiteralOutput("said", "What was said", data_type="string"),
                LiteralOutput("doubled", "Twice the number", data_type="integer"),
                LiteralOutput("flagged", "The flag", data_type="boolean"),
            ],
            store_supported=True,
            status_supported=True,
        )

    def _handler(self, request, response):
        count = request.inputs["count"][0].data if "count" in request.inputs else 3
        names = [one.data for one in request.inputs.get("names", [])]
        response.outputs["said"].data = " ".join([request.inputs["word"][0].data, *names])
        response.outputs["doubled"].data = 2 * count
        response.outputs["flagged"].data = request.inputs["flag"][0].data if "flag" in request.inputs else False
        return response


class Complex(Process):
    def __init__(self):
        super().__init__(
            self._handler,
            identifier="complex",
            title="Copies a document",
            inputs=[ComplexInput("document", "A document", supported_formats=[FORMATS.TEXT, FORMATS.JSON, FORMATS.GML])],
            outputs=[
                ComplexOutput("copy", "The document", supported_formats=[FORMATS.TEXT], as_reference=False),
                ComplexOutput("json", "Its length", supported_formats=[FORMATS.JSON], as_reference=False),
            ],
            store_supported=True,
            status_supported=True,
        )

    def _handler(self, request, response):
        with open(request.inputs["document"][0].file) as file:
            text = file.read()
        response.outputs["copy"].data = text
        response.outputs["json"].data = '{"length": %d}' % len(text)
        return response


class Box(Process):
    def __init__(self):
        super().__init__(
            self._handler,
            identifier="box",
            title="Moves a bounding box",
            inputs=[BoundingBoxInput("area", "An area", crss=["EPSG:4326"])],
            outputs=[BoundingBoxOutput("moved", "The area, moved by one", crss=["EPSG:4326"])],
            store_supported=True,
            status_supported=True,
        )

    def _handler(self, request, response):
        response.outputs["moved"].data = [float(one) + 1 for one in request.inputs["area"][0].data]
        return response


class Slow(Process):
    def __init__(self, identifier, isAsync):
        super().__init__(
            self._handler,
            identifier=identifier,
            title="Takes its time",
            inputs=[LiteralInput("seconds", "How long", data_type="float")],
            outputs=[LiteralOutput("said", "What was said", data_type="string")],
            store_supported=isAsync,
            status_supported=isAsync,
        )

    def _handler(self, request, response):
        with open(os.path.join(directory, "executes.log"), "a") as log:
            log.write(f"{self.identifier}\n")
        seconds = request.inputs["seconds"][0].data
        for tenth in range(10):
            response.update_status("Working", tenth * 10)
            time.sleep(seconds / 10)
        response.outputs["said"].data = "at last"
        return response


class Failing(Process):
    def __init__(self):
        super().__init__(
            self._handler,
            identifier="failing",
            title="Fails",
            inputs=[],
            outputs=[LiteralOutput("said", "Nothing", data_type="string")],
            store_supported=True,
            status_supported=True,
        )

    def _handler(self, request, response):
        raise ProcessError("no luck today")


configuration.load_configuration()
for section, name, value in [
    ("server", "url", f"{base}/wps"),
    ("server", "outputurl", f"{base}/outputs"),
    ("server", "outputpath", outputs),
    ("server", "workdir", directory),
    ("server", "maxprocesses", "20"),
    ("server", "parallelprocesses", "4"),
    ("server", "language", "en-US,fr-CA"),
    ("logging", "database", f"sqlite:///{directory}/log.sqlite"),
    ("logging", "file", f"{directory}/pywps.log"),
]:
    configuration.CONFIG.set(section, name, value)

service = Service([Literals(), Complex(), Box(), Slow("slow", True), Slow("slow-sync", False), Failing()])


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path.startswith("/outputs/"):
        file = os.path.realpath(os.path.join(outputs, path[len("/outputs/"):]))
        if not file.startswith(os.path.realpath(outputs)) or not os.path.isfile(file):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"nothing here"]
        with open(file, "rb") as opened:
            body = opened.read()
        type = "text/xml" if file.endswith(".xml") else "application/octet-stream"
        start_response("200 OK", [("Content-Type", type), ("Content-Length", str(len(body)))])
        return [body]
    return service(environ, start_response)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    make_server("127.0.0.1", port, application, Server, Quiet).serve_forever()
