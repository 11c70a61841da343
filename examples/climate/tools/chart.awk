# Draws months as SVG: precipitation as bars, highest and lowest temperatures as lines with the span between them filled.

function tell(percent, message) {
  printf "PROGRESS %d %s\n", percent, message | "cat 1>&2"
  close("cat 1>&2")
  if (pause > 0) system("sleep " (pause + 0))
}

function escaped(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  return text
}

# The lowest multiple of a step that is not below a value.
function above(value, step,    n) {
  n = int(value / step)
  return (n * step < value ? n + 1 : n) * step
}

function x(i) { return left + (i - 0.5) * width / count }
function yTemp(value) { return top + height * (hottest - value) / (hottest - coldest) }
function yRain(value) { return top + height - height * 0.62 * value / wettest }

function line(values, class,    i, path) {
  for (i = 1; i <= count; i++) path = path sprintf("%s%.1f %.1f", i == 1 ? "M" : " L", x(i), yTemp(values[i]))
  printf "  <path class=\"line %s\" d=\"%s\"/>\n", class, path
}

function label(xAt, yAt, class, anchor, text) {
  printf "  <text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>\n", xAt, yAt, class, anchor, text
}

BEGIN {
  FS = ","
  left = 64
  top = 96
  width = 832
  height = 336
}

NR == 1 { next }

{
  month[++count] = $1
  rain[count] = $3 + 0
  wet[count] = $4
  high[count] = $5 + 0
  low[count] = $6 + 0
  if (count == 1 || rain[count] > wettest) wettest = rain[count]
  if (count == 1 || high[count] > hottest) hottest = high[count]
  if (count == 1 || low[count] < coldest) coldest = low[count]
}

END {
  tell(30, "Drawing " count " months")
  rainStep = wettest > 120 ? 50 : (wettest > 40 ? 20 : 5)
  wettest = above(wettest > 0 ? wettest : 1, rainStep)
  hottest = above(hottest, 5)
  coldest = 0 - above(-coldest, 5)
  if (hottest == coldest) hottest += 5
  bottom = top + height

  print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 520\" width=\"960\" height=\"520\" role=\"img\" aria-labelledby=\"title description\">"
  printf "  <title id=\"title\">%s</title>\n", escaped(ENVIRON["TITLE"])
  printf "  <desc id=\"description\">Monthly precipitation and mean daily extremes of temperature, %s to %s.</desc>\n", month[1], month[count]
  print "  <style>"
  print "    text { font-family: system-ui, \"Segoe UI\", \"Helvetica Neue\", Arial, sans-serif; fill: #334155; }"
  print "    .head { font-size: 22px; font-weight: 600; fill: #0f172a; }"
  print "    .note { font-size: 13px; fill: #64748b; }"
  print "    .tick { font-size: 12px; fill: #64748b; }"
  print "    .year { font-size: 13px; font-weight: 600; }"
  print "    .grid { stroke: #e2e8f0; stroke-width: 1; }"
  print "    .split { stroke: #cbd5e1; stroke-width: 1; stroke-dasharray: 3 4; }"
  print "    .base { stroke: #94a3b8; stroke-width: 1; }"
  print "    .rain { fill: #7dd3fc; }"
  print "    .span { fill: #fb923c; fill-opacity: 0.14; }"
  print "    .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }"
  print "    .high { stroke: #ea580c; }"
  print "    .low { stroke: #2563eb; }"
  print "  </style>"
  print "  <rect width=\"960\" height=\"520\" rx=\"12\" fill=\"#ffffff\"/>"
  label(left, 42, "head", "start", escaped(ENVIRON["TITLE"]))
  label(left, 64, "note", "start", month[1] " to " month[count] ", monthly")

  for (value = coldest; value <= hottest; value += 5) {
    printf "  <line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", left, left + width, yTemp(value), yTemp(value)
    label(left - 10, yTemp(value) + 4, "tick", "end", value " °C")
  }
  for (value = 0; value <= wettest; value += rainStep) label(left + width + 10, yRain(value) + 4, "tick", "start", value)
  label(left + width + 10, yRain(wettest) - 14, "tick", "start", "mm")

  barWidth = width / count * 0.62
  for (i = 1; i <= count; i++) {
    printf "  <rect class=\"rain\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1.5\">", \
      x(i) - barWidth / 2, yRain(rain[i]), barWidth, bottom - yRain(rain[i])
    printf "<title>%s: %.1f mm on %d wet days, %.1f to %.1f °C</title></rect>\n", month[i], rain[i], wet[i], low[i], high[i]
  }

  for (i = 1; i <= count; i++) span = span sprintf("%s%.1f %.1f", i == 1 ? "M" : " L", x(i), yTemp(high[i]))
  for (i = count; i >= 1; i--) span = span sprintf(" L%.1f %.1f", x(i), yTemp(low[i]))
  printf "  <path class=\"span\" d=\"%s Z\"/>\n", span
  line(high, "high")
  line(low, "low")
  printf "  <line class=\"base\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", left, left + width, bottom, bottom

  tell(80, "Labelling")
  from = 1
  for (i = 2; i <= count + 1; i++) {
    if (i <= count && substr(month[i], 1, 4) == substr(month[from], 1, 4)) continue
    label((x(from) + x(i - 1)) / 2, bottom + 24, "year", "middle", substr(month[from], 1, 4))
    if (i <= count) {
      at = (x(i - 1) + x(i)) / 2
      printf "  <line class=\"split\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", at, at, top, bottom + 10
    }
    from = i
  }

  print "  <rect class=\"rain\" x=\"64\" y=\"480\" width=\"14\" height=\"14\" rx=\"2\"/>"
  label(86, 492, "note", "start", "Precipitation (mm, right)")
  print "  <path class=\"line high\" d=\"M272 487 h22\"/>"
  label(302, 492, "note", "start", "Mean highest temperature (°C, left)")
  print "  <path class=\"line low\" d=\"M556 487 h22\"/>"
  label(586, 492, "note", "start", "Mean lowest temperature (°C, left)")
  print "</svg>"
}
