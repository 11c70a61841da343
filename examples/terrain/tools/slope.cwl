cwlVersion: v1.2
class: CommandLineTool
id: slope
label: Measure slopes
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
requirements:
  InlineJavascriptRequirement: {}
baseCommand: [gdaldem, slope, -compute_edges, -of, COG, -co, COMPRESS=DEFLATE]
arguments:
  - valueFrom: '$(inputs.unit == "percent" ? "-p" : null)'
  - position: 2
    valueFrom: slope-$(inputs.unit).tif
inputs:
  elevation:
    type: File
    inputBinding:
      position: 1
  unit:
    type:
      type: enum
      symbols: [degree, percent]
outputs:
  slope:
    type: File
    format: iana:image/tiff;application=geotiff;profile=cloud-optimized
    outputBinding:
      glob: slope-$(inputs.unit).tif
