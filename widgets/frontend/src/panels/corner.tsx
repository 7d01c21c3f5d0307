// Corner: the posterior two by two. With many parameters the most correlated are shown first, and the rest is a choice. Drawing
// around draws selects them; their band then shows on the spectrum.
// UI state: the histograms are the session's, and so is the selection (shared, not undoable); the choice of parameters, the tool
// and the keyboard's place are view-local.
import { signal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocal, type BrushTool, type Local } from "../state/local";
import type { CornerFrame } from "../state/frames";
import { cornerCells, correlation, cornerSize, drawCorner, drawRegion, type CornerInput } from "../plot/corner_scene";
import { exportPng, exportSvg } from "../plot/export";
import { paper } from "../plot/theme";
import { plain } from "../plot/tex";
import { ActivityChip } from "../ui/activity";
import { useDrawing, useStage } from "../ui/draw";
import { Button, Empty, needsKernel, Panel, Tex } from "../ui/parts";
import { CornerGestures, reordered } from "./corner_gestures";

export const MOST = 8;

export function Corner() {
  const local = useLocal();
  const frame = local.lab.corner.value;
  if (!frame || frame.labels.length === 0) {
    const busy = local.lab.activity.value?.message.posterior || local.lab.view.value?.posterior.pending;
    return (
      <Panel name="corner" title="Posterior" tools={<><Which /><ActivityChip kind="posterior" /></>}>
        <Empty title={busy ? "The posterior is being computed …" : "No posterior yet"}>{busy ? "" : local.lab.view.value?.posterior.text || "Run a sampler."}</Empty>
      </Panel>
    );
  }
  return <Panel name="corner" title="Posterior" tools={<><Which /><Facts frame={frame} /><ActivityChip kind="posterior" /></>}><Plot /></Panel>;
}

const thousands = (n: number): string => (n < 10_000 ? String(n) : `${Math.round(n / 1000)} k`);

/** The drawn posterior belongs to an earlier set-up than the table: no run that was chosen, nor a sampler at work. */
const outdated = (local: Local): boolean => local.lab.view.value?.posterior.current === false && !(local.lab.corner.value?.live && local.lab.running.value);

/** The one choice of a posterior: what is drawn here, selected from, laid over the spectrum and saved. */
function Which() {
  const local = useLocal();
  const told = local.lab.view.value!.posterior;
  if (!told.choices?.length) return null;
  const chosen = told.choices.find(({ run }) => run === told.run)?.text ?? "the newest of the present set-up";
  return (
    <select class="sl-select sl-which" aria-label="Which posterior" title={`${chosen}. This posterior is drawn, selected from, laid over the spectrum and saved`} value={told.run ?? ""} {...needsKernel(local.lab.frozen.value)}
      onChange={(e) => void local.act("corner", "show_posterior", { run: e.currentTarget.value ? Number(e.currentTarget.value) : null })}>
      <option value="">current: newest of this set-up</option>
      {told.choices.map(({ run, text, here }) => <option key={run} value={run}>{text}{here ? "" : " (another set-up)"}</option>)}
    </select>
  );
}

function Facts({ frame }: { frame: CornerFrame }) {
  const local = useLocal();
  return (
    <>
      {outdated(local) && <span class="sl-tag sl-tag-old" title={`This posterior belongs to an earlier set-up. ${local.lab.view.value?.posterior.text ?? ""}`}>of an earlier set-up</span>}
      {!outdated(local) && frame.run !== null && local.lab.view.value?.posterior.note && <span class="sl-tag sl-tag-old" title="It was chosen; the table stands at the present set-up">{local.lab.view.value.posterior.note}</span>}
      {!frame.trusted && <span class="sl-tag sl-tag-warn" role="status" title="Importance draws whose weights fluctuate too much: shape and numbers may be wrong">{frame.warning}</span>}
      <span class={`sl-tag ${frame.source === "preview" ? "sl-tag-preview" : ""}`} title={frame.source === "preview" ? "Importance draws about the present best fit: fast and approximate" : `Draws of ${frame.source}`}>
        {frame.source === "preview" ? "preview" : frame.source} · {thousands(frame.n)} draws
      </span>
      <span class="sl-faint sl-contour-note">contours {frame.levels.map((l) => `${(100 * l).toFixed(1)} %`).join(", ")}</span>
    </>
  );
}

/** Those chosen, in that order; else all parameters if they fit, or those with the strongest correlations, in their own order. */
export function shownParameters(frame: CornerFrame, chosen: readonly number[] | null): number[] {
  const all = frame.labels.map((_, i) => i);
  const kept = (chosen ?? []).map((pid) => frame.pids.indexOf(pid)).filter((i) => i >= 0);
  if (kept.length) return kept;
  if (all.length <= MOST) return all;
  const strength = all.map((i) => Math.max(...all.filter((j) => j !== i).map((j) => Math.abs(correlation(i > j ? frame.pair(i, j) : frame.pair(j, i), frame.bins)))));
  return [...all].sort((a, b) => strength[b] - strength[a]).slice(0, MOST).sort((a, b) => a - b);
}

