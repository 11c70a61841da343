ALTER TABLE `jobs` ADD `kept_at` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `kept_by` text;--> statement-breakpoint
-- Those whose requests asked for it are kept already.
UPDATE `jobs` SET `kept_at` = `created_at`, `kept_by` = `user` WHERE `hidden` = 0 AND `request` ->> '$.run.isPinned' = 1;
