ALTER TABLE `jobs` ADD `resume_from` text;--> statement-breakpoint
CREATE INDEX `executions_of_job` ON `executions` (`job_id`);