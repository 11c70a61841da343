CREATE TABLE `removals` (
	`id` text PRIMARY KEY NOT NULL
);
