import * as v from "valibot";
import { RunSettingsSchema } from "../../domain/jobs/run-settings.ts";
import { jobControlOptions, ProcessIdSchema, transmissionModes } from "../../domain/processes/process.ts";
import { isJsonObject, type JsonObject } from "../../domain/values/json.ts";

const texts = {
  title: v.optional(v.string("text")),
  description: v.optional(v.string("text")),
  keywords: v.optional(v.array(v.string("text"), "a list of words")),
  metadata: v.optional(v.array(v.looseObject({}), "a list of objects")),
};

const ParameterSchema = v.looseObject({
  ...texts,
  valuePassing: v.optional(v.array(v.picklist(["byValue", "byReference"], "byValue or byReference"))),
  schema: v.optional(v.custom<JsonObject>(isJsonObject, "a JSON Schema object")),
  minOccurs: v.optional(v.pipe(v.number("a number"), v.integer("a whole number"), v.minValue(0, "0 or more"))),
  maxOccurs: v.optional(
    v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal("unbounded")], "1 or more, or unbounded"),
  ),
});

const DescriptionSchema = v.looseObject({
  ...texts,
  id: v.optional(ProcessIdSchema),
  version: v.optional(v.string("text")),
  jobControlOptions: v.optional(v.array(v.picklist(jobControlOptions, `one of ${jobControlOptions.join(", ")}`))),
  outputTransmission: v.optional(v.array(v.picklist(transmissionModes, `one of ${transmissionModes.join(", ")}`))),
  visibility: v.optional(v.picklist(["public", "private"], "public or private")),
  inputs: v.optional(v.record(v.string(), ParameterSchema, "a map by input id")),
  outputs: v.optional(v.record(v.string(), ParameterSchema, "a map by output id")),
  heddle: v.optional(RunSettingsSchema),
  /** The URL of a process of another server, which is then pinned as one of this service. */
  href: v.optional(v.string("text")),
  /** Names the CWL as older servers do: `offering.content.href`. */
  owsContext: v.optional(v.looseObject({}, "an object")),
});
/** What a deployer says about a process beside its CWL. */
export type GivenDescription = v.InferOutput<typeof DescriptionSchema>;

/** What OGC 20-044 calls a package whose unit is an image (/req/ogcapppkg/profile-docker). */
export const containerProfile = "http://www.opengis.net/profiles/eoc/dockerizedApplication";

const shared = {
  executionUnit: v.optional(
    v.union(
      [v.array(v.looseObject({})), v.looseObject({})],
      "a CWL document, {value, mediaType}, {unit, type}, {href, type}, an image, or a list of them",
    ),
  ),
  deploymentProfile: v.optional(v.string("text")),
  deploymentProfileName: v.optional(v.string("text")),
  immediateDeployment: v.optional(v.literal(true, "true: a later deployment is not offered")),
};
const NestedSchema = v.strictObject({ process: DescriptionSchema }, "an object with the description as its process");

/** The body of a deployment: an OGC application package (OGC 20-044, ogcapppkg.yaml). */
export const ApplicationPackageSchema = v.strictObject({
  processDescription: v.optional(v.union([NestedSchema, DescriptionSchema], "a process description")),
  ...shared,
});
type ApplicationPackageBody = v.InferOutput<typeof ApplicationPackageSchema>;

const NestedPackageSchema = v.strictObject({ processDescription: NestedSchema, ...shared });
const PlainPackageSchema = v.strictObject({
  processDescription: v.optional(v.looseObject(DescriptionSchema.entries, "a process description")),
  ...shared,
});

/** Checks the body of a deployment, whose description stands in one of two places: each would pass for any of the other. */
export function checkPackageBody(
  body: unknown,
): v.SafeParseResult<typeof NestedPackageSchema> | v.SafeParseResult<typeof PlainPackageSchema> {
  const description = isJsonObject(body) ? body.processDescription : undefined;
  const isNestedBody = isJsonObject(description) && "process" in description;
  return isNestedBody ? v.safeParse(NestedPackageSchema, body) : v.safeParse(PlainPackageSchema, body);
}

/** Returns the description of a package, in whichever of its two places it stands. */
export function descriptionOf({ processDescription: given = {} }: ApplicationPackageBody): GivenDescription {
  return isNested(given) ? given.process : given;
}

function isNested(given: GivenDescription | { process: GivenDescription }): given is { process: GivenDescription } {
  return isJsonObject(given.process);
}
