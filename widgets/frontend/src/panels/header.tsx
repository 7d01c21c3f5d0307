// Header: title, statistic, kernel mark, undo and redo, Live, Python, help; below it what the session has to say.
// UI state: reads the session; Python and help toggles are view-local.
import { GONE } from "../state/link";
import { useLocal, type Local } from "../state/local";
import { Button, PlaceError, Toggle } from "../ui/parts";
import { Icon } from "../ui/icons";
import { FitButton } from "./fit";

export function Header() {
  const local = useLocal();
  const view = local.lab.view.value;
  if (!view) return null;
  return (
    <header class="sl-header">
      <div class="sl-heading">
        <h2 title={view.title}>{view.title || "spec_lab"}</h2>
        {view.subtitle && <span class="sl-subtitle" title={view.subtitle}>{view.subtitle}</span>}
      </div>
      <StatMark />
      <div class="sl-tools" role="toolbar" aria-label="Lab: tools" data-rove="bar">
        <Steps />
        {!view.lesson && local.lab.panels.value.includes("fit") && <FitButton />}
        <Toggle kernel label="Teach" icon="cap" on={!!view.lesson} onChange={() => teachOrLeave(local)}
          title={view.lesson ? "Leave the lesson: everything is as it was before (Shift T)" : "Teach: hide the best fit and the fits, find it with the sliders (Shift T)"} />
        {!view.lesson && <Toggle kernel label="Live" icon="bolt" on={view.live} onChange={(live) => void local.act("header", "set_live", { live })}
          title="Live: refit after every change and keep the preview posterior, the intervals and the criteria up to date" />}
        {!view.lesson && local.lab.panels.value.includes("python") && (
          <Toggle label="Python" icon="code" on={local.showPython.value} onChange={(on) => { local.showPython.value = on; }} title="Show what each click writes as Python" />
        )}
        <Button label="?" title="Keys (?)" pressed={local.showHelp.value} onClick={() => { local.showHelp.value = !local.showHelp.value; }} />
        <KernelMark />
      </div>
      <PlaceError place="header" />
    </header>
  );
}

export function teachOrLeave(local: Local): void {
  const view = local.lab.view.value;
  if (view && !view.frozen) void local.act("header", view.lesson ? "leave" : "teach");
}

function Steps() {
  const local = useLocal();
  const { undo, redo } = local.lab.view.value!;
  return (
    <div class="sl-group">
      <Button icon="undo" title={undo.can ? `Undo ${undo.label} (Ctrl Z)` : "Nothing to undo"} disabled={!undo.can} onClick={() => void local.act("header", "undo")} />
      <Button icon="redo" title={redo.can ? `Redo ${redo.label} (Ctrl Shift Z)` : "Nothing to redo"} disabled={!redo.can} onClick={() => void local.act("header", "redo")} />
    </div>
  );
}

export function StatMark() {
  const local = useLocal();
  const stat = local.lab.view.value!.stat;
  const frame = local.lab.spectrum.value;
  if (stat.bins === 0) return null;
  const preview = !!frame?.preview;
  const stale = local.lab.stale.value;
  const value = preview && frame.stat ? frame.stat : `${local.lab.frozen.value && !stat.exact ? "~" : ""}${stat.value}`;
  return (
    <div class={`sl-stat ${preview ? "sl-preview" : ""} ${stale ? "sl-stale" : ""}`} title={`${stale ? "Of the set-up before; the new one is being computed. " : ""}${stat.name}: ${stat.value} for ${stat.bins} bins, ${stat.dof} degrees of freedom`}>
      <span class="sl-stat-name">{stat.name}</span>
      <span class="sl-stat-value">{value}</span>
      <span class="sl-stat-dof">/ {stat.dof} dof</span>
      {stale && <span class="sl-stat-dof">before</span>}
      {stat.reduced && !preview && !stale && <span class="sl-stat-dof">= {stat.reduced}</span>}
    </div>
  );
}

const MARKS = { connecting: "…", live: "kernel ready", busy: "kernel busy", lost: "no answer" } as const;

function KernelMark() {
  const { lab } = useLocal();
  const { phase, rtt, text } = lab.link.state.value;
  if (lab.frozen.value) return <span class="sl-tag" title={lab.frozen.value}>frozen, approximate</span>;
  const time = phase === "live" && rtt !== null ? `kernel ${Math.round(rtt)} ms` : MARKS[phase];
  return <span class={`sl-kernel sl-kernel-${phase}`} title={text || `The kernel answers (${rtt === null ? "no command sent yet" : `last round trip ${Math.round(rtt)} ms`})`}>{time}</span>;
}

/** Trouble with the wire, faults of frames, and the session's own messages: one line each. */
export function Messages() {
  const local = useLocal();
  const { lab } = local;
  const { phase, text } = lab.link.state.value;
  const trouble = phase === "lost" || phase === "busy" ? text : null;
  const fault = lab.fault.value;
  const messages = lab.view.value?.messages ?? [];
  if (!trouble && !fault && !messages.length) return null;
  return (
    <div class="sl-messages">
      {trouble && (
        <div class={`sl-note sl-note-${phase === "lost" ? "error" : "warning"}`} role="alert">
          <Icon name="warning" /><span class="sl-note-text">{trouble}</span>
          {text !== GONE && <Button label="Try again" title="Ask the kernel for a fresh snapshot" onClick={() => lab.link.hello(local.id, true)} />}
        </div>
      )}
      {fault && (
        <div class="sl-note sl-note-error" role="alert">
          <Icon name="warning" /><span class="sl-note-text">{fault.message}</span>
          <Button icon="close" title="Dismiss this message" kind="quiet" onClick={() => { lab.fault.value = null; }} />
        </div>
      )}
      {messages.map((m) => (
        <div key={m.id} class={`sl-note sl-note-${m.level}`} role={m.level === "error" ? "alert" : "status"}>
          <Icon name={m.level === "info" ? "info" : "warning"} /><span class="sl-note-text">{m.text}</span>
          <Button icon="close" title="Dismiss this message" kind="quiet" onClick={() => void local.act("header", "dismiss", { message: m.id })} />
        </div>
      ))}
    </div>
  );
}
