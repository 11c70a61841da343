cwlVersion: v1.2
class: CommandLineTool
id: index
label: Compute a normalised difference
baseCommand: node
inputs:
  script:
    type: File
    default: { class: File, location: index.mjs }
    inputBinding: { position: 1 }
  scene:
    type: Directory
    inputBinding: { position: 2 }
  nir:
    type: string
    inputBinding: { position: 3 }
  red:
    type: string
    inputBinding: { position: 4 }
outputs:
  raster:
    type: File
    outputBinding: { glob: ndvi.tif }
  statistics:
    type: File
    outputBinding: { glob: statistics.json }
  source:
    type: File
    outputBinding: { glob: source.json }
