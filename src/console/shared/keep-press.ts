/** A hand moves a little between press and release, in pixels. */
const mostMoved = 8;

/**
 * Lets a press count that began on a button and ended where it began, when the page moved the button away meanwhile: a mark that
 * comes as a field is left, a map that is drawn. A browser makes no click of such a press, and nobody would learn why nothing was
 * sent. Who moves away from the button before the release takes the press back, as always.
 */
export function keepPresses(): void {
  document.addEventListener("mousedown", ({ target, button: pressed, clientX, clientY }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button === null || pressed !== 0) return;
    const released = (up: MouseEvent) => {
      const hasStayed = Math.hypot(up.clientX - clientX, up.clientY - clientY) <= mostMoved;
      const isClick = up.target instanceof Node && button.contains(up.target);
      if (hasStayed && !isClick && button.isConnected) button.click();
    };
    document.addEventListener("mouseup", released, { capture: true, once: true });
  });
}
