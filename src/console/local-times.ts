/** Shows each time of the page in the time zone and the words of its reader; the server writes it in UTC. */
for (const time of document.querySelectorAll("time")) time.textContent = new Date(time.dateTime).toLocaleString();
