CREATE TABLE `job_columns` (
	`id` integer PRIMARY KEY NOT NULL,
	`cells` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_gone` (
	`number` integer PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_groups` (
	`number` integer PRIMARY KEY NOT NULL,
	`least_created` integer NOT NULL,
	`most_created` integer NOT NULL,
	`least_finished` integer NOT NULL,
	`most_finished` integer NOT NULL,
	`least_duration` integer NOT NULL,
	`most_duration` integer NOT NULL,
	`duration_classes` integer NOT NULL,
	`is_settled` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `job_groups_unsettled` ON `job_groups` (`number`) WHERE is_settled = 0;--> statement-breakpoint
CREATE TABLE `job_sets` (
	`term` text NOT NULL,
	`block` integer NOT NULL,
	`numbers` blob NOT NULL,
	PRIMARY KEY(`term`, `block`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `job_sets_of_block` ON `job_sets` (`block`);--> statement-breakpoint
CREATE TABLE `job_values` (
	`id` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_values_value` ON `job_values` (`kind`,`value`);--> statement-breakpoint
DROP TABLE `job_index`;--> statement-breakpoint
CREATE INDEX `idempotency_keys_of_job` ON `idempotency_keys` (`job_id`);--> statement-breakpoint
CREATE INDEX `vault_uses_of_job` ON `vault_uses` (`job_id`);--> statement-breakpoint
DROP TABLE `job_texts`;--> statement-breakpoint
CREATE VIRTUAL TABLE `job_texts` USING fts5(`words`, content='', contentless_delete=1, detail='none', tokenize='ascii');--> statement-breakpoint
UPDATE `jobs` SET `is_indexed` = 0 WHERE `is_indexed` = 1;--> statement-breakpoint
CREATE TRIGGER `jobs_leave_index` AFTER UPDATE OF `is_indexed` ON `jobs` WHEN old.is_indexed = 1 AND new.is_indexed = 0 BEGIN
	INSERT OR IGNORE INTO job_gone (number) VALUES (old.number);
END;--> statement-breakpoint
CREATE TRIGGER `removed_jobs_leave_index` AFTER DELETE ON `jobs` WHEN old.is_indexed = 1 BEGIN
	INSERT OR IGNORE INTO job_gone (number) VALUES (old.number);
END;
