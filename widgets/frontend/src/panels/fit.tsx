// Fit: choose an engine, fill the options it declares, start, watch, stop. The form is generated from the schema; the
// panel knows no engine.
// UI state: the run is the session's (shared); engine choice and option fields are view-local until Start.
import { useLocal, type Local } from "../state/local";
import type { EngineForm, EngineOption, FitStatus, ErrorData, OptionValue, EnginePreset } from "../state/protocol";
import { Button, Empty, ErrorNote, Panel } from "../ui/parts";
import { duration } from "../state/format";

export function Fit() {
  const local = useLocal();
  const engines = local.lab.view.value!.engines;
  return (
    <Panel name="fit" title="Fit">
      {engines.length === 0 ? <Empty title="No engine is installed" /> : <Form engines={engines} />}
      <Status />
    </Panel>
  );
}

export function chosen(local: Local): EngineForm | undefined {
  const engines = local.lab.view.value?.engines ?? [];
  return engines.find((e) => e.name === local.engine.value) ?? engines.find((e) => e.enabled) ?? engines[0];
}

/** What Start sends: each option as filled in, else its default; empty fields are left to Python. */
export function optionValues(engine: EngineForm, filled: Record<string, unknown> = {}): Record<string, OptionValue> {
  const out: Record<string, OptionValue> = {};
  for (const option of engine.options) {
    const value = option.name in filled ? filled[option.name] : option.default;
    if (value !== null && value !== undefined && value !== "") out[option.name] = value as OptionValue;
  }
  return out;
}

/** What a preset makes of the fields filled in: its own options, defaults where another preset has some, the rest as it was. */
export function presetValues(engine: EngineForm, preset: EnginePreset, filled: Record<string, unknown> = {}): Record<string, unknown> {
  const theirs = new Set(engine.presets.flatMap((p) => Object.keys(p.options)));
  return { ...Object.fromEntries(Object.entries(filled).filter(([name]) => !theirs.has(name))), ...preset.options };
}

/** The preset that the fields show, if any. */
export function presetShown(engine: EngineForm, filled: Record<string, unknown> = {}): EnginePreset | undefined {
  const now = JSON.stringify(optionValues(engine, filled));
  return engine.presets.find((p) => JSON.stringify(optionValues(engine, presetValues(engine, p, filled))) === now);
}

function Presets({ engine, filled, onChange }: { engine: EngineForm; filled: Record<string, unknown>; onChange: (v: Record<string, unknown>) => void }) {
  if (engine.presets.length === 0) return null;
  const shown = presetShown(engine, filled);
  const says = (p: EnginePreset) => Object.entries(p.options).map(([name, value]) => `${name.replace(/_/g, " ")} ${value}`).join(", ") || "the defaults";
  return (
    <div class="sl-field"><span>preset</span>
      <div class="sl-group" role="group" aria-label="Preset">
        {engine.presets.map((p) => (
          <Button key={p.name} label={p.name} pressed={p === shown} title={says(p)} onClick={() => onChange(presetValues(engine, p, filled))} />
        ))}
      </div>
    </div>
  );
}

/** Starts the engine that the Fit panel shows, from wherever one is looking; while it runs, stops it. */
export function FitButton() {
  const local = useLocal();
  const engine = chosen(local);
  if (!engine) return null;
  if (local.lab.running.value) return <Button icon="stop" label="Stop" kind="danger" disabled={local.lab.fit.value.state === "stopping"} title="Stop and keep what has been found (Shift S)" onClick={() => stop(local)} />;
  return <Button kernel icon="play" label="Fit" kind="primary" disabled={!engine.enabled} title={engine.enabled ? `Fit with ${engine.title}, in the background (Shift F)` : engine.why} onClick={() => begin(local, engine)} />;
}

/** By keys: what the button does, where it can be pressed. */
export function startFit(local: Local): void {
  const engine = chosen(local);
  if (engine?.enabled && !local.lab.running.peek() && !local.lab.frozen.peek()) begin(local, engine);
}

function begin(local: Local, engine: EngineForm): void {
  void local.act("fit", "fit", { engine: engine.name, options: optionValues(engine, local.options.value[engine.name]) });
}

function Form({ engines }: { engines: EngineForm[] }) {
  const local = useLocal();
  const engine = chosen(local)!;
  const filled = local.options.value[engine.name] ?? {};
  const running = local.lab.running.value;
  const start = () => begin(local, engine);
  const set = (name: string, value: unknown) => {
    local.options.value = { ...local.options.value, [engine.name]: { ...filled, [name]: value } };
  };
  return (
    <form class="sl-fit-form" onSubmit={(e) => { e.preventDefault(); if (!running && engine.enabled) start(); }}>
      <div class="sl-fields">
        <label class="sl-field sl-engine"><span>engine</span>
          <select value={engine.name} title={engine.doc} onChange={(e) => { local.engine.value = e.currentTarget.value; }}>
            {engines.map((e) => <option key={e.name} value={e.name}>{e.title}{e.enabled || local.lab.frozen.value ? "" : " (not available)"}</option>)}
          </select>
        </label>
        <Presets engine={engine} filled={filled} onChange={(values) => { local.options.value = { ...local.options.value, [engine.name]: values }; }} />
        {engine.options.map((option) => (
          <OptionField key={`${engine.name}.${option.name}`} option={option} value={(option.name in filled ? filled[option.name] : option.default) as OptionValue} onChange={(v) => set(option.name, v)} />
        ))}
        <div class="sl-fit-go">
          {running ? <Running /> : (
            <Button kernel icon="play" label="Start" kind="primary" disabled={!engine.enabled} title={engine.enabled ? `Start ${engine.title} in the background` : engine.why} onClick={start} />
          )}
        </div>
      </div>
      {!engine.enabled ? <p class="sl-doc sl-warn">{engine.why}</p> : engine.doc && <p class="sl-doc">{engine.doc}</p>}
    </form>
  );
}

