cwlVersion: v1.2
class: CommandLineTool
id: elevation
label: Make a Cloud Optimized GeoTIFF of the grid
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
baseCommand: [gdal_translate, -of, COG, -co, COMPRESS=DEFLATE]
arguments:
  - position: 2
    valueFrom: elevation.tif
inputs:
  ascii_grid:
    type: File
    inputBinding:
      position: 1
  crs:
    type: string
    inputBinding:
      prefix: -a_srs
outputs:
  elevation:
    type: File
    format: iana:image/tiff;application=geotiff;profile=cloud-optimized
    outputBinding:
      glob: elevation.tif
