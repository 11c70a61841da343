import { startTimer } from "../../domain/waiting/timers.ts";

/** Lets work begin; undefined when it may begin at once. */
export type TurnGate = () => Promise<void> | undefined;

/** Makes what lets so much work begin in one turn of the program, and the rest in the turns after it, in its order. */
export function createTurnGate(most: number): TurnGate {
  const waiting: (() => void)[] = [];
  let passed = 0;
  const nextTurn = () => {
    const next = waiting.splice(0, most);
    passed = next.length;
    if (passed > 0) startTimer(0, nextTurn);
    for (const pass of next) pass();
  };
  return () => {
    if (passed === 0) startTimer(0, nextTurn);
    passed += 1;
    return passed <= most ? undefined : new Promise((resolve) => void waiting.push(resolve));
  };
}
