import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../../src/domain/values/json.ts";
import { type Offers, type OutputChoice, outputsOf, writeExtras } from "../../../src/pages/form/extras.ts";
import { ExtrasView } from "../../../src/pages/form/extras-view.tsx";
import { readForm } from "../../../src/pages/form/read-form.ts";
import { plainForm } from "../../../src/pages/form/state.ts";

const outputs: readonly OutputChoice[] = outputsOf({
  outputs: {
    map: {
      schema: { oneOf: [{ contentMediaType: "image/png" }, { contentMediaType: "image/tiff" }] },
      title: "A <map>",
    },
    "a/b": { schema: { type: "number" } },
  },
  outputTransmission: ["value", "reference"],
});

const all: Offers = { outputs, mayWait: true, maxPriority: 5, mayPin: true, sendsMail: true };

const requests: readonly JsonObject[] = [
  {},
  { title: "Kiel", tags: ["a", "b"] },
  { outputs: { map: { mediaType: "image/tiff" } } },
  { outputs: { map: {}, "a/b": {} } },
  { outputs: { map: { transmissionMode: "value" } } },
  { outputs: { map: { mediaType: "image/png", transmissionMode: "reference" }, "a/b": {} } },
  { outputs: { map: { transmissionMode: "elsewhere" } } },
  { outputs: {} },
  { mode: "sync", heddle: { priority: -3, pinned: true } },
  { subscriber: { successEmail: "ada@b.example", failedUri: "https://b.example/?of=ada@b.example" } },
  { subscriber: { failedEmail: "ada@b.example", inProgressEmail: "bo.b+c@b.example" } },
  {
    notification_email: "a@b.example",
    subscriber: { successUri: "https://a.example/", failedUri: "https://b.example/" },
  },
];

describe("what a form says besides the inputs", () => {
  test.each(requests.map((request) => [JSON.stringify(request), request] as const))(
    "writes and reads %s",
    (_, request) => {
      const read = readForm([], writeExtras(request, outputs), outputs);
      expect(read.faults).toEqual([]);
      expect(read.request).toEqual({ inputs: {}, ...request });
    },
  );

  test("names the field of each fault that the service may find", () => {
    const values = writeExtras({ outputs: { map: { mediaType: "image/tiff" } }, title: "x" }, outputs);
    const { places } = readForm([], values, outputs);
    expect(
      [
        "/title",
        "/mode",
        "/outputs/map/mediaType",
        "/outputs/map/transmissionMode",
        "/heddle/priority",
        "/subscriber/failedUri",
        "/subscriber/inProgressEmail",
      ].map((at) => places.get(at)),
    ).toEqual(["~title", "~mode", "~type/map", "~by/map", "~priority", "~failed", "~progress"]);
  });

  test("a media type of an output that was not ticked asks for all outputs, when none was ticked", () => {
    const { request } = readForm([], new Map([["~type/map", ["image/png"]]]), outputs);
    expect(request.outputs).toEqual({ map: { mediaType: "image/png" }, "a/b": {} });
  });

  test("a choice of ways is offered where the process has several", () => {
    const drawn = (ways: readonly string[]) => {
      const offered = outputs.map((output) => ({ ...output, transmissions: ways }));
      return String(
        ExtrasView({
          state: plainForm([], new Map([["~by/map", ["reference"]]])),
          offers: { ...all, outputs: offered },
        }),
      );
    };
    expect(drawn(["value", "reference"])).toContain('<option value="reference" selected');
    expect(drawn(["value"])).not.toContain("How results hold");
  });

  test("offers only what can be done", () => {
    const draw = (offers: Offers) => String(ExtrasView({ state: plainForm([], new Map()), offers }));
    const most = draw(all);
    for (const name of [
      "~title",
      "~tags",
      "~output",
      "~type/map",
      "~mode",
      "~priority",
      "~pinned",
      "~mail",
      "~success",
    ]) {
      expect(most).toContain(`name="${name}"`);
    }
    expect(most).toContain("A &lt;map&gt;");
    expect(most).toContain('max="5"');
    expect(most).toContain('<details class="extras">');
    const least = draw({ outputs: [], mayWait: false, maxPriority: 0, mayPin: false, sendsMail: false });
    for (const name of ["~mode", "~pinned", "~mail", "~output"]) expect(least).not.toContain(`name="${name}"`);
  });

  test("says which addresses are taken, what they are sent, and whether mails can be", () => {
    const drawn = (sendsMail: boolean) =>
      String(ExtrasView({ state: plainForm([], new Map()), offers: { ...all, sendsMail } }));
    expect(drawn(false)).toContain(
      "A web address (http or https): it is sent the results when the job was successful; this service sends no mail",
    );
    expect(drawn(false)).toContain('<input id="~success" type="url"');
    expect(drawn(true)).toContain(
      "A web address (http or https) or a mail address: it is sent the status when the job failed or was dismissed; to a mail address goes a short mail",
    );
    const [, pattern = ""] = /<input id="~failed"[^>]* pattern="([^"]+)"/.exec(drawn(true)) ?? [];
    const taken = new RegExp(`^(?:${pattern})$`, "v");
    for (const text of ["ada@b.example", "https://b.example/x", " http://b.example:8080/?a=b@c "]) {
      expect([text, taken.test(text)]).toEqual([text, true]);
    }
    for (const text of ["ada", "b.example", "ftp://b.example/", "ada @b.example"]) {
      expect([text, taken.test(text)]).toEqual([text, false]);
    }
  });

  test("is open where something was filled in or is wrong", () => {
    const filled = plainForm([], writeExtras({ title: "x" }, outputs));
    const wrong = { ...plainForm([], new Map()), faults: new Map([["~priority", ["found 9"]]]) };
    for (const state of [filled, wrong]) {
      expect(String(ExtrasView({ state, offers: all }))).toContain('<details class="extras" open="">');
    }
    expect(String(ExtrasView({ state: wrong, offers: all }))).toContain('<span class="fault">found 9</span>');
  });
});
