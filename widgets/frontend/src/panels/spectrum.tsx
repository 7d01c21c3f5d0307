// Spectrum: the plot, its toolbar, the read-out under the pointer, the energy ranges as text. Gestures on the picture
// become `notice` actions or view-local zooms.
// UI state: frames and windows are the session's; scales, zoom, hidden units and the tool are view-local.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useLocal, type Local, type Tool } from "../state/local";
import type { OverlayFrame, SpectrumFrame } from "../state/frames";
import type { Lab } from "../state/lab";
import type { SpectrumStyle, LabView } from "../state/protocol";
import { altText } from "../plot/alt";
import { exportPng, exportSvg } from "../plot/export";
import { OVERLAY_DASH } from "../plot/marks";
import { rebinned } from "../plot/rebin";
import { RESIDUALS, residualRow, withResiduals, type ResidualKind } from "../plot/residual_kinds";
import type { Hit, SpectrumInput } from "../plot/spectrum_layout";
import { drawSpectrum } from "../plot/spectrum_scene";
import { styledCurves, styledFrame } from "../plot/styles";
import { paper, unitColor } from "../plot/theme";
import { useDrawing, useStage, type Stage } from "../ui/draw";
import { ActivityChip } from "../ui/activity";
import { Icon } from "../ui/icons";
import { Button, Empty, needsKernel, Panel } from "../ui/parts";
import { hasMore, resetZoom, scales, showAll } from "./energy_range";
import { FitButton } from "./fit";
import { HeatKey } from "./lesson";
import { Readout } from "./readout";
import { Ranges } from "./ranges";
import { SpectrumGestures, type Draft } from "./spectrum_gestures";

export function Spectrum() {
  const local = useLocal();
  const frame = local.lab.spectrum.value;
  return (
    <Panel name="spectrum" title="Spectrum" tools={frame && frame.units.length > 0 ? <Tools /> : <ActivityChip kind="curves" />}>
      {!frame ? <Empty title="Waiting for the first curve …">The kernel is compiling the model; this takes a few seconds once.</Empty>
        : frame.units.length === 0 ? <Empty title="No data to draw">Append a pair of data and model.</Empty> : <Plot />}
    </Panel>
  );
}

const TOOLS: { tool: Tool; label: string; title: string }[] = [
  { tool: "zoom", label: "Zoom", title: "Drag to zoom; double click shows everything. Drag the curve itself up or down to move the free parameters" },
  { tool: "notice", label: "Notice", title: "Drag over energies to notice them (hold N)" },
  { tool: "ignore", label: "Ignore", title: "Drag over energies to ignore them (hold I)" },
];

function Tools() {
  const local = useLocal();
  const { logx, logy } = scales(local);
  const zoomed = local.zoom.value.x !== null;
  return (
    <>
      <div class="sl-group" role="group" aria-label="What dragging does">
        {TOOLS.map(({ tool, label, title }) => <Button key={tool} kernel={tool !== "zoom"} label={label} title={title} pressed={local.tool.value === tool} onClick={() => { local.tool.value = tool; }} />)}
      </div>
      <div class="sl-group" role="group" aria-label="Scales">
        <Button label="log x" title="Logarithmic energy axis" pressed={logx} onClick={() => { local.logx.value = !logx; resetZoom(local); }} />
        <Button label="log y" title="Logarithmic count axis" pressed={logy} onClick={() => { local.logy.value = !logy; }} />
      </div>
      <Styles />
      <span class="sl-grow" />
      {zoomed ? <Button icon="reset" label="Noticed" extra="sl-compact" title="Show the noticed energies (double click)" onClick={() => resetZoom(local)} />
        : hasMore(local) && <Button icon="zoom" label="All" extra="sl-compact" title="Show all energies there are (double click)" onClick={() => showAll(local)} />}
      <Button icon="ranges" label="Ranges" extra="sl-compact" title="Energy ranges as text, one line a unit" pressed={local.showRanges.value} onClick={() => { local.showRanges.value = !local.showRanges.value; }} />
      <div class="sl-group">
        <Button label="SVG" title="Save the picture as SVG" onClick={() => save(local, "svg")} />
        <Button label="PNG" title="Save the picture as PNG, twice the screen's size" onClick={() => save(local, "png")} />
      </div>
    </>
  );
}

const styleOf = (local: Local): SpectrumStyle | null => local.lab.view.value?.styles?.find((style) => style.name === local.style.value) ?? null;

