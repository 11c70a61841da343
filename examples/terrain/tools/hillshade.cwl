cwlVersion: v1.2
class: CommandLineTool
id: hillshade
label: Shade the terrain
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
baseCommand: [gdaldem, hillshade, -compute_edges, -of, COG, -co, COMPRESS=DEFLATE]
arguments:
  - position: 2
    valueFrom: hillshade.tif
inputs:
  elevation:
    type: File
    inputBinding:
      position: 1
  azimuth:
    type: float
    inputBinding:
      prefix: -az
  altitude:
    type: float
    inputBinding:
      prefix: -alt
outputs:
  hillshade:
    type: File
    format: iana:image/tiff;application=geotiff;profile=cloud-optimized
    outputBinding:
      glob: hillshade.tif
