// The spectrum in a sentence, for those who do not see it.
// UI state: none.
import type { SpectrumFrame } from "../state/frames";
import { brief } from "../state/format";
import type { LabView } from "../state/protocol";

export function altText(view: LabView | null, frame: SpectrumFrame): string {
  const parts = frame.units.map((unit) => {
    const used: number[] = [];
    let worst = -1;
    for (let i = 0; i < unit.n; i++) {
      if (!unit.used[i]) continue;
      used.push(i);
      if (Number.isFinite(unit.resid[i]) && (worst < 0 || Math.abs(unit.resid[i]) > Math.abs(unit.resid[worst]))) worst = i;
    }
    if (!used.length) return `${unit.name}: nothing noticed`;
    const range = `${brief(unit.lo[used[0]])} to ${brief(unit.hi[used[used.length - 1]])} keV in ${used.length} bins`;
    const largest = worst < 0 ? "" : `, largest residual ${unit.resid[worst].toFixed(1)} sigma near ${brief((unit.lo[worst] + unit.hi[worst]) / 2)} keV`;
    return `${unit.name}: ${range}${largest}`;
  });
  const stat = view ? ` ${view.stat.name} is ${view.stat.value} for ${view.stat.dof} degrees of freedom.` : "";
  return `Spectrum with folded model and residuals. ${parts.join("; ")}.${stat}`;
}
