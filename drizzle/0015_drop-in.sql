CREATE TABLE `process_files` (
	`path` text PRIMARY KEY NOT NULL,
	`digest` text NOT NULL,
	`process_id` text,
	`revision` text,
	`problem` text
);
