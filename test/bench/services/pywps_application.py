# A WPS of PyWPS with an echo, as a WSGI application. Its files lie in $DIRECTORY, it is reached at $URL.
import os

from pywps import LiteralInput, LiteralOutput, Process, Service, configuration

directory = os.environ["DIRECTORY"]


class Echo(Process):
    def __init__(self):
        super().__init__(
            self._handler,
            identifier="echo",
            title="Says what it is told",
            inputs=[LiteralInput("text", "A text", data_type="string")],
            outputs=[LiteralOutput("said", "The text", data_type="string")],
            store_supported=True,
            status_supported=True,
        )

    def _handler(self, request, response):
        response.outputs["said"].data = request.inputs["text"][0].data
        return response


configuration.load_configuration()
for section, name, value in [
    ("server", "url", os.environ["URL"]),
    ("server", "outputurl", f"file://{directory}"),
    ("server", "outputpath", directory),
    ("server", "workdir", directory),
    ("server", "maxprocesses", "10000"),
    ("server", "parallelprocesses", "8"),
    ("logging", "level", "ERROR"),
    ("logging", "file", ""),
    ("logging", "database", f"sqlite:///{directory}/pywps.db"),
]:
    configuration.CONFIG.set(section, name, value)
application = Service([Echo()])
