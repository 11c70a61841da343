# Reads observations with named columns and writes those rows that are whole and make sense, always in the same order
# of columns. What was dropped, and why, goes to the file named by `report`.

function tell(percent, message) {
  printf "PROGRESS %d %s\n", percent, message | "cat 1>&2"
  close("cat 1>&2")
  if (pause > 0) system("sleep " (pause + 0))
}

function isNumber(text) {
  return text ~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)$/
}

function drop(reason) {
  dropped++
  if (!(reason in reasons)) order[++kinds] = reason
  reasons[reason]++
}

BEGIN {
  FS = ","
  OFS = ","
  wanted = split("date precipitation temp_max temp_min wind weather", names, " ")
  tell(10, "Reading observations")
}

{ sub(/\r$/, "") }

NR == 1 {
  for (i = 1; i <= NF; i++) column[$i] = i
  for (i = 1; i <= wanted; i++) {
    if (!(names[i] in column)) {
      print "clean: found no column \"" names[i] "\" in the first line, expected " \
        "date, precipitation, temp_max, temp_min, wind and weather" | "cat 1>&2"
      close("cat 1>&2")
      failed = 1
      exit 2
    }
  }
  columns = NF
  print "date", "precipitation", "temp_max", "temp_min", "wind", "weather"
  next
}

/^[ \t]*$/ { next }

{
  rows++
  date = $column["date"]
  rain = $column["precipitation"]
  high = $column["temp_max"]
  low = $column["temp_min"]
  wind = $column["wind"]
  if (NF != columns) drop("not " columns " fields")
  else if (date !~ /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]$/) drop("no date")
  else if (!isNumber(rain) || !isNumber(high) || !isNumber(low) || !isNumber(wind)) drop("not a number")
  else if (rain < 0 || wind < 0) drop("negative precipitation or wind")
  else if (low + 0 > high + 0) drop("lowest above highest temperature")
  else if (date in seen) drop("the same day again")
  else {
    seen[date] = 1
    kept++
    print date, rain, high, low, wind, $column["weather"]
  }
}

END {
  if (failed) exit 2
  tell(80, "Writing the report")
  printf "rows read     %d\n", rows > report
  printf "rows kept     %d\n", kept > report
  printf "rows dropped  %d\n", dropped > report
  for (i = 1; i <= kinds; i++) printf "  %-32s %d\n", order[i], reasons[order[i]] > report
  if (kept == 0) {
    print "clean: found no row that can be used" | "cat 1>&2"
    close("cat 1>&2")
    exit 3
  }
  tell(100, "Cleaned " kept " rows")
}
