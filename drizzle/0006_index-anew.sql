ALTER TABLE `job_sets` ADD `least_duration` integer;--> statement-breakpoint
ALTER TABLE `job_sets` ADD `most_duration` integer;--> statement-breakpoint
UPDATE `jobs` SET `is_indexed` = 0 WHERE `is_indexed` = 1;--> statement-breakpoint
DELETE FROM `job_gone`;--> statement-breakpoint
DELETE FROM `job_sets`;--> statement-breakpoint
DELETE FROM `job_columns`;--> statement-breakpoint
DELETE FROM `job_groups`;--> statement-breakpoint
DELETE FROM `job_values`;--> statement-breakpoint
INSERT INTO `job_texts` (`job_texts`) VALUES ('delete-all');
