cwlVersion: v1.2
class: CommandLineTool
id: contours
label: Draw contour lines
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
# RFC 7946 wants longitude and latitude: GDAL projects the lines.
baseCommand: [gdal_contour, -a, elevation, -f, GeoJSON, -lco, RFC7946=YES]
arguments:
  - position: 2
    valueFrom: contours.geojson
inputs:
  elevation:
    type: File
    inputBinding:
      position: 1
  interval:
    type: float
    inputBinding:
      prefix: -i
outputs:
  contours:
    type: File
    format: iana:application/geo+json
    outputBinding:
      glob: contours.geojson
