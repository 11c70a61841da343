#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: Workflow
id: terrain
label: Terrain of an elevation grid
doc: |
  Takes a grid of elevations and derives what maps of a terrain are made of: the elevation model, its hillshade and its
  slopes as Cloud Optimized GeoTIFF, and contour lines as GeoJSON. Needs GDAL, as a container image or on the machine.
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
  s: https://schema.org/
s:softwareVersion: 1.0.0
s:license: https://spdx.org/licenses/Apache-2.0
s:keywords: [terrain, elevation, hillshade, slope, contours, GDAL]

requirements:
  ScatterFeatureRequirement: {}
hints:
  DockerRequirement:
    dockerPull: ghcr.io/osgeo/gdal:ubuntu-small-3.6.4

inputs:
  grid:
    type: File
    format: iana:application/json
    label: Elevation grid
    doc: |
      JSON with width, height and values (metres). A row runs from south to north; the rows follow each other from east
      to west.
  west:
    type: double
    default: 2667400
    label: Western edge
    doc: Of the grid's cells, in the units of the coordinate system.
  south:
    type: double
    default: 6478700
    label: Southern edge
    doc: Of the grid's cells, in the units of the coordinate system.
  cell_size:
    type: double
    default: 10
    label: Cell size
    doc: Width and height of a cell, in the units of the coordinate system.
  crs:
    type: string
    default: EPSG:27200
    label: Coordinate system
    doc: A projected one, in metres; the default is the New Zealand Map Grid.
  azimuth:
    type: float
    default: 315
    label: Azimuth of the sun
    doc: In degrees, clockwise from north.
  altitude:
    type: float
    default: 45
    label: Altitude of the sun
    doc: In degrees above the horizon.
  slope_units:
    type:
      type: array
      items:
        type: enum
        symbols: [degree, percent]
    default: [degree, percent]
    label: Units of slopes
    doc: A raster of slopes is made for each of them.
  contour_interval:
    type: float
    default: 10
    label: Contour interval
    doc: Metres between two contour lines.

steps:
  turn:
    run: tools/turn.cwl
    in:
      grid: grid
      west: west
      south: south
      cell_size: cell_size
    out: [ascii_grid]
  elevation:
    run: tools/elevation.cwl
    in:
      ascii_grid: turn/ascii_grid
      crs: crs
    out: [elevation]
  hillshade:
    run: tools/hillshade.cwl
    in:
      elevation: elevation/elevation
      azimuth: azimuth
      altitude: altitude
    out: [hillshade]
  slope:
    run: tools/slope.cwl
    scatter: unit
    in:
      elevation: elevation/elevation
      unit: slope_units
    out: [slope]
  contours:
    run: tools/contours.cwl
    in:
      elevation: elevation/elevation
      interval: contour_interval
    out: [contours]

outputs:
  elevation:
    type: File
    format: iana:image/tiff;application=geotiff;profile=cloud-optimized
    label: Elevation model
    doc: Metres above sea level.
    outputSource: elevation/elevation
  hillshade:
    type: File
    format: iana:image/tiff;application=geotiff;profile=cloud-optimized
    label: Hillshade
    doc: From 1 (dark) to 255 (bright).
    outputSource: hillshade/hillshade
  slope:
    type: File[]
    format: iana:image/tiff;application=geotiff;profile=cloud-optimized
    label: Slopes
    doc: One raster for each unit that was asked for, in that order.
    outputSource: slope/slope
  contours:
    type: File
    format: iana:application/geo+json
    label: Contours
    doc: Lines of equal elevation in longitude and latitude, each with its elevation in metres.
    outputSource: contours/contours
