# Writes a summary of all rows as JSON, and one line to headline.txt.

function tell(percent, message) {
  printf "PROGRESS %d %s\n", percent, message | "cat 1>&2"
  close("cat 1>&2")
  if (pause > 0) system("sleep " (pause + 0))
}

function quoted(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  gsub(/[\001-\037]/, " ", text)
  return "\"" text "\""
}

# Puts a name into a sorted list once.
function remember(list, count, name,    i) {
  for (i = count + 1; i > 1 && list[i - 1] > name; i--) list[i] = list[i - 1]
  list[i] = name
  return count + 1
}

function day(name, date, value, unit) {
  printf "  \"%s\": { \"date\": \"%s\", \"%s\": %.1f },\n", name, date, unit, value
}

BEGIN {
  FS = ","
  tell(20, "Looking for extremes")
}

NR == 1 { next }

{
  days++
  if (first == "" || $1 < first) first = $1
  if ($1 > last) last = $1
  mean += ($3 + $4) / 2
  rain += $2
  wind += $5
  if ($2 + 0 >= wet + 0) rainy++
  if (days == 1 || $3 + 0 > hottest) { hottest = $3 + 0; hottestDate = $1 }
  if (days == 1 || $4 + 0 < coldest) { coldest = $4 + 0; coldestDate = $1 }
  if (days == 1 || $2 + 0 > wettest) { wettest = $2 + 0; wettestDate = $1 }
  if (days == 1 || $5 + 0 > windiest) { windiest = $5 + 0; windiestDate = $1 }
  year = substr($1, 1, 4)
  if (!(year in yearDays)) years = remember(yearNames, years, year)
  yearDays[year]++
  yearRain[year] += $2
  yearMean[year] += ($3 + $4) / 2
  if (!($6 in weather)) kinds = remember(kindNames, kinds, $6)
  weather[$6]++
}

END {
  tell(70, "Writing the summary")
  station = ENVIRON["STATION"]
  print "{"
  printf "  \"station\": %s,\n", quoted(station)
  printf "  \"period\": { \"from\": \"%s\", \"to\": \"%s\", \"days\": %d },\n", first, last, days
  printf "  \"temperature_mean_celsius\": %.2f,\n", mean / days
  printf "  \"precipitation_total_mm\": %.1f,\n", rain
  printf "  \"wet_days\": %d,\n", rainy
  printf "  \"wind_mean_metres_per_second\": %.2f,\n", wind / days
  day("hottest_day", hottestDate, hottest, "celsius")
  day("coldest_day", coldestDate, coldest, "celsius")
  day("wettest_day", wettestDate, wettest, "mm")
  day("windiest_day", windiestDate, windiest, "metres_per_second")
  print "  \"years\": ["
  for (i = 1; i <= years; i++) {
    year = yearNames[i]
    printf "    { \"year\": %d, \"days\": %d, \"temperature_mean_celsius\": %.2f, \"precipitation_mm\": %.1f }%s\n", \
      year, yearDays[year], yearMean[year] / yearDays[year], yearRain[year], i < years ? "," : ""
  }
  print "  ],"
  print "  \"weather_days\": {"
  for (i = 1; i <= kinds; i++) {
    printf "    %s: %d%s\n", quoted(kindNames[i]), weather[kindNames[i]], i < kinds ? "," : ""
  }
  print "  }"
  print "}"
  printf "%s, %s to %s: %.1f °C on average, %d wet days, %.0f mm of precipitation", \
    station, first, last, mean / days, rainy, rain > "headline.txt"
}
