CREATE TABLE `job_index` (
	`number` integer PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`status` text NOT NULL,
	`duration` integer,
	`duration_class` integer,
	`process_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `job_index_finished` ON `job_index` (`finished_at`);--> statement-breakpoint
CREATE INDEX `job_index_status` ON `job_index` (`status`);--> statement-breakpoint
CREATE INDEX `job_index_process` ON `job_index` (`process_id`);--> statement-breakpoint
CREATE INDEX `job_index_provider` ON `job_index` (`provider_id`);--> statement-breakpoint
CREATE INDEX `job_index_user` ON `job_index` (`user`);--> statement-breakpoint
CREATE INDEX `job_index_created` ON `job_index` (`created_at`);--> statement-breakpoint
CREATE INDEX `job_index_user_created` ON `job_index` (`user`,`created_at`);--> statement-breakpoint
CREATE INDEX `job_index_duration` ON `job_index` (`duration_class`,`number`,`duration`);--> statement-breakpoint
CREATE INDEX `job_index_user_duration` ON `job_index` (`user`,`duration_class`,`number`,`duration`);--> statement-breakpoint
CREATE TABLE `__new_jobs` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`process_id` text NOT NULL,
	`process_revision` text NOT NULL,
	`provider_id` text,
	`is_remote` integer DEFAULT false NOT NULL,
	`remote_job_id` text,
	`status` text NOT NULL,
	`is_sync` integer NOT NULL,
	`user` text,
	`tags` text NOT NULL,
	`language` text,
	`request` text NOT NULL,
	`priority` integer NOT NULL,
	`attempt` integer NOT NULL,
	`fence` integer NOT NULL,
	`execution_id` text,
	`move_id` text,
	`progress` integer NOT NULL,
	`stage` text,
	`message` text NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`updated_at` integer NOT NULL,
	`failure` text,
	`wps_id` text,
	`resume_from` text,
	`early_crashes` integer NOT NULL,
	`is_indexed` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_jobs`("id", "process_id", "process_revision", "provider_id", "is_remote", "remote_job_id", "status", "is_sync", "user", "tags", "language", "request", "priority", "attempt", "fence", "execution_id", "move_id", "progress", "stage", "message", "created_at", "started_at", "finished_at", "updated_at", "failure", "wps_id", "resume_from", "early_crashes") SELECT "id", "process_id", "process_revision", "provider_id", "is_remote", "remote_job_id", "status", "is_sync", "user", "tags", "language", "request", "priority", "attempt", "fence", "execution_id", "move_id", "progress", "stage", "message", "created_at", "started_at", "finished_at", "updated_at", "failure", "wps_id", "resume_from", "early_crashes" FROM `jobs` ORDER BY `created_at`, `id`;--> statement-breakpoint
DROP TABLE `jobs`;--> statement-breakpoint
ALTER TABLE `__new_jobs` RENAME TO `jobs`;--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id` ON `jobs` (`id`);--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` ("priority" desc,`created_at`,`id`) WHERE status = 'accepted';--> statement-breakpoint
CREATE INDEX `jobs_not_indexed` ON `jobs` (`finished_at`,`status`,`process_id`,`user`,`provider_id`,`created_at`,`started_at`) WHERE is_indexed = 0;