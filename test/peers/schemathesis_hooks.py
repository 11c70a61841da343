"""A part of an upload (tus 1.0) is sent as the bytes that it is."""

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def as_bytes(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()