function Styles() {
  const local = useLocal();
  const styles = local.lab.view.value?.styles ?? [];
  if (!styles.length) return null;
  return (
    <select class="sl-select" aria-label="What the spectrum shows" {...needsKernel(local.lab.frozen.value)} value={local.style.value ?? ""}
 title={local.style.value ? `Unfolded with ${[...new Set(local.lab.view.value?.models.map((m) => m.expression))].join("; ")}: the points depend on the model` : "Counts as measured, or unfolded with the present model"}
      onChange={(e) => {
        local.style.value = e.currentTarget.value || null;
        local.zoom.value = { x: local.zoom.value.x, y: null };
        if (local.style.value) local.lab.unfold();
      }}>
      <option value="">counts</option>
      {styles.map((style) => <option key={style.name} value={style.name}>{style.label}</option>)}
    </select>
  );
}

const inputs = new WeakMap<Local, () => { input: SpectrumInput; stage: Stage }>();

function save(local: Local, kind: "svg" | "png"): void {
  const now = inputs.get(local)?.();
  if (!now) return;
  const theme = paper(now.stage.theme);
  const picture = {
    name: "spectrum", width: now.input.width, height: now.input.height, theme, title: altText(local.lab.view.value, now.input.frame),
    draw: (s: Parameters<typeof drawSpectrum>[0]) => void drawSpectrum(s, { ...now.input, legend: true, activeUnit: null }, theme),
  };
  if (kind === "svg") exportSvg(picture);
  else void exportPng(picture);
}

function Plot() {
  const local = useLocal();
  const { lab } = local;
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const { ref, stage } = useStage();
  const mine = useMemo(() => ({ draft: signal<Draft>({ windows: new Map(), brush: null, handle: null }), hover: signal<{ hit: Hit; x: number; y: number } | null>(null) }), []);
  const read = (at: Stage): { input: SpectrumInput; height: number } | null => {
    const frame = lab.spectrum.value;
    if (!frame || !at.width) return null;
    const height = heightOf(local, at.width);
    const style = styleOf(local);
    const [residual, bins]: [ResidualKind, number] = lab.view.value?.lesson ? ["deviance", 0] : [local.residual.value, local.bins.value];
    const shaped = (one: SpectrumFrame) => styledFrame(withResiduals(rebinned(one, bins), residual), style);
    return { height, input: {
      frame: shaped(frame), fitted: styledFrame(frame, style), residual, ghost: frame.preview && lab.before.value ? shaped(lab.before.value) : null, brush: lab.brush.value && styledCurves(lab.brush.value, frame, style), heat: !!lab.view.value?.lesson, overlays: laidOver(lab).map((g) => styledCurves(g.frame, frame, style)), units: lab.view.value?.units ?? [], draft: mine.draft.value.windows,
      hidden: local.hiddenUnits.value, activeUnit: local.activeUnit.value, ...scales(local), zoom: local.zoom.value,
      components: local.showComponents.value, width: at.width, height, legend: false, caption: caption(lab.view.value, frame.stat),
    } };
  };
  const gestures = useMemo(() => new SpectrumGestures(local, mine.draft, mine.hover), []);
  useDrawing(base, stage, read, (s, input, theme) => gestures.drawn(input, drawSpectrum(s, input, theme)));
  useDrawing(over, stage, (at) => {
    const now = read(at);
    return now && { height: now.height, input: { hover: mine.hover.value, brush: mine.draft.value.brush, handle: mine.draft.value.handle } };
  }, (s, input, theme) => gestures.drawOverlay(s, input, theme));
  useEffect(() => {
    inputs.set(local, () => ({ input: read(stage.peek())!.input, stage: stage.peek() }));
    return gestures.attach(over.current!);
  }, []);
  return (
    <>
      <Legend stage={stage} />
      <Usual />
      <Offer />
      <div class={`sl-plot ${lab.stale.value ? "sl-stale" : ""}`} ref={ref} tabIndex={-1} style={{ height: `${heightOf(local, stage.value.width)}px` }}>
        <canvas ref={base} role="img" aria-label={altText(lab.view.value, lab.spectrum.value!)} />
        <canvas ref={over} class={`sl-over sl-tool-${local.tool.value}`} aria-hidden="true" />
        <Readout hover={mine.hover} width={stage.value.width} />
      </div>
      <Bump />
      {local.showRanges.value && <Ranges />}
    </>
  );
}

/** The model lies far from the data: start near them (one change, which undo takes back), or fit from here. */
function Offer() {
  const local = useLocal();
  const offer = local.lab.view.value?.offer;
  if (!offer || local.lab.spectrum.value?.preview) return null;
  return (
    <p class="sl-bump sl-offer" role="status">
      <Icon name="info" size={14} /><span>{offer.text}</span>
      <Button kernel kind="primary" label="Start near the data" title="Move what nobody gave to where the data suggest; undo takes it back" onClick={() => void local.act("spectrum", "guess")} />
      <FitButton />
    </p>
  );
}

/** Every energy is noticed, though the instrument is usually fitted between others: those, in one change that undo takes back. */
function Usual() {
  const local = useLocal();
  const usual = local.lab.view.value?.usual;
  if (!usual || local.usualSeen.value || local.lab.spectrum.value?.preview) return null;
  return (
    <p class="sl-bump" role="status">
      <Icon name="info" size={14} /><span>{usual.text}</span>
      <Button kernel label="Notice these" title="Notice the energies usually fitted, and no others; undo takes it back" onClick={() => void local.act("spectrum", "notice", { units: usual.units })} />
      <Button icon="close" title="Keep all energies, and do not say this again" kind="quiet" onClick={() => { local.usualSeen.value = true; }} />
    </p>
  );
}

/** What the residuals show at a best fit, and a line to try there: one change, which undo takes back. */
function Bump() {
  const local = useLocal();
  const hint = local.lab.view.value?.hint;
  if (!hint || local.lab.spectrum.value?.preview) return null;
  const { unit, lo, hi, excess } = hint;
  return (
    <p class="sl-bump" role="status" title={hint.title}>
      <Icon name="info" size={14} /><span>{hint.text}</span>
      {hint.line && <Button kernel label="Try a line" title="Add a Gaussian line there to the model; undo takes it back" onClick={() => void local.act("spectrum", "add_line", { unit, lo, hi, excess })} />}
      <Button icon="zoom" title="Show these energies larger" kind="quiet" onClick={() => { local.zoom.value = { x: [lo / 1.6, hi * 1.6], y: null }; }} />
    </p>
  );
}

function caption(view: LabView | null, stat: string): string {
  return view ? `${view.stat.name} ${stat || view.stat.value} / ${view.stat.dof}` : stat;
}

const TWO_COLUMNS = 940; // px, as in layout.css
const ROOM = 0.34; // of the window: in one column, spectrum and first parameters are seen together

/** Of the drawing: as asked for, else by its width, and in one column of several panels by the window, too. */
function heightOf(local: Local, width: number): number {
  const { height, panels } = local.lab;
  const own = plotHeight(height.value, width);
  const narrow = panels.value.length > 1 && (local.root?.clientWidth ?? 0) < TWO_COLUMNS;
  return height.value > 0 || !narrow ? own : Math.min(own, Math.max(240, Math.round(ROOM * window.innerHeight)));
}

export const plotHeight = (asked: number, width: number): number => (asked > 0 ? asked : Math.round(Math.min(460, Math.max(320, width * 0.62))));

/** The past runs that lie over the spectrum and whose curves are there, in the order of the history. */
export function laidOver(lab: Lab): { frame: OverlayFrame; place: number }[] {
  const wanted = (lab.view.value?.history ?? []).filter((entry) => entry.overlaid).map((entry) => lab.overlays.value.get(Number(entry.run)));
  return wanted.filter((frame): frame is OverlayFrame => frame !== undefined).sort((a, b) => a.run - b.run).map((frame, place) => ({ frame, place }));
}

const SHAPES = ["●", "■", "▲", "◆", "▼"];

function Legend({ stage }: { stage: { value: Stage } }) {
  const local = useLocal();
  const { lab } = local;
  const frame = lab.spectrum.value!;
  const terms = [...new Set(frame.units.flatMap((u) => (u.components.length > 1 ? u.components.map((c) => c.name) : [])))];
  const toggle = (name: string) => {
    const hidden = new Set(local.hiddenUnits.value);
    if (!hidden.delete(name)) hidden.add(name);
    if (hidden.size < frame.units.length) local.hiddenUnits.value = hidden;
  };
  return (
    <div class="sl-legend" role="toolbar" aria-label="Spectrum: what is drawn" data-rove="bar">
      {frame.units.map((unit, i) => {
        const on = !local.hiddenUnits.value.has(unit.name);
        const info = lab.view.value?.units.find((u) => u.name === unit.name);
        return (
          <button type="button" key={unit.name} class={`sl-key ${on ? "" : "sl-key-off"}`} aria-pressed={on} onClick={() => toggle(unit.name)}
            title={`${on ? "Hide" : "Show"} ${unit.name}${info ? `: ${info.used} of ${info.channels} channels noticed, ${info.stat}` : ""}`}
            onMouseEnter={() => { local.activeUnit.value = frame.units.length > 1 ? unit.name : null; }} onMouseLeave={() => { local.activeUnit.value = null; }}>
            <span style={{ color: unitColor(stage.value.theme, unit.color, i) }} aria-hidden="true">{SHAPES[i % 5]}</span><span class="sl-name">{unit.name}</span>
            {info && <span class="sl-faint">{info.used}/{info.channels}</span>}
          </button>
        );
      })}
      {terms.map((name, k) => (
        <button type="button" key={name} class={`sl-key sl-term ${local.showComponents.value ? "" : "sl-key-off"}`} aria-pressed={local.showComponents.value} title={`${local.showComponents.value ? "Hide" : "Draw"} the additive terms of the model, dashed`}
          onClick={() => { local.showComponents.value = !local.showComponents.value; }}><Dashes kind={k} />{name}</button>
      ))}
      {laidOver(lab).map(({ frame: past, place }) => (
        <button type="button" key={past.run} class="sl-key sl-term" title={`Run ${past.run}, ${past.label}: its best fit. Click: take it away`} onClick={() => void local.act("spectrum", "overlay", { run: past.run, on: false })} {...needsKernel(lab.frozen.value)}>
          <svg width="26" height="8" aria-hidden="true"><path d="M0 4H26" stroke="currentColor" stroke-width="1.6" stroke-dasharray={OVERLAY_DASH[place % OVERLAY_DASH.length].join(" ")} /></svg>#{past.run}
        </button>
      ))}
      {lab.brush.value && lab.brush.value.n > 0 && (
        <button type="button" class="sl-key sl-brush-key" title="Posterior draws: median curve, 68 and 95 % bands. Click or Esc: clear" onClick={() => lab.select(null)}>
          <svg width="26" height="10" aria-hidden="true"><path d="M0 1H26V9H0Z" fill="currentColor" opacity="0.3" /><path d="M0 5H26" stroke="currentColor" stroke-width="2" stroke-dasharray="8 3" /></svg>
          {lab.brush.value.all ? "posterior, 68 and 95 %" : `${lab.brush.value.n} selected draws`}
        </button>
      )}
      <span class="sl-grow" />
      <Looks />
      <ActivityChip kind="curves" />
      {local.lab.view.value?.lesson && <HeatKey />}
      <span class="sl-key sl-term" title={frame.preview ? "The curve under your hand; exact on release" : lab.stale.value ? "Curve and statistic belong to an earlier set-up; the new ones are being computed" : "The model folded with the response"}>
        <svg width="24" height="8" aria-hidden="true"><path d="M0 4H24" stroke="currentColor" stroke-width="2" stroke-dasharray={frame.preview || !frame.exact ? "1.5 3" : undefined} /></svg>
        {lab.moment.value !== null ? "earlier set-up, not restored" : frame.preview ? "preview" : lab.stale.value ? "of the set-up before" : frame.exact ? "model, exact" : "model, predicted"}
      </span>
    </div>
  );
}

/** How it is looked at: bins joined for the eye, what the lower panel shows, the band of the posterior. */
function Looks() {
  const local = useLocal();
  const { lab } = local;
  if (lab.view.value?.lesson) return null;
  const [now, all] = [local.residual.value, !!lab.brush.value?.all];
  return (
    <>
      {lab.corner.value && !all && !lab.frozen.value && <button type="button" class="sl-key sl-term" title="The posterior over the spectrum: median, 68 and 95 %" onClick={() => lab.selectAll()}>{lab.corner.value.trusted ? "band" : "band (doubtful)"}</button>}
      <select class="sl-select sl-look" aria-label="Bins of the picture" title="Join bins for the eye, until each stands out by so many σ or spans a factor 1.5 in energy; the fit keeps its own" value={local.bins.value} onChange={(e) => { local.bins.value = Number(e.currentTarget.value); }}>
        {[0, 3, 5, 10, 20].map((sigma) => <option key={sigma} value={sigma}>{sigma ? `bins ≥ ${sigma} σ` : "bins of fit"}</option>)}
      </select>
      <select class="sl-select sl-look" aria-label="What the lower panel shows" title={residualRow(now).title} value={now} onChange={(e) => { local.residual.value = e.currentTarget.value as ResidualKind; }}>
        {RESIDUALS.map(({ kind, label }) => <option key={kind} value={kind}>{label}</option>)}
      </select>
    </>
  );
}

const DASHES = ["7 3", "2 3", "9 3 2 3", "4 4", "12 4", "1 2"];
const Dashes = ({ kind }: { kind: number }) => <svg width="26" height="8" aria-hidden="true"><path d="M0 4H26" stroke="currentColor" stroke-width="1.5" stroke-dasharray={DASHES[kind % 6]} /></svg>;

