cwlVersion: v1.2
class: CommandLineTool
id: clean
label: Drop the rows that cannot be used
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: clean.awk
        entry:
          $include: clean.awk
hints:
  ResourceRequirement:
    coresMin: 1
    ramMin: 64
baseCommand: [awk, -f, clean.awk]
arguments:
  - prefix: -v
    valueFrom: pause=$(inputs.pause_seconds)
  - prefix: -v
    valueFrom: report=report.txt
inputs:
  observations:
    type: File
    inputBinding:
      position: 1
  pause_seconds:
    type: int
    default: 0
stdout: clean.csv
outputs:
  table:
    type: stdout
    format: iana:text/csv
  report:
    type: File
    format: iana:text/plain
    outputBinding:
      glob: report.txt
