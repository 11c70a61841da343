ALTER TABLE `jobs` ADD `is_from_cache` integer;--> statement-breakpoint
-- They say the names of inputs, too, from now on: the next start writes them.
DELETE FROM `process_texts`;
