import { isJsonObject, type Json, type JsonObject, pointerToken } from "../../domain/values/json.ts";
import type { Compiling } from "./check.ts";
import { type Check, type Evaluated, type Misfit, misfit, namesOf, type SchemaBudget, spend } from "./check.ts";
import { type PatternTest, patternTest } from "./pattern.ts";
import { numberOf } from "./value-keywords.ts";

type ObjectCheck = (value: JsonObject, budget: SchemaBudget, seen: Evaluated | undefined) => Misfit | undefined;

/** Builds the checks of the keywords that look at the members of an object (2020-12, 10.3.2; validation, 6.5). */
export function objectChecks(schema: JsonObject, compiling: Compiling): readonly Check[] {
  const { propertyNames, required } = schema;
  const checks: ObjectCheck[] = [];
  if (Array.isArray(required)) checks.push(requiredCheck(required.map(String), () => true));
  checks.push(...countChecks(schema));
  if (propertyNames !== undefined) checks.push(namesCheck(compiling.checkOf(propertyNames)));
  checks.push(...dependencyChecks(schema, compiling), ...memberChecks(schema, compiling));
  return checks.map((check) => (value, budget, seen) => (isJsonObject(value) ? check(value, budget, seen) : undefined));
}

function requiredCheck(names: readonly string[], isAsked: (value: JsonObject) => boolean): ObjectCheck {
  return (value, budget) => {
    spend(budget, Math.ceil(names.length / 16));
    const missing = isAsked(value) ? names.find((name) => !Object.hasOwn(value, name)) : undefined;
    if (missing === undefined) return undefined;
    return {
      place: `/${pointerToken(missing)}`,
      reason: `Instance does not have required property "${missing}"`,
      missing,
    };
  };
}

function countChecks(schema: JsonObject): readonly ObjectCheck[] {
  const least = numberOf(schema.minProperties);
  const most = numberOf(schema.maxProperties);
  if (least === undefined && most === undefined) return [];
  return [
    (value, budget) => {
      const count = namesOf(value, budget).length;
      if (least !== undefined && count < least) return misfit(`Instance does not have at least ${least} properties`);
      if (most !== undefined && count > most) return misfit(`Instance has more than ${most} properties`);
      return undefined;
    },
  ];
}

function namesCheck(check: Check): ObjectCheck {
  return (value, budget) => {
    const wrong = namesOf(value, budget).find((name) => check(name, budget, undefined) !== undefined);
    return wrong === undefined ? undefined : misfit(`Property name "${wrong}" does not match schema`);
  };
}

/** `dependentRequired` and `dependentSchemas`, and `dependencies`, which was both. */
function dependencyChecks(schema: JsonObject, { checkOf }: Compiling): readonly ObjectCheck[] {
  const all = [schema.dependentRequired, schema.dependentSchemas, schema.dependencies];
  return all
    .filter(isJsonObject)
    .flatMap((dependencies) => Object.entries(dependencies))
    .map(([name, wanted]): ObjectCheck => {
      const isAsked = (value: JsonObject) => Object.hasOwn(value, name);
      if (Array.isArray(wanted)) return requiredCheck(wanted.map(String), isAsked);
      const check = checkOf(wanted);
      return (value, budget, seen) => (isAsked(value) ? check(value, budget, seen) : undefined);
    });
}

/** The keywords that give each member its schemas: what none of the first two meets falls to the third. */
function memberChecks(schema: JsonObject, compiling: Compiling): readonly ObjectCheck[] {
  const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema;
  const named = new Map(isJsonObject(properties) ? Object.entries(properties).map(byName(compiling)) : []);
  const patterns = isJsonObject(patternProperties) ? Object.entries(patternProperties).map(byPattern(compiling)) : [];
  const others = additionalProperties === undefined ? undefined : compiling.checkOf(additionalProperties);
  const rest = unevaluatedProperties === undefined ? undefined : compiling.checkOf(unevaluatedProperties);
  const checks: ObjectCheck[] = [];
  if (named.size > 0 && patterns.length === 0 && others === undefined) checks.push(namedCheck(named));
  else if (named.size > 0 || patterns.length > 0 || others !== undefined) {
    checks.push((value, budget, seen) => {
      for (const name of namesOf(value, budget)) {
        const own = named.get(name);
        const matching = patterns.filter(({ fits }) => fits(name, budget)).map(({ check }) => check);
        const met = own === undefined ? matching : [own, ...matching];
        for (const check of met.length === 0 && others !== undefined ? [others] : met) {
          const found = member(value, name, check, budget);
          if (found !== undefined) return found;
          seen?.names.add(name);
        }
      }
      return undefined;
    });
  }
  if (rest !== undefined && others === undefined) checks.push(unevaluatedCheck(rest));
  return checks;
}

function byName({ checkOf }: Compiling) {
  return ([name, schema]: readonly [string, Json]) => [name, checkOf(schema)] as const;
}

function byPattern({ checkOf }: Compiling) {
  return ([pattern, schema]: readonly [string, Json]) => {
    let test: PatternTest | undefined;
    const fits = (name: string, budget: SchemaBudget) => {
      test ??= patternTest(pattern, budget);
      return test(name, budget);
    };
    return { fits, check: checkOf(schema) };
  };
}

/** Looks at the names that the schema knows: an object may have many more. */
function namedCheck(named: ReadonlyMap<string, Check>): ObjectCheck {
  return (value, budget, seen) => {
    spend(budget, Math.ceil(named.size / 16));
    for (const [name, check] of named) {
      if (!Object.hasOwn(value, name)) continue;
      const found = member(value, name, check, budget);
      if (found !== undefined) return found;
      seen?.names.add(name);
    }
    return undefined;
  };
}

function unevaluatedCheck(check: Check): ObjectCheck {
  return (value, budget, seen) => {
    for (const name of namesOf(value, budget)) {
      if (seen?.names.has(name) === true) continue;
      const found = member(value, name, check, budget);
      if (found !== undefined) return found;
      seen?.names.add(name);
    }
    return undefined;
  };
}

function member(value: JsonObject, name: string, check: Check, budget: SchemaBudget): Misfit | undefined {
  const found = check(value[name] ?? null, budget, undefined);
  return found === undefined ? undefined : { ...found, place: `/${pointerToken(name)}${found.place}` };
}
