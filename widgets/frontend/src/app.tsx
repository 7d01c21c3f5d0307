// App: the panels of one view, in the order asked for, in one or two columns.
// UI state: reads `panels` (shared); everything else belongs to the panels.
import type { FunctionComponent } from "preact";
import { CriteriaPanel } from "./panels/criteria";
import { Corner } from "./panels/corner";
import { Fit, pauseOrResume, startFit, stop } from "./panels/fit";
import { Header, Messages, teachOrLeave } from "./panels/header";
import { Lesson } from "./panels/lesson";
import { Help } from "./panels/help";
import { History } from "./panels/history";
import { Params } from "./panels/params";
import { Priors } from "./panels/prior_popover";
import { Python } from "./panels/python";
import { Spectrum } from "./panels/spectrum";
import { globalCommand, rowCommand } from "./state/keys";
import { LocalProvider, useLocal, type Local } from "./state/local";

const PANELS: Record<string, { show: FunctionComponent; side: "left" | "right" | "whole" }> = {
  spectrum: { show: Spectrum, side: "left" },
  params: { show: Params, side: "right" },
  fit: { show: Fit, side: "right" },
  criteria: { show: CriteriaPanel, side: "left" },
  corner: { show: Corner, side: "right" },
  history: { show: History, side: "left" },
  priors: { show: Priors, side: "right" },
  python: { show: Python, side: "left" },
};

export function App({ local }: { local: Local }) {
  return <LocalProvider value={local}><Body /></LocalProvider>;
}

function Body() {
  const local = useLocal();
  const { lab } = local;
  const names = lab.panels.value.filter((name) => name in PANELS && (name !== "python" || local.showPython.value || lab.panels.value.length === 1));
  const alone = lab.panels.value.length <= 1;
  if (!lab.view.value) return <Waiting />;
  const teaching = !!lab.view.value.lesson;
  local.root?.classList.toggle("sl-teaching", teaching);
  const shown = teaching ? names.filter((name) => name === "spectrum" || name === "params") : names;
  return (
    <>
      {!alone && <Header />}
      <Messages />
      {local.showHelp.value && <Help />}
      {!alone && <Lesson />}
      {alone ? <Single name={shown[0]} hidden={names.length > shown.length} /> : <Columns names={shown} />}
      {!alone && <Foot />}
    </>
  );
}

/** What goes on behind the panels: where the session is kept. */
function Foot() {
  const kept = useLocal().lab.view.value!.autosave;
  return kept?.text ? <footer class="sl-foot" title={kept.title}>{kept.text}</footer> : null;
}

function Single({ name, hidden }: { name: string | undefined; hidden: boolean }) {
  const Show = name ? PANELS[name].show : null;
  if (hidden) return <p class="sl-doc">Hidden while a lesson is on.</p>;
  return Show ? <Show /> : <p class="sl-doc">No panel of that name.</p>;
}

/** Two columns where there is room; in narrow outputs one, in the order asked for. Tab comes to the parameters before the plots. */
function Columns({ names }: { names: readonly string[] }) {
  const column = (side: string) => names.map((name, order) => ({ name, order })).filter(({ name }) => PANELS[name].side === side);
  const cells = (side: string) => column(side).map(({ name, order }) => {
    const Show = PANELS[name].show;
    return <div class="sl-cell" key={name} style={{ order }}><Show /></div>;
  });
  const [left, right] = [column("left").length, column("right").length];
  return (
    <div class={`sl-columns ${left && right ? "" : "sl-one"}`}>
      {right > 0 && <div class="sl-column sl-column-right">{cells("right")}</div>}
      {left > 0 && <div class="sl-column sl-column-left">{cells("left")}</div>}
    </div>
  );
}

function Waiting() {
  const local = useLocal();
  const { phase, text } = local.lab.link.state.value;
  const lost = phase === "lost";
  return (
    <div class={`sl-waiting ${lost ? "sl-lost" : ""}`} role={lost ? "alert" : "status"}>
      <div class="sl-empty-title">{lost ? "No answer" : "spec_lab"}</div>
      <div class="sl-empty-text">{text}</div>
      {lost ? <button type="button" class="sl-button" onClick={() => local.lab.link.hello(local.id, true)}>Try again</button> : <div class="sl-progress"><div class="sl-progress-bar sl-indeterminate" /></div>}
    </div>
  );
}

/** In a lesson the rows' commands rest: sliders and values are all there is. */
export function onRestingKey(local: Local, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (!local.lab.view.value?.lesson || !target.closest?.("tr[data-pid]") || target.closest("input")) return;
  const command = rowCommand(event);
  if (!command || !["freeze", "link", "unlink", "prior", "select", "filter"].includes(command.do)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** The keys that work anywhere in the view but in text fields. */
export function onGlobalKey(local: Local, event: KeyboardEvent): void {
  if ((event.target as HTMLElement).closest?.("input, textarea, select")) return;
  if (event.key === "Escape" && local.lab.region.value) return local.lab.select(null);
  const command = globalCommand(event);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  if (command.do === "help") local.showHelp.value = !local.showHelp.value;
  else if (command.do === "fit") startFit(local);
  else if (command.do === "pause") pauseOrResume(local);
  else if (command.do === "stop") stop(local);
  else if (command.do === "teach") teachOrLeave(local);
  else if (command.do === "lesson") {
    if (local.lab.view.value?.lesson) void local.act("lesson", command.name);
  }
  else if (command.do === "undo" || command.do === "redo") void local.act("header", command.do);
}
