import { expect, test } from "bun:test";
import { formatMediaType } from "../../../src/cwl/values/formats.ts";

test.each([
  ["http://edamontology.org/format_3752", "text/csv"],
  ["http://edamontology.org/format_3464", "application/json"],
  ["http://edamontology.org/format_3650", "application/netcdf"],
  ["http://edamontology.org/format_0000", undefined],
  ["https://www.iana.org/assignments/media-types/image/tiff;application=geotiff", "image/tiff; application=geotiff"],
  ["text/csv", "text/csv"],
  ["constructor", undefined],
])("the format %s stands for the media type %p", (format, mediaType) => {
  expect(formatMediaType(format)).toBe(mediaType);
});
