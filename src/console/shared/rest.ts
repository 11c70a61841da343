/** Waits for some frames: a page that nobody sees has none, and asks for nothing. */
export async function rest(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) await new Promise(requestAnimationFrame);
}
