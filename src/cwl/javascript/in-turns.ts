import { nextTurn } from "../../domain/waiting/timers.ts";

/** Items that are worked on before others get their turn. */
const batch = 200;

/** Does something to each item of a list that may be very long, some of them at once; others get their turn meanwhile. */
export async function mapInTurns<Item, Made>(
  items: readonly Item[],
  work: (item: Item) => Made | Promise<Made>,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (let from = 0; from < items.length; from += batch) {
    if (from > 0) await nextTurn();
    for (const one of await Promise.all(items.slice(from, from + batch).map(work))) made.push(one);
  }
  return made;
}
