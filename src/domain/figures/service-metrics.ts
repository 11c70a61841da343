import { createMetricsRegistry, type MetricsRegistry } from "./metrics.ts";

/** Bounds of what takes moments: answers, starts. In seconds. */
const shortTimes = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Bounds of what takes up to days: waits, runs, steps. In seconds. */
const longTimes = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];

/** Every family of metrics that the service tells. */
export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

/** Creates the families of metrics of a service. Those that are not counted as things happen are measured for each reader. */
export function createServiceMetrics() {
  const registry = createMetricsRegistry();
  return {
    registry,
    ...jobFamilies(registry),
    ...edgeFamilies(registry),
    ...diskFamilies(registry),
    ...programFamilies(registry),
  };
}

function jobFamilies(registry: MetricsRegistry) {
  return {
    jobs: registry.gauge({
      name: "heddle_jobs",
      help: "Jobs that have not ended, by status and process.",
      labels: ["status", "process"],
    }),
    queueDepth: registry.gauge({ name: "heddle_queue_jobs", help: "Jobs that wait, by lane.", labels: ["lane"] }),
    oldestWait: registry.gauge({
      name: "heddle_queue_oldest_wait_seconds",
      help: "How long the job waits that was accepted first, by lane; 0 where none waits.",
      labels: ["lane"],
    }),
    slots: registry.gauge({
      name: "heddle_lane_running_jobs",
      help: "Jobs that this server walks now, by lane.",
      labels: ["lane"],
    }),
    moves: registry.counter({
      name: "heddle_job_moves_total",
      help: "Moves of jobs since the start: submit, claim, succeed, fail, dismiss and others, by process.",
      labels: ["move", "process"],
    }),
    waits: registry.histogram({
      name: "heddle_job_wait_seconds",
      help: "From the acceptance of a job to its claim, by lane.",
      labels: ["lane"],
      buckets: longTimes,
    }),
    runs: registry.histogram({
      name: "heddle_job_run_seconds",
      help: "From the claim of a job to its end, by status and process.",
      labels: ["status", "process"],
      buckets: longTimes,
    }),
    taskStarts: registry.histogram({
      name: "heddle_step_start_seconds",
      help: "From handing a step's tool to the executor to its start on record, with the wait for room.",
      buckets: shortTimes,
    }),
    tasks: registry.histogram({
      name: "heddle_step_seconds",
      help: "From the start of a step's tool to its end, by outcome.",
      labels: ["outcome"],
      buckets: longTimes,
    }),
    cacheLooks: registry.counter({
      name: "heddle_cache_lookups_total",
      help: "Steps that were looked for in the cache, by outcome: hit or miss.",
      labels: ["outcome"],
    }),
  };
}

function edgeFamilies(registry: MetricsRegistry) {
  return {
    requests: registry.counter({
      name: "heddle_http_requests_total",
      help: "Requests that were answered, by method, pattern of the route and status.",
      labels: ["method", "route", "status"],
    }),
    requestTimes: registry.histogram({
      name: "heddle_http_request_duration_seconds",
      help: "From the head of a request to that of its answer, by method and pattern of the route.",
      labels: ["method", "route"],
      buckets: shortTimes,
    }),
    open: registry.gauge({
      name: "heddle_http_open",
      help: "What clients have open now: requests, streams, uploads.",
      labels: ["kind"],
    }),
    refusals: registry.counter({
      name: "heddle_http_refusals_total",
      help: "Requests that were refused for who asked, by status: 401, 403 or 429.",
      labels: ["status"],
    }),
    notifications: registry.counter({
      name: "heddle_notifications_total",
      help: "Tries to tell subscribers, by channel and outcome.",
      labels: ["channel", "outcome"],
    }),
    outbox: registry.gauge({ name: "heddle_outbox_notifications", help: "Notifications that wait to be sent." }),
    downloads: registry.counter({
      name: "heddle_downloads_total",
      help: "Files that were fetched from other servers, by outcome: done or failed.",
      labels: ["outcome"],
    }),
    downloadBytes: registry.counter({
      name: "heddle_download_bytes_total",
      help: "What was fetched from other servers as inputs.",
    }),
    remoteRequests: registry.counter({
      name: "heddle_remote_requests_total",
      help: "Requests to other servers, by the class of the status; failed where none came.",
      labels: ["status"],
    }),
  };
}

function diskFamilies(registry: MetricsRegistry) {
  return {
    disk: registry.gauge({
      name: "heddle_disk_bytes",
      help: "What areas of the data directory take of the disk, measured now and then.",
      labels: ["area"],
    }),
    diskMeasured: registry.gauge({
      name: "heddle_disk_measured_timestamp_seconds",
      help: "When the areas were measured last.",
    }),
    diskFree: registry.gauge({
      name: "heddle_disk_free_bytes",
      help: "Free space of the disk of a directory: data, outputs.",
      labels: ["directory"],
    }),
    diskMinFree: registry.gauge({
      name: "heddle_disk_min_free_bytes",
      help: "Free space below which no job is claimed.",
    }),
    databaseBytes: registry.gauge({ name: "heddle_database_bytes", help: "Size of the database file." }),
    walBytes: registry.gauge({ name: "heddle_database_wal_bytes", help: "Size of the write-ahead log." }),
    commits: registry.counter({ name: "heddle_database_commits_total", help: "Commits since the start." }),
    writes: registry.counter({
      name: "heddle_database_writes_total",
      help: "Writes since the start; one commit takes several.",
    }),
  };
}

function programFamilies(registry: MetricsRegistry) {
  return {
    loopDelay: registry.histogram({
      name: "heddle_event_loop_delay_seconds",
      help: "How late the event loop was, looked at each second.",
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    }),
    openFiles: registry.gauge({ name: "heddle_open_fds", help: "File descriptors that are open." }),
    maxFiles: registry.gauge({ name: "heddle_max_fds", help: "File descriptors that may be open." }),
    memory: registry.gauge({ name: "heddle_resident_memory_bytes", help: "Memory of the server, without its tools." }),
    heap: registry.gauge({ name: "heddle_heap_bytes", help: "Memory that JavaScript values take." }),
    processor: registry.counter({
      name: "heddle_cpu_seconds_total",
      help: "Processor time of the server, without its tools.",
    }),
    mayClaim: registry.gauge({
      name: "heddle_claims_jobs",
      help: "1 while jobs are claimed, 0 while something keeps the server from it, such as a full disk.",
    }),
    build: registry.gauge({ name: "heddle_build_info", help: "The version of the program.", labels: ["version"] }),
    execution: registry.gauge({
      name: "heddle_executor_info",
      help: "What runs tools, and how they are confined.",
      labels: ["executor", "sandbox", "cgroups"],
    }),
    started: registry.gauge({
      name: "heddle_start_time_seconds",
      help: "When the server started, in seconds since 1970.",
    }),
  };
}
