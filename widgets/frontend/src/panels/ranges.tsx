// Energy ranges as text: the keyboard's way to notice and ignore; how channels are grouped; what each unit adds to the statistic.
// UI state: the windows are the session's; a field being typed in is view-local.
import { useState } from "preact/hooks";
import { useLocal } from "../state/local";
import type { UnitInfo } from "../state/protocol";
import { parseWindows, printWindows, spelled } from "../state/windows";
import { Button, needsKernel, PlaceError } from "../ui/parts";

export function Ranges() {
  const local = useLocal();
  const { units, stat } = local.lab.view.value!;
  return (
    <div class="sl-scroll">
      <table class="sl-ranges">
        <thead><tr><th class="sl-left">unit</th><th class="sl-left">noticed / keV</th><th /><th class="sl-left">grouped</th><th>bins</th><th class="sl-left">statistic</th><th>value</th></tr></thead>
        <tbody>{units.map((unit) => <RangeRow key={unit.name} unit={unit} value={String(stat.per_unit.find((u) => u.unit === unit.name)?.value ?? "")} />)}</tbody>
      </table>
    </div>
  );
}

function RangeRow({ unit, value }: { unit: UnitInfo; value: string }) {
  const local = useLocal();
  const [draft, setDraft] = useState<string | null>(null);
  const place = `unit:${unit.name}`;
  const commit = () => {
    if (draft === null) return;
    const windows = parseWindows(draft);
    setDraft(null);
    if (windows) void local.act(place, "notice", { unit: unit.name, windows });
    else local.fail(place, { message: `“${draft}” is not a list of energy ranges.`, hint: "Write it like 8-30, 40-900; leave it empty to notice everything." });
  };
  return (
    <>
      <tr>
        <td class="sl-left"><strong>{unit.name}</strong></td>
        <td class="sl-left"><input class="sl-range-edit" aria-label={`Noticed energies of ${unit.name} in keV`} value={draft ?? printWindows(spelled(unit))} onInput={(e) => setDraft(e.currentTarget.value)} onBlur={commit}
          onKeyDown={(e) => { e.stopPropagation(); if (e.key === "Enter") commit(); else if (e.key === "Escape") setDraft(null); }} /></td>
        <td><Button icon="reset" title={`Notice everything in ${unit.name}`} kind="quiet" disabled={!unit.notice.length} onClick={() => void local.act(place, "notice", { unit: unit.name, windows: [] })} /></td>
        <td class="sl-left"><Grouped unit={unit} place={place} /></td>
        <td>{unit.used} of {unit.channels}</td><td class="sl-left" title={unit.formula}>{unit.stat}</td><td>{value}</td>
      </tr>
      {local.errors.value.has(place) && <tr><td colSpan={7}><PlaceError place={place} /></td></tr>}
    </>
  );
}

/** Groupings to choose from, by how Python says them. */
const GROUPINGS: Record<string, [label: string, value: Record<string, number | string> | string | null]> = {
  file: ["as in the file", null],
  none: ["every channel", "none"],
  "min_evt=1": ["≥ 1 count", { min_evt: 1 }],
  "min_evt=20": ["≥ 20 counts", { min_evt: 20 }],
  "min_sigma=3": ["≥ 3 σ", { min_sigma: 3 }],
  "min_evt=1, method=optimal": ["optimal, ≥ 1 count", { method: "optimal", min_evt: 1 }],
  "min_evt=25, method=optimal": ["optimal, ≥ 25 counts", { method: "optimal", min_evt: 25 }],
};

function Grouped({ unit, place }: { unit: UnitInfo; place: string }) {
  const local = useLocal();
  const known = unit.grouping in GROUPINGS;
  return (
    <select class="sl-select sl-grouping" aria-label={`Grouping of ${unit.name}`} title="How channels are grouped for the fit; undo takes it back" {...needsKernel(local.lab.frozen.value)} value={unit.grouping}
      onChange={(e) => void local.act(place, "group", { unit: unit.name, grouping: GROUPINGS[e.currentTarget.value]![1] })}>
      {!known && <option value={unit.grouping}>{unit.grouping}</option>}
      {Object.entries(GROUPINGS).map(([text, [label]]) => <option key={text} value={text}>{label}</option>)}
    </select>
  );
}