function Plot() {
  const local = useLocal();
  const { lab } = local;
  const canvas = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const { ref, stage } = useStage();
  const [choosing, setChoosing] = useState(false);
  const frame = lab.corner.value!;
  const shown = shownParameters(frame, local.cornerPids.value);
  const read = () => {
    const now = lab.corner.value;
    if (!now || !now.labels.length) return null;
    const list = shownParameters(now, local.cornerPids.value);
    const height = cornerSize(stage.value.width, list.length, lab.height.value);
    return { height, input: { frame: now, shown: list, width: stage.value.width, height } as CornerInput };
  };
  useDrawing(canvas, stage, read, (s, input, theme) => drawCorner(s, input, theme));
  const keys = useMemo(() => signal(false), []);
  const gestures = useMemo(() => new CornerGestures(local, () => read()?.input ?? null), []);
  useDrawing(over, stage, () => {
    const now = read();
    return now && { height: now.height, input: { ...now.input, region: lab.region.value, focus: keys.value ? gestures.focused() : null } };
  }, (s, { region, focus, ...input }, theme) => drawRegion(s, cornerCells(input), input.frame.pids, region, focus, theme));
  // before the first paint, and again where a second parameter brings the canvas: no key or press is lost
  useLayoutEffect(() => (over.current ? gestures.attach(over.current) : undefined), [shown.length > 1]);
  const picture = () => {
    const { input } = read()!;
    return { name: "corner", title: alt(frame, shown), width: input.width, height: input.height, theme: paper(stage.value.theme), draw: (s: Parameters<typeof drawCorner>[0]) => drawCorner(s, input, paper(stage.value.theme)) };
  };
  return (
    <>
      <div class={`sl-plot sl-corner ${outdated(local) ? "sl-stale" : ""}`} ref={ref} style={{ height: `${cornerSize(stage.value.width, shown.length, lab.height.value)}px` }}>
        <canvas ref={canvas} role="img" aria-label={alt(frame, shown)} />
        {shown.length > 1 && (
          <canvas ref={over} class="sl-over" tabIndex={0} role="application" aria-label="Select draws: arrows choose a panel, Enter puts a box on it, arrows move the box, Shift and arrows size it, Escape clears"
            onFocus={(e) => { keys.value = e.currentTarget.matches(":focus-visible"); }} onBlur={() => { keys.value = false; }} onKeyDown={() => { keys.value = true; }} />
        )}
      </div>
      <div class="sl-corner-foot" role="toolbar" aria-label="Posterior: selection and pictures" data-rove="bar">
        {shown.length > 1 && <Selection />}
        {frame.labels.length > 2 && <Button label={shown.length < frame.labels.length ? `${shown.length} of ${frame.labels.length} parameters` : "Choose parameters"} title="Choose which parameters are drawn, and their order" pressed={choosing} onClick={() => setChoosing(!choosing)} />}
        <span class="sl-grow" />
        <div class="sl-group">
          <Button label="SVG" title="Save the picture as SVG" onClick={() => exportSvg(picture())} />
          <Button label="PNG" title="Save the picture as PNG, twice the screen's size" onClick={() => void exportPng(picture())} />
        </div>
      </div>
      {choosing && <Chooser frame={frame} shown={shown} />}
    </>
  );
}

/** Which parameters are drawn, and in which order: the drawn ones first. */
function Chooser({ frame, shown }: { frame: CornerFrame; shown: readonly number[] }) {
  const local = useLocal();
  const now = shown.map((i) => frame.pids[i]);
  const put = (next: readonly number[]) => { if (next.length) local.cornerPids.value = next; };
  const toggle = (pid: number) => put(now.includes(pid) ? now.filter((p) => p !== pid) : [...now, pid]);
  const rest = frame.labels.map((_, i) => i).filter((i) => !shown.includes(i));
  return (
    <div class="sl-chooser">
      {[...shown, ...rest].map((i, place) => (
        <span class="sl-choice" key={frame.pids[i]}>
          {place > 0 && place < shown.length && <Button icon="chevron" extra="sl-earlier" kind="quiet" title={`Draw ${plain(frame.labels[i])} one place earlier (or drag its label below the plot)`} onClick={() => put(reordered(now, now[place], now[place - 1]))} />}
          <label><input type="checkbox" checked={place < shown.length} onChange={() => toggle(frame.pids[i])} /><span><Tex source={frame.labels[i]} /></span></label>
        </span>
      ))}
      {local.cornerPids.value && <Button label="As at first" title="Draw what was drawn at first, in its own order" onClick={() => { local.cornerPids.value = null; }} />}
    </div>
  );
}

const TOOLS: { tool: BrushTool; label: string; title: string }[] = [
  { tool: "lasso", label: "Lasso", title: "Drag around draws on a panel of two parameters: the spectrum shows what they look like" },
  { tool: "box", label: "Box", title: "Drag a box over draws on a panel of two parameters: the spectrum shows what they look like" },
];

/** How draws are selected, and how many are. */
function Selection() {
  const local = useLocal();
  const { lab } = local;
  const made = lab.brush.value;
  const words = !lab.region.value ? "" : !made ? "…" : made.n ? `${made.n} of ${made.total} draws` : made.total ? "no draw in the outline" : "no draws to select from";
  return (
    <>
      <div class="sl-group" role="group" aria-label="How draws are selected">
        {TOOLS.map(({ tool, label, title }) => <Button key={tool} kernel icon={tool} label={label} title={title} pressed={local.brushTool.value === tool} onClick={() => { local.brushTool.value = tool; }} />)}
      </div>
      <span class={`sl-brush-count ${made && !made.n ? "sl-warn" : ""}`} role="status">{words || (!lab.frozen.value && <span class="sl-faint sl-brush-hint">drag on a panel to select draws</span>)}</span>
      {lab.region.value && <Button icon="close" title="Clear the selection (Esc)" kind="quiet" onClick={() => lab.select(null)} />}
    </>
  );
}

function alt(frame: CornerFrame, shown: readonly number[]): string {
  if (!frame.trusted) return `Posterior from ${frame.n} draws (${frame.source}), ${frame.warning}.`;
  return `Posterior from ${frame.n} draws (${frame.source}). ${shown.map((i) => `${plain(frame.labels[i])}: ${frame.median[i]} plus ${frame.plus[i]} minus ${frame.minus[i]}`).join("; ")}.`;
}
