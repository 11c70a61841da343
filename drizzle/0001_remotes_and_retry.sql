CREATE TABLE `job_secrets` (
	`job_id` text PRIMARY KEY NOT NULL,
	`sealed_headers` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `providers` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`type` text NOT NULL,
	`is_public` integer NOT NULL,
	`forward_headers` text NOT NULL,
	`sealed_auth` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `jobs` ADD `provider_id` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `is_remote` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `jobs` ADD `remote_job_id` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `resume_from` text;--> statement-breakpoint
CREATE INDEX `executions_of_job` ON `executions` (`job_id`);