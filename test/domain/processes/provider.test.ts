import { expect, test } from "bun:test";
import * as v from "valibot";
import { authHeaders, RemoteUrlSchema } from "../../../src/domain/processes/provider.ts";

test.each([
  ["http://peer.example/wps/", "http://peer.example/wps"],
  ["https://peer.example", "https://peer.example"],
  ["http://peer.example/wps?service=WPS&request=GetCapabilities", "http://peer.example/wps"],
])("The server of %s is %s", (given, wanted) => {
  expect(v.parse(RemoteUrlSchema, given)).toBe(wanted);
});

test.each(["http://user@peer.example", "peer.example", "file:///etc", "http://", "http://peer.example/#here"])(
  "%s is no server",
  (given) => {
    expect(v.safeParse(RemoteUrlSchema, given).success).toBe(false);
  },
);

test("Credentials become one header", () => {
  expect(authHeaders({ type: "basic", username: "ada", password: "pw" })).toEqual({ authorization: "Basic YWRhOnB3" });
  expect(authHeaders({ type: "bearer", token: "t" })).toEqual({ authorization: "Bearer t" });
  expect(authHeaders({ type: "header", name: "x-key", value: "k" })).toEqual({ "x-key": "k" });
});