function Running() {
  const local = useLocal();
  const { state, pause } = local.lab.fit.value;
  const [paused, stopping] = [state === "paused", state === "stopping"];
  const why = pause?.can === false ? pause.why : "";
  const title = why ? `This fit cannot be paused: ${why}` : paused ? "Let the fit go on (Shift P)" : "Pause: the fit waits after its present block, and loses nothing (Shift P)";
  return (
    <>
      <Button icon={paused ? "play" : "pause"} label={paused ? "Resume" : "Pause"} kind={paused ? "primary" : "plain"} disabled={stopping || !!why} title={title} onClick={() => pauseOrResume(local)} />
      <Button icon="stop" label={stopping ? "Stopping …" : "Stop"} kind="danger" disabled={stopping}
        title="Stop and keep what has been found (Shift S). The kernel's interrupt button does not stop a background fit." onClick={() => stop(local)} />
    </>
  );
}

export function pauseOrResume(local: Local): void {
  const { state } = local.lab.fit.peek();
  if (state === "running" || state === "paused") void local.act("fit", state === "paused" ? "resume" : "pause");
}

export function stop(local: Local): void {
  const { state } = local.lab.fit.peek();
  if (state === "running" || state === "paused") void local.lab.stop().then((reply) => local.settle("fit", reply));
}

function OptionField({ option, value, onChange }: { option: EngineOption; value: OptionValue; onChange: (v: unknown) => void }) {
  const range = [option.min, option.max].map((v) => v ?? "").join(" … ");
  const title = `${option.doc}${option.min != null || option.max != null ? ` (${range})` : ""}`;
  if (option.kind === "bool") {
    return <label class="sl-field sl-check" title={title}><input type="checkbox" checked={!!value} onChange={(e) => onChange(e.currentTarget.checked)} /><span>{option.label}</span></label>;
  }
  if (option.kind === "choice") {
    return (
      <label class="sl-field" title={title}><span>{option.label}</span>
        <select value={String(value ?? "")} onChange={(e) => onChange(option.choices!.find((c) => String(c) === e.currentTarget.value))}>
          {option.choices?.map((c) => <option key={c} value={String(c)}>{c}</option>)}
        </select>
      </label>
    );
  }
  const whole = option.kind === "int";
  return (
    <label class="sl-field" title={title}><span>{option.label}</span>
      <input type="number" step={whole ? 1 : "any"} min={option.min ?? undefined} max={option.max ?? undefined} value={value === null ? "" : String(value)} placeholder="auto"
        onInput={(e) => {
          const text = e.currentTarget.value;
          onChange(text === "" ? "" : whole ? Math.round(Number(text)) : Number(text));
        }} />
    </label>
  );
}

const WORDS: Record<FitStatus["state"], string> = { idle: "ready", running: "running", paused: "paused", stopping: "stopping …", done: "done", stopped: "stopped", failed: "failed" };

function Status() {
  const local = useLocal();
  const fit = local.lab.fit.value;
  const live = local.lab.running.value;
  const title = local.lab.view.value!.engines.find((e) => e.name === fit.engine)?.title ?? fit.engine;
  const word = fit.doubt ? "doubtful" : WORDS[fit.state];
  const kind = fit.doubt ? "doubt" : fit.state;
  const percent = fit.progress === null ? null : Math.round(100 * Math.min(1, Math.max(0, fit.progress)));
  return (
    <div class={`sl-fit-status sl-fit-${kind}`}>
      {fit.state !== "idle" && (
        <div class="sl-progress" role="progressbar" aria-label="Progress of the fit" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent ?? undefined}>
          <div class={`sl-progress-bar ${live && percent === null && fit.state !== "paused" ? "sl-indeterminate" : ""}`} style={{ width: `${live ? percent ?? 100 : fit.state === "done" ? 100 : percent ?? 100}%` }} />
        </div>
      )}
      <div class="sl-fit-line">
        <span class={`sl-badge sl-badge-${kind}`}>{word}</span>
        {fit.state !== "idle" && <strong>{title}</strong>}
        <span class="sl-grow">{fit.message || (fit.state === "idle" ? "No fit has run yet." : "")}</span>
        {live && percent !== null && <span class="sl-num">{percent} %</span>}
        {fit.elapsed !== null && fit.state !== "idle" && <span class="sl-num sl-faint">{duration(fit.elapsed)}</span>}
        {live && fit.state !== "paused" && fit.eta !== null && <span class="sl-num sl-faint">about {duration(fit.eta)} left</span>}
      </div>
      {live && fit.draft && <p class="sl-doc sl-warn">The fit keeps the set-up it started with; what you edit now is a draft for the next one.</p>}
      {fit.state === "failed" && fit.error && <ErrorNote error={typeof fit.error === "string" ? { message: fit.error } : (fit.error as ErrorData)} />}
      <span class="sl-hide" role="status" aria-live="polite">{`Fit ${word}${live ? "" : `: ${fit.message}`}`}</span>
    </div>
  );
}
