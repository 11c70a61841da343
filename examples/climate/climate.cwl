#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: Workflow
id: climate
label: Climate of a weather station
doc: |
  Takes the daily weather observations of one station and tells its climate: a table of months, a chart,
  a summary as JSON, and one line that says it all. Needs nothing but sh and awk.
$namespaces:
  iana: https://www.iana.org/assignments/media-types/
  s: https://schema.org/
s:softwareVersion: 1.0.0
s:license: https://spdx.org/licenses/Apache-2.0
s:keywords: [climate, weather, precipitation, temperature]

requirements:
  StepInputExpressionRequirement: {}

inputs:
  observations:
    type: File
    format: iana:text/csv
    label: Daily observations
    doc: CSV with the columns date, precipitation (mm), temp_max, temp_min (°C), wind (m/s) and weather, in any order.
  station:
    type: string
    default: Seattle
    label: Name of the station
    doc: Stands in the chart and in the summary.
  wet_day_mm:
    type: float
    default: 1.0
    label: Wet day
    doc: A day with at least this much precipitation, in millimetres, is a wet day.
  pause_seconds:
    type: int
    default: 0
    label: Pause
    doc: Seconds to wait at each stage of each step, so that one can watch a run. 0 does not wait.

steps:
  clean:
    run: tools/clean.cwl
    in:
      observations: observations
      pause_seconds: pause_seconds
    out: [table, report]
  monthly:
    run: tools/monthly.cwl
    in:
      table: clean/table
      wet_day_mm: wet_day_mm
      pause_seconds: pause_seconds
    out: [months]
  chart:
    run: tools/chart.cwl
    in:
      months: monthly/months
      title:
        source: station
        valueFrom: Climate of $(self)
      pause_seconds: pause_seconds
    out: [chart]
  summarise:
    run: tools/summarise.cwl
    in:
      table: clean/table
      station: station
      wet_day_mm: wet_day_mm
      pause_seconds: pause_seconds
    out: [summary, headline]

outputs:
  monthly:
    type: File
    format: iana:text/csv
    label: Months
    doc: One row a month.
    outputSource: monthly/months
  chart:
    type: File
    format: iana:image/svg+xml
    label: Chart
    doc: Precipitation as bars and temperatures as lines, one month after the other.
    outputSource: chart/chart
  summary:
    type: File
    format: iana:application/json
    label: Summary
    doc: Means, extremes and counts of the whole period.
    outputSource: summarise/summary
  report:
    type: File
    format: iana:text/plain
    label: Report of the cleaning
    doc: How many rows were read, kept and dropped, and why.
    outputSource: clean/report
  headline:
    type: string
    label: Headline
    doc: The summary in one line.
    outputSource: summarise/headline
