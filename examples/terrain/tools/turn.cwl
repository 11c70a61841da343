cwlVersion: v1.2
class: CommandLineTool
id: turn
label: Turn the grid so that north is up
requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: turn.awk
        entry:
          $include: turn.awk
baseCommand: [awk, -f, turn.awk]
arguments:
  - prefix: -v
    valueFrom: west=$(inputs.west)
  - prefix: -v
    valueFrom: south=$(inputs.south)
  - prefix: -v
    valueFrom: cell_size=$(inputs.cell_size)
inputs:
  grid:
    type: File
    inputBinding:
      position: 1
  west: double
  south: double
  cell_size: double
stdout: elevation.asc
outputs:
  ascii_grid:
    type: stdout
