#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: Workflow
id: ndvi
label: Vegetation index of a scene
doc: |
  Takes a satellite scene, a STAC item staged as a directory with a catalogue, and gives its normalised difference vegetation index as
  another directory with a catalogue: an application package in the form of OGC 20-089. Needs Node.js on the machine.
$namespaces:
  s: https://schema.org/
s:softwareVersion: 1.0.0
s:license: https://spdx.org/licenses/Apache-2.0
s:keywords: [vegetation, NDVI, satellite, remote sensing, Sentinel-2, STAC]

inputs:
  scene:
    type: Directory
    label: Scene
    doc: A STAC item with bands of unsigned 16-bit cells, as TIFF that is not packed.
  nir:
    type: string
    default: nir
    label: Near infrared
    doc: The key of its asset.
  red:
    type: string
    default: red
    label: Red
    doc: The key of its asset.

outputs:
  ndvi:
    type: Directory
    label: Vegetation index
    outputSource: catalogue/ndvi

steps:
  index:
    run: tools/index.cwl
    in: { scene: scene, nir: nir, red: red }
    out: [raster, statistics, source]
  catalogue:
    run: tools/catalogue.cwl
    in: { raster: index/raster, statistics: index/statistics, source: index/source }
    out: [ndvi]
