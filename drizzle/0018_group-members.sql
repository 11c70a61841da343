CREATE TABLE `group_members` (
	`user` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`user`, `name`)
);
--> statement-breakpoint
CREATE INDEX `group_members_name` ON `group_members` (`name`,`user`);