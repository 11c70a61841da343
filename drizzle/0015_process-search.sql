CREATE TABLE `process_files` (
	`path` text PRIMARY KEY NOT NULL,
	`digest` text NOT NULL,
	`process_id` text,
	`revision` text,
	`problem` text
);
--> statement-breakpoint
CREATE TABLE `process_texts` (
	`process_id` text NOT NULL,
	`revision` text NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL,
	`remote_url` text,
	PRIMARY KEY(`process_id`, `revision`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `process_texts_by_title` ON `process_texts` (`title`,`process_id`,`revision`);--> statement-breakpoint
CREATE INDEX `process_revisions_seen` ON `process_revisions` (`process_id`,`revision`,`visibility`);--> statement-breakpoint
CREATE INDEX `processes_by_update` ON `processes` (`updated_at`,`id`);