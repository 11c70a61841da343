CREATE TABLE `checkpoints` (
	`execution_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`execution_id`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `executions` (
	`id` text PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`started_at` integer NOT NULL,
	`handle` text,
	`output_plan` text,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `executions_open` ON `executions` (`started_at`,`id`) WHERE ended_at is null;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`principal` text NOT NULL,
	`process_id` text NOT NULL,
	`key` text NOT NULL,
	`body_digest` text NOT NULL,
	`job_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`principal`, `process_id`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `job_events` (
	`job_id` text NOT NULL,
	`number` integer NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`stage` text,
	`progress` integer NOT NULL,
	`message` text NOT NULL,
	`failure` text,
	PRIMARY KEY(`job_id`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`process_id` text NOT NULL,
	`process_revision` text NOT NULL,
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
	`early_crashes` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` ("priority" desc,`created_at`,`id`) WHERE status = 'accepted';--> statement-breakpoint
CREATE INDEX `jobs_newest` ON `jobs` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_newest_of_user` ON `jobs` (`user`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_newest_of_process` ON `jobs` (`process_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `keys` (
	`id` text PRIMARY KEY NOT NULL,
	`user` text NOT NULL,
	`role` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE TABLE `process_revisions` (
	`process_id` text NOT NULL,
	`revision` text NOT NULL,
	`description` text NOT NULL,
	`definition` text NOT NULL,
	`is_workflow` integer NOT NULL,
	`is_mutable` integer NOT NULL,
	`visibility` text NOT NULL,
	`file_inputs` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`process_id`, `revision`)
);
--> statement-breakpoint
CREATE TABLE `processes` (
	`id` text PRIMARY KEY NOT NULL,
	`revision` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `results` (
	`job_id` text NOT NULL,
	`position` integer NOT NULL,
	`output_id` text NOT NULL,
	`result` text NOT NULL,
	PRIMARY KEY(`job_id`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `vault_files` (
	`id` text PRIMARY KEY NOT NULL,
	`user` text,
	`token_hash` text NOT NULL,
	`name` text NOT NULL,
	`media_type` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `vault_files_expiry` ON `vault_files` (`expires_at`);--> statement-breakpoint
CREATE TABLE `vault_uses` (
	`vault_file_id` text NOT NULL,
	`job_id` text NOT NULL,
	PRIMARY KEY(`vault_file_id`, `job_id`)
) WITHOUT ROWID;
