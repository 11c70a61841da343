DROP TRIGGER `jobs_leave_index`;
--> statement-breakpoint
DROP TRIGGER `removed_jobs_leave_index`;
--> statement-breakpoint
DROP TABLE `job_texts`;
--> statement-breakpoint
DROP TABLE `job_columns`;
--> statement-breakpoint
DROP TABLE `job_gone`;
--> statement-breakpoint
DROP TABLE `job_groups`;
--> statement-breakpoint
DROP TABLE `job_sets`;
--> statement-breakpoint
DROP TABLE `job_values`;
--> statement-breakpoint
DROP INDEX `jobs_not_indexed`;
--> statement-breakpoint
ALTER TABLE `jobs` ADD `hidden` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `jobs` ADD `is_new` integer DEFAULT true NOT NULL;
--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `is_indexed`;
--> statement-breakpoint
UPDATE `jobs` SET `hidden` = 1 WHERE `status` = 'dismissed' AND `finished_at` <> `updated_at`;
--> statement-breakpoint
CREATE INDEX `jobs_new` ON `jobs` (`finished_at`,`status`,`client`,`hidden`,`process_id`,`user`,`provider_id`,`created_at`,`started_at`) WHERE is_new = 1;
--> statement-breakpoint
CREATE INDEX `jobs_ended` ON `jobs` (`hidden`,`number`,`status`,`process_id`,coalesce(`user`, ''),coalesce(`provider_id`, ''),`created_at`,`started_at`,`finished_at`) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE INDEX `jobs_of_user` ON `jobs` (`hidden`,coalesce(`user`, ''),`number`,`status`,`process_id`,coalesce(`provider_id`, ''),`created_at`,`started_at`,`finished_at`) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE INDEX `jobs_of_process` ON `jobs` (`hidden`,`process_id`) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE INDEX `jobs_of_provider` ON `jobs` (`hidden`,coalesce(`provider_id`, '')) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE INDEX `jobs_of_status` ON `jobs` (`hidden`,`status`) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE INDEX `jobs_by_end` ON `jobs` (`hidden`,`finished_at`) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE INDEX `jobs_by_duration` ON `jobs` (`hidden`,finished_at - started_at) WHERE is_new = 0 and hidden < 2;
--> statement-breakpoint
CREATE TABLE `job_spans` (
	`span` integer PRIMARY KEY NOT NULL,
	`least_created` integer NOT NULL,
	`most_created` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_tags` (
	`hidden` integer NOT NULL,
	`tag` text NOT NULL,
	`number` integer NOT NULL,
	PRIMARY KEY(`hidden`, `tag`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE VIRTUAL TABLE `job_texts` USING fts5(`words`, content='', contentless_delete=1, detail='none', tokenize='ascii');
