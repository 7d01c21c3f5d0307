// Which energies the spectrum shows: the noticed ones of itself, all there are when asked, or a zoom.
// UI state: view-local.
import type { Local } from "../state/local";
import { allEnergies, noticedEnergies } from "../plot/spectrum_layout";

export function scales(local: Local): { logx: boolean; logy: boolean } {
  const frame = local.lab.spectrum.value;
  return { logx: local.logx.value ?? frame?.xscale !== "linear", logy: local.logy.value ?? frame?.yscale !== "linear" };
}

const drawn = (local: Local) => ({ frame: local.lab.spectrum.value!, hidden: local.hiddenUnits.value, logx: scales(local).logx });

/** Whether there are energies beyond those shown of themselves. */
export function hasMore(local: Local): boolean {
  if (!local.lab.spectrum.value) return false;
  const [all, noticed] = [allEnergies(drawn(local)), noticedEnergies(drawn(local))];
  return all[0] < noticed[0] || all[1] > noticed[1];
}

export const resetZoom = (local: Local): void => { local.zoom.value = { x: null, y: null }; };
export const showAll = (local: Local): void => { local.zoom.value = { x: allEnergies(drawn(local)), y: null }; };

/** Double click: from any zoom to the noticed energies, from there to all. */
export const otherRange = (local: Local): void => (local.zoom.value.x || !hasMore(local) ? resetZoom(local) : showAll(local));
