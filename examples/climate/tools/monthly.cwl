cwlVersion: v1.2
class: CommandLineTool
id: monthly
label: Summarise each month
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: monthly.awk
        entry:
          $include: monthly.awk
baseCommand: [awk, -f, monthly.awk]
arguments:
  - prefix: -v
    valueFrom: pause=$(inputs.pause_seconds)
  - prefix: -v
    valueFrom: wet=$(inputs.wet_day_mm)
inputs:
  table:
    type: File
    inputBinding:
      position: 1
  wet_day_mm:
    type: float
    default: 1.0
  pause_seconds:
    type: int
    default: 0
stdout: monthly.csv
outputs:
  months:
    type: stdout
    format: iana:text/csv
