import { describe, expect, test } from "bun:test";
import { timeText } from "../../../src/pages/shared/words.ts";

describe("timeText()", () => {
  test("writes an instant in UTC, or in the zone of its reader, in one form", () => {
    const at = "2026-11-29T13:05:53.123Z";
    expect(timeText(at)).toBe("2026-11-29 13:05:53 UTC");
    expect(timeText(at, 60)).toBe("2026-11-29 14:05:53 UTC+1");
    expect(timeText(at, -300)).toBe("2026-11-29 08:05:53 UTC−5");
    expect(timeText(at, 330)).toBe("2026-11-29 18:35:53 UTC+5:30");
    expect(timeText("2026-12-31T23:30:00Z", 345)).toBe("2027-01-01 05:15:00 UTC+5:45");
    expect(timeText("2026-01-01T00:30:00Z", -210)).toBe("2025-12-31 21:00:00 UTC−3:30");
    expect(timeText("2026-11-29T14:05:53+01:00")).toBe("2026-11-29 13:05:53 UTC");
  });

  test("tells minutes or milliseconds where that is wanted", () => {
    const at = "2026-11-29T13:05:53.123Z";
    expect(timeText(at, 0, "minutes")).toBe("2026-11-29 13:05 UTC");
    expect(timeText(at, 330, "minutes")).toBe("2026-11-29 18:35 UTC+5:30");
    expect(timeText(at, 0, "milliseconds")).toBe("2026-11-29 13:05:53.123 UTC");
    expect(timeText("2026-11-29T13:05:53Z", 0, "milliseconds")).toBe("2026-11-29 13:05:53.000 UTC");
  });

  test("leaves as it is what is no instant", () => {
    expect(timeText("soon")).toBe("soon");
  });
});
