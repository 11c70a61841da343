ALTER TABLE `jobs` ADD `sync_run` text;--> statement-breakpoint
CREATE INDEX `jobs_sync_runs` ON `jobs` (`sync_run`,`finished_at`) WHERE sync_run is not null and status <> 'dismissed';