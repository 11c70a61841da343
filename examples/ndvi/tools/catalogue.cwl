cwlVersion: v1.2
class: CommandLineTool
id: catalogue
label: Write the catalogue
baseCommand: node
inputs:
  script:
    type: File
    default: { class: File, location: catalogue.mjs }
    inputBinding: { position: 1 }
  raster:
    type: File
    inputBinding: { position: 2 }
  statistics:
    type: File
    inputBinding: { position: 3 }
  source:
    type: File
    inputBinding: { position: 4 }
outputs:
  ndvi:
    type: Directory
    outputBinding: { glob: ndvi }
