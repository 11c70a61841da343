# Writes one row a month, in the order of time.

function tell(percent, message) {
  printf "PROGRESS %d %s\n", percent, message | "cat 1>&2"
  close("cat 1>&2")
  if (pause > 0) system("sleep " (pause + 0))
}

BEGIN {
  FS = ","
  tell(20, "Gathering months")
}

NR == 1 { next }

{
  month = substr($1, 1, 7)
  if (!(month in days)) {
    # Rows come in any order; months are few, so each is put in its place at once.
    for (i = ++months; i > 1 && order[i - 1] > month; i--) order[i] = order[i - 1]
    order[i] = month
  }
  days[month]++
  rain[month] += $2
  high[month] += $3
  low[month] += $4
  wind[month] += $5
  if ($2 + 0 >= wet + 0) rainy[month]++
}

END {
  tell(70, "Writing " months " months")
  print "month,days,precipitation_mm,wet_days,temp_max_mean,temp_min_mean,wind_mean"
  for (i = 1; i <= months; i++) {
    month = order[i]
    n = days[month]
    printf "%s,%d,%.1f,%d,%.2f,%.2f,%.2f\n", month, n, rain[month], rainy[month], \
      high[month] / n, low[month] / n, wind[month] / n
  }
}
