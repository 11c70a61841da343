import { describe, expect, test } from "bun:test";
import { and, eq, sql } from "drizzle-orm";
import { jobMoves } from "../../../src/domain/jobs/job-state.ts";
import { argument, argumentsOf, build, compile, statusIn, storable } from "../../../src/store/database/statements.ts";
import { jobs } from "../../../src/store/schema/jobs.ts";
import { keys } from "../../../src/store/schema/keys.ts";

describe("compile()", () => {
  const find = compile<{ id: string; user: string | null }>()(() =>
    build
      .select({ id: keys.id })
      .from(keys)
      .where(and(sql`${keys.user} is ${argument("user")}`, eq(keys.role, "admin"), eq(keys.id, argument("id")))),
  );

  test("fills arguments in by position, constants among them", () => {
    expect(find({ id: "k", user: null })).toMatchObject({
      sql: 'select "id" from "keys" where ("keys"."user" is ? and "keys"."role" = ? and "keys"."id" = ?)',
      args: [null, "admin", "k"],
      keep: true,
    });
  });

  test("throws rather than leave an argument out", () => {
    const insert = compile<Record<string, string>>()(() => build.insert(keys).values(argumentsOf(keys)));
    expect(() => insert({ id: "k" })).toThrow("argument missing");
  });
});

test("statusIn() writes the states of a move into the text", () => {
  const find = (move: keyof typeof jobMoves) =>
    compile()(() => build.select({ id: jobs.id }).from(jobs).where(statusIn(jobs.status, jobMoves[move].from)))({}).sql;
  expect(find("claim")).toEndWith(`"jobs"."status" = 'accepted'`);
  expect(find("dismiss")).toEndWith(`"jobs"."status" in ('accepted', 'running')`);
});

test("storable() replaces what SQLite would cut or refuse", () => {
  expect(storable("a\0b\ud800c")).toBe("a\ufffdb\ufffdc");
  expect(storable("tisser é 😀")).toBe("tisser é 😀");
});
