ALTER TABLE `jobs` ADD `hidden` text;--> statement-breakpoint
CREATE INDEX `jobs_hidden` ON `jobs` (`hidden`,`finished_at`) WHERE hidden is not null and status <> 'dismissed';