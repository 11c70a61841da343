CREATE TABLE `notices` (
	`user` text PRIMARY KEY NOT NULL,
	`sealed_notices` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `runs_by_hour` (
	`hour` integer NOT NULL,
	`user` text NOT NULL,
	`jobs` integer NOT NULL,
	`failed` integer NOT NULL,
	`milliseconds` integer NOT NULL,
	PRIMARY KEY(`hour`, `user`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `runs_by_hour` SELECT `finished_at` / 3600000, coalesce(`user`, ''), count(*), sum(`status` = 'failed'), sum(coalesce(`finished_at` - `started_at`, 0))
	FROM `jobs` WHERE `finished_at` IS NOT NULL AND `hidden` < 2 GROUP BY 1, 2;--> statement-breakpoint
CREATE TRIGGER `inserted_runs_are_added` AFTER INSERT ON `jobs` WHEN new.finished_at IS NOT NULL AND new.hidden < 2 BEGIN
	INSERT INTO runs_by_hour (hour, user, jobs, failed, milliseconds)
		VALUES (new.finished_at / 3600000, coalesce(new.user, ''), 1, new.status = 'failed', coalesce(new.finished_at - new.started_at, 0))
		ON CONFLICT (hour, user) DO UPDATE SET jobs = jobs + 1, failed = failed + excluded.failed, milliseconds = milliseconds + excluded.milliseconds;
END;--> statement-breakpoint
CREATE TRIGGER `earlier_runs_are_subtracted` BEFORE UPDATE OF `status`, `started_at`, `finished_at`, `hidden` ON `jobs` WHEN old.finished_at IS NOT NULL AND old.hidden < 2 BEGIN
	UPDATE runs_by_hour SET jobs = jobs - 1, failed = failed - (old.status = 'failed'), milliseconds = milliseconds - coalesce(old.finished_at - old.started_at, 0)
		WHERE hour = old.finished_at / 3600000 AND user = coalesce(old.user, '');
END;--> statement-breakpoint
CREATE TRIGGER `runs_are_added` AFTER UPDATE OF `status`, `started_at`, `finished_at`, `hidden` ON `jobs` WHEN new.finished_at IS NOT NULL AND new.hidden < 2 BEGIN
	INSERT INTO runs_by_hour (hour, user, jobs, failed, milliseconds)
		VALUES (new.finished_at / 3600000, coalesce(new.user, ''), 1, new.status = 'failed', coalesce(new.finished_at - new.started_at, 0))
		ON CONFLICT (hour, user) DO UPDATE SET jobs = jobs + 1, failed = failed + excluded.failed, milliseconds = milliseconds + excluded.milliseconds;
END;--> statement-breakpoint
CREATE TRIGGER `removed_runs_are_subtracted` AFTER DELETE ON `jobs` WHEN old.finished_at IS NOT NULL AND old.hidden < 2 BEGIN
	UPDATE runs_by_hour SET jobs = jobs - 1, failed = failed - (old.status = 'failed'), milliseconds = milliseconds - coalesce(old.finished_at - old.started_at, 0)
		WHERE hour = old.finished_at / 3600000 AND user = coalesce(old.user, '');
	DELETE FROM runs_by_hour WHERE hour = old.finished_at / 3600000 AND user = coalesce(old.user, '') AND jobs = 0;
END;
