import { defined } from "../../../domain/defined.ts";
import { isList } from "../../../domain/values/json.ts";
import type { CommandLineBinding, CommandLineTool, ExpressionTool, Operation } from "../schema.ts";
import {
  type Field,
  fault,
  isPresent,
  items,
  member,
  oneOrMore,
  refuseUnknownMembers,
  stringList,
  unexpected,
} from "./field.ts";
import { asExpression, type LoadContext, optionalExpression } from "./load-context.ts";
import { loadInputs, loadToolOutputs } from "./load-parameters.ts";
import { processFields, processMembers } from "./load-process.ts";
import { loadBinding } from "./load-types.ts";

const toolMembers = [
  ...processMembers,
  "baseCommand",
  "arguments",
  "stdin",
  "stdout",
  "stderr",
  "successCodes",
  "temporaryFailCodes",
  "permanentFailCodes",
];

/** Reads an ExpressionTool. */
export function loadExpressionTool(context: LoadContext, id: string, field: Field): ExpressionTool {
  refuseUnknownMembers(field, [...processMembers, "expression"]);
  return {
    kind: "expression",
    ...processFields(context, id, field),
    inputs: loadInputs(context, field),
    outputs: loadToolOutputs(context, field),
    expression: asExpression(context, member(field, "expression"), "an expression") ?? "",
  };
}

/** Reads an Operation. */
export function loadOperation(context: LoadContext, id: string, field: Field): Operation {
  refuseUnknownMembers(field, processMembers);
  return {
    kind: "operation",
    ...processFields(context, id, field),
    inputs: loadInputs(context, field),
    outputs: loadToolOutputs(context, field),
  };
}

/** Reads a CommandLineTool. */
export function loadTool(context: LoadContext, id: string, field: Field): CommandLineTool {
  refuseUnknownMembers(field, toolMembers);
  const inputs = loadInputs(context, field);
  const stdin = optionalExpression(context, field, "stdin");
  const stdout = optionalExpression(context, field, "stdout");
  const stderr = optionalExpression(context, field, "stderr");
  const stdinInput = inputs.find((input) => input.isStdin);
  if (stdin !== undefined && stdinInput !== undefined) {
    fault(member(field, "stdin"), `found stdin beside input "${stdinInput.id}" of type stdin, wanted only one of them`);
  }
  const tool: CommandLineTool = {
    kind: "tool",
    ...processFields(context, id, field),
    inputs,
    outputs: loadToolOutputs(context, field),
    baseCommand: stringList(field, "baseCommand"),
    arguments: loadArguments(context, member(field, "arguments")),
    successCodes: integerList(field, "successCodes", [0]),
    temporaryFailCodes: integerList(field, "temporaryFailCodes", []),
    permanentFailCodes: integerList(field, "permanentFailCodes", []),
    ...(stdinInput === undefined ? {} : { stdin: `$(inputs['${stdinInput.id}'].path)` }),
    ...defined({ stdin, stdout, stderr }),
  };
  const said = { ...tool.hints, ...tool.requirements };
  if (
    said.remote === undefined &&
    // An image may say what runs in it.
    said.docker === undefined &&
    tool.baseCommand.length === 0 &&
    tool.arguments.length === 0 &&
    !tool.inputs.some((input) => input.inputBinding)
  ) {
    fault(field, "found neither baseCommand nor arguments nor an inputBinding, wanted a command to run");
  }
  return tool;
}

function loadArguments(context: LoadContext, field: Field): readonly CommandLineBinding[] {
  if (!isPresent(field)) return [];
  if (!isList(field.value)) {
    unexpected(field, "a list");
    return [];
  }
  return items(field).flatMap((item) => {
    if (typeof item.value !== "string") {
      if (!isPresent(member(item, "valueFrom"))) fault(item, "found an argument without valueFrom, wanted one");
      return [loadBinding(context, item)];
    }
    const valueFrom = asExpression(context, item);
    return valueFrom === undefined ? [] : [{ position: 0, separate: true, shellQuote: true, valueFrom }];
  });
}

function integerList(field: Field, name: string, fallback: readonly number[]): readonly number[] {
  const found = member(field, name);
  if (!isPresent(found)) return fallback;
  return oneOrMore(found).flatMap((item) => {
    if (typeof item.value === "number" && Number.isInteger(item.value)) return [item.value];
    unexpected(item, "an integer");
    return [];
  });
}
