// Picking one of the things that a picture shows side by side, by pointer and by arrow keys.

export interface Picture {
  /** How many there are. */
  count: number;
  /** Which one lies at this part of the width, from 0 to 1. */
  at(part: number): number;
  show(index: number): void;
  hide(): void;
}

export function pickable(svg: SVGSVGElement, picture: Picture): void {
  const last = picture.count - 1;
  let picked = -1;
  const show = (index: number): void => {
    picked = Math.min(Math.max(index, 0), last);
    picture.show(picked);
  };
  const hide = (): void => {
    picked = -1;
    picture.hide();
  };

  svg.setAttribute("tabindex", "0");
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    show(picture.at((event.clientX - box.left) / box.width));
  });
  svg.addEventListener("pointerleave", () => {
    if (document.activeElement !== svg) hide();
  });
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const moves: Record<string, number> = {
      ArrowLeft: picked < 0 ? last : picked - 1,
      ArrowRight: picked + 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });
}

/** Now, and in each part that takes the place of another. */
export function everywhere(start: (part: ParentNode) => void): void {
  start(document);
  document.addEventListener("ep:replaced", (event) => start((event as CustomEvent<HTMLElement>).detail));
}
