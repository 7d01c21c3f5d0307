// The read-out under the pointer: one bin's energies, datum, model and residual, aligned.
// UI state: view-local.
import type { Signal } from "@preact/signals";
import type { Hover } from "./spectrum_gestures";
import { residualRow } from "../plot/residual_kinds";
import { brief, signed } from "../state/format";
import { useLocal } from "../state/local";

export function Readout({ hover, width }: { hover: Signal<Hover>; width: number }) {
  const now = hover.value;
  if (!now) return null;
  const { unit, bin } = now.hit;
  const { axis, sigma } = residualRow(useLocal().residual.value);
  const left = now.x > width - 210;
  return (
    <div class="sl-readout" style={{ top: `${Math.max(4, now.y - 84)}px`, [left ? "right" : "left"]: `${left ? width - now.x + 14 : now.x + 14}px` }}>
      <div class="sl-readout-head"><strong>{unit.name}</strong> {brief(unit.lo[bin])} – {brief(unit.hi[bin])} keV{unit.used[bin] ? "" : ", ignored"}</div>
      <dl>
        <dt>data</dt><dd>{brief(unit.data[bin])} ± {brief(unit.err[bin])}</dd>
        <dt>model</dt><dd>{brief(unit.model[bin])}</dd>
        <dt>{axis.split(" / σ")[0]}</dt><dd>{!Number.isFinite(unit.resid[bin]) ? "–" : sigma ? `${signed(unit.resid[bin], 2)} σ` : brief(unit.resid[bin])}</dd>
      </dl>
    </div>
  );
}
