// Parts every panel is made of: frame with a title bar, buttons with icon and words, errors in place, TeX labels.
// UI state: none; they show what they are given.
import type { ComponentChildren } from "preact";
import { type ErrorData } from "../state/protocol";
import { useLocal } from "../state/local";
import { tex, texUnit, type Run } from "../plot/tex";
import { Icon, type IconName } from "./icons";

export function Panel(props: { name: string; title: string; tools?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class={`sl-panel sl-panel-${props.name}`} aria-label={props.title}>
      <header class="sl-bar">
        <h3 class="sl-title">{props.title}</h3>
        {props.tools && <div class="sl-bar-tools" role="toolbar" aria-label={`${props.title}: tools`} data-rove="bar">{props.tools}</div>}
      </header>
      <PlaceError place={props.name} />
      {props.children}
    </section>
  );
}

interface ButtonProps {
  icon?: IconName;
  label?: string;
  title: string;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
  disabled?: boolean;
  kind?: "plain" | "primary" | "danger" | "quiet";
  tab?: number;
  extra?: string;
  /** It needs a kernel: in a page without one it is disabled and says so. */
  kernel?: boolean;
}

export function Button({ icon, label, title, onClick, pressed, disabled, kind = "plain", tab, extra = "", kernel = false }: ButtonProps) {
  const why = useLocal().lab.frozen.value;
  const words = kernel && why ? `${title.replace(/ \([^)]*\)$/, "")}. ${why}` : title;
  return (
    <button type="button" class={`sl-button sl-${kind} ${label ? "" : "sl-square"} ${extra}`} title={words} aria-label={label ? undefined : words}
      aria-pressed={pressed === undefined ? undefined : pressed} disabled={disabled || (kernel && !!why)} onClick={onClick} tabIndex={tab}>
      {icon && <Icon name={icon} />}
      {label && <span>{label}</span>}
    </button>
  );
}

export function ErrorNote({ error, onClose }: { error: ErrorData; onClose?: () => void }) {
  return (
    <div class="sl-note sl-note-error" role="alert">
      <Icon name="warning" />
      <div class="sl-note-text">
        <span>{error.message}</span>
        {error.hint && !error.message.includes(error.hint) && <span class="sl-hint">{error.hint}</span>}
      </div>
      {onClose && <Button icon="close" title="Dismiss this message" kind="quiet" onClick={onClose} />}
    </div>
  );
}

/** The error of the last command given at this place, until it succeeds or is dismissed. */
export function PlaceError({ place }: { place: string }) {
  const local = useLocal();
  const error = local.errors.value.get(place);
  return error ? <ErrorNote error={error} onClose={() => local.clear(place)} /> : null;
}

export function Runs({ runs }: { runs: readonly Run[] }) {
  return <>{runs.map((run, i) => (run.shift === 1 ? <sup key={i}>{run.text}</sup> : run.shift === -1 ? <sub key={i}>{run.text}</sub> : run.text))}</>;
}

export const Tex = ({ source }: { source: string }) => <Runs runs={tex(source)} />;
export const Unit = ({ source }: { source: string }) => <Runs runs={texUnit(source)} />;

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="sl-empty">
      <div class="sl-empty-title">{title}</div>
      {children && <div class="sl-empty-text">{children}</div>}
    </div>
  );
}

/** For plain buttons that need a kernel: spread last, it disables them in a page without one, with the reason. */
export function needsKernel(why: string | null): { disabled?: boolean; title?: string } {
  return why ? { disabled: true, title: why } : {};
}

export function Toggle(props: { label: string; title: string; on: boolean; onChange: (on: boolean) => void; icon?: IconName; kernel?: boolean }) {
  const why = useLocal().lab.frozen.value;
  return (
    <button type="button" role="switch" aria-checked={props.on} class="sl-switch" title={props.title} onClick={() => props.onChange(!props.on)} {...(props.kernel ? needsKernel(why) : {})}>
      {props.icon && <Icon name={props.icon} size={14} />}
      <span>{props.label}</span>
      <span class="sl-switch-track" aria-hidden="true"><span class="sl-switch-dot" /></span>
    </button>
  );
}
