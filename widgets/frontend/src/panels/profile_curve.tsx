// The profile that grows under a slider: how far the statistic rises when this parameter is dragged and the others are
// refitted; each dot is one fit, ticks stand where the rise is 1 and 4. The words are Python's.
// UI state: none; the curve is the session's.
import { useLocal } from "../state/local";
import type { ProfileData, ParameterRow, SliderRange } from "../state/protocol";
import { fraction } from "../state/range";
import { printed } from "../state/format";

const [W, H, TOP] = [100, 26, 6];
const y = (rise: number): number => H - 2 - (Math.min(rise, 4 * TOP) / TOP) * (H - 3);

/** The paths of a curve over a slider's range: line, dots, and a tick for each mark. Gaps part the line. */
export function profilePaths(curve: ProfileData, range: SliderRange): { line: string; dots: string; marks: { rise: number; path: string }[] } {
  const x = (value: number) => W * fraction(value, range);
  let [line, dots, pen] = ["", "", "M"];
  curve.values.forEach((value, i) => {
    const rise = curve.rises[i];
    const at = x(value);
    if (rise === null || !Number.isFinite(at)) { pen = "M"; return; }
    const place = `${at.toFixed(2)} ${y(rise).toFixed(1)}`;
    line += pen + place;
    if (rise <= TOP) dots += `M${place}h0`;
    pen = "L";
  });
  const marks = curve.marks.map(({ rise, ends }) => ({ rise, path: ends.map(x).filter(Number.isFinite).map((at) => `M${at.toFixed(2)} ${y(rise).toFixed(1)}V${H}`).join("") }));
  return { line, dots, marks };
}

export function ProfileCurve({ row }: { row: ParameterRow }) {
  const { lab } = useLocal();
  const curve = lab.refitting.value ? lab.curves.value.get(row.linked_to ?? row.pid) : undefined;
  if (!curve) return null;
  const { line, dots, marks } = profilePaths(curve, row.slider);
  return (
    <svg class="sl-profile" viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img" aria-label={printed(curve.text)}>
      <title>{printed(curve.text)}</title>
      <rect width={W} height={H} class="sl-profile-ground" />
      {[1, 4].map((rise) => <path key={rise} d={`M0 ${y(rise).toFixed(1)}H${W}`} class="sl-profile-level" />)}
      {marks.map((mark) => <path key={mark.rise} d={mark.path} class={`sl-profile-mark sl-profile-mark-${mark.rise}`} />)}
      <path d={line} class="sl-profile-line" />
      <path d={dots} class="sl-profile-dots" />
    </svg>
  );
}
