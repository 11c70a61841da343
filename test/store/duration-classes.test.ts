import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { durationClass, durationClasses, durationClassOf } from "../../src/store/duration-classes.ts";
import { build } from "../../src/store/statements.ts";

const seconds = [
  ...Array.from({ length: 600 }, (_, at) => at),
  ...Array.from({ length: 30 }, (_, power) => [2 ** power - 1, 2 ** power, 2 ** power + 1]).flat(),
  999_999_999,
];

test("a class that the database computes is the one that a search looks for", () => {
  using database = new Database(":memory:");
  database.run("CREATE TABLE t (started_at INTEGER, finished_at INTEGER)");
  const { sql } = build.select({ class: durationClass }).from(durationClass).toSQL();
  const text = `SELECT ${sql.slice("select ".length, sql.indexOf(" from "))} AS class FROM t`;
  const query = database.query<{ class: number | null }, []>(text);
  for (const one of seconds) {
    database.run("DELETE FROM t");
    database.run("INSERT INTO t VALUES (5, ?)", [5 + one * 1000 + 999]);
    expect({ one, class: query.get()?.class }).toEqual({ one, class: durationClassOf(one) });
  }
  database.run("UPDATE t SET started_at = NULL");
  expect(query.get()?.class).toBeNull();
});

test("classes rise with the seconds, and those of a range hold all of it", () => {
  const sorted = seconds.toSorted((one, other) => one - other);
  const classes = sorted.map(durationClassOf);
  expect(classes).toEqual(classes.toSorted((one, other) => one - other));
  expect(durationClasses(3, 5)).toEqual([3, 4, 5]);
  expect(durationClasses(16, 40)).toEqual([16, 17, 18, 19, 20, 21]);
  expect(durationClasses().length).toBeLessThan(128);
});
