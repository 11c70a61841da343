cwlVersion: v1.2
class: CommandLineTool
id: summarise
label: Summarise the whole period
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: summarise.awk
        entry:
          $include: summarise.awk
  EnvVarRequirement:
    envDef:
      STATION: $(inputs.station)
baseCommand: [awk, -f, summarise.awk]
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
  station: string
  wet_day_mm:
    type: float
    default: 1.0
  pause_seconds:
    type: int
    default: 0
stdout: summary.json
outputs:
  summary:
    type: stdout
    format: iana:application/json
  headline:
    type: string
    outputBinding:
      glob: headline.txt
      loadContents: true
      outputEval: $(self[0].contents)
