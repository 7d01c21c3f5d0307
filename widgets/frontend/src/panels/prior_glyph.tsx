// The glyph: a prior's density at the size of a letter, over the slider's range.
// UI state: view-local (the answer of one `prior_preview`, cached by text).
import { useEffect, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import { glyphHeights, priorShape } from "../state/priors";
import type { ParameterRow } from "../state/protocol";

const [W, H] = [30, 14];

export function Glyph({ row }: { row: ParameterRow }) {
  const { lab } = useLocal();
  const [heights, setHeights] = useState<readonly number[] | null>(null);
  const given = row.glyph;
  useEffect(() => {
    let here = true;
    if (given?.length) setHeights(given.map((h) => h / 100));
    else if (!row.prior.includes("(")) setHeights(null);
    else void priorShape(lab, row.pid, row.prior).then((shape) => here && setHeights(shape.ok ? glyphHeights(row, shape.density) : null));
    return () => { here = false; };
  }, [row.prior, row.pid, row.slider.lo, row.slider.hi, given?.join()]);
  return (
    <svg class="sl-glyph" width={W} height={H} viewBox={`0 0 ${W} ${H}`} aria-hidden="true">
      <path d={`M0 ${H - 0.5}H${W}`} class="sl-glyph-base" />
      {heights && heights.length > 1 && <path d={outline(heights)} class="sl-glyph-area" />}
    </svg>
  );
}

/** Steps keep the edges of a flat prior upright. */
function outline(heights: readonly number[]): string {
  const w = W / heights.length;
  const tops = heights.map((h, i) => `L${(i * w).toFixed(1)} ${(H - 1 - h * (H - 3)).toFixed(1)}L${((i + 1) * w).toFixed(1)} ${(H - 1 - h * (H - 3)).toFixed(1)}`);
  return `M0 ${H - 1}${tops.join("")}L${W} ${H - 1}Z`;
}
