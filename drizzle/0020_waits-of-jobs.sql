ALTER TABLE `jobs` ADD `waited_milliseconds` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `dismissed_by` text;