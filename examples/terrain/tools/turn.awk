# Reads a grid as JSON, {"width": ..., "height": ..., "values": [...]}, whose rows run from south to north and follow each
# other from east to west, and writes it as an ASCII grid of Esri: rows from north to south, each from west to east.

function fail(message) {
  print "turn: " message | "cat 1>&2"
  close("cat 1>&2")
  exit 2
}

function number(name) {
  if (!match(text, "\"" name "\":[0-9]+")) fail("found no \"" name "\", expected the number of cells")
  return substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
}

{ text = text $0 }

END {
  gsub(/[ \t\r]/, "", text)
  width = number("width")
  height = number("height")
  if (!match(text, /"values":\[[^]]*\]/)) fail("found no \"values\", expected a list of numbers")
  found = split(substr(text, RSTART + 10, RLENGTH - 11), values, ",")
  if (found != width * height) fail("found " found " values, expected " width " times " height)
  print "ncols", height
  print "nrows", width
  print "xllcorner", west
  print "yllcorner", south
  print "cellsize", cell_size
  for (north = width; north >= 1; north--) {
    line = ""
    for (row = height - 1; row >= 0; row--) line = line (line == "" ? "" : " ") values[row * width + north]
    print line
  }
}
