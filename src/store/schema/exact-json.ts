import { customType } from "drizzle-orm/sqlite-core";
import { type Json, parseExact } from "../../domain/values/json.ts";

/** A column of JSON text in which numbers keep their digits: values of inputs and outputs stand in it. */
export const exactJson = customType<{ data: unknown; driverData: string }>({
  dataType: () => "text",
  fromDriver: (text): Json => parseExact(text),
  toDriver: (value) => JSON.stringify(value),
});
