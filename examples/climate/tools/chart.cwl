cwlVersion: v1.2
class: CommandLineTool
id: chart
label: Draw the months
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: chart.awk
        entry:
          $include: chart.awk
  EnvVarRequirement:
    envDef:
      TITLE: $(inputs.title)
baseCommand: [awk, -f, chart.awk]
arguments:
  - prefix: -v
    valueFrom: pause=$(inputs.pause_seconds)
inputs:
  months:
    type: File
    inputBinding:
      position: 1
  title: string
  pause_seconds:
    type: int
    default: 0
stdout: chart.svg
outputs:
  chart:
    type: stdout
    format: iana:image/svg+xml
