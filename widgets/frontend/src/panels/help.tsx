// The list of keys, made from the same table that the keyboard uses.
// UI state: view-local (open or not).
import { useEffect, useRef } from "preact/hooks";
import { useLocal } from "../state/local";
import { KEY_HELP } from "../state/keys";
import { Button } from "../ui/parts";

export function Help() {
  const local = useLocal();
  const box = useRef<HTMLDivElement>(null);
  const close = () => { local.showHelp.value = false; };
  useEffect(() => box.current!.focus(), []);
  return (
    <div class="sl-help" role="dialog" aria-label="Keys" tabIndex={-1} ref={box} onKeyDown={(e) => { if (e.key === "Escape") close(); }}>
      <div class="sl-popover-head"><strong>Keys</strong><Button icon="close" title="Close (Esc)" kind="quiet" onClick={close} /></div>
      <div class="sl-help-body">
        {[...new Set(KEY_HELP.map((k) => k.group))].map((group) => (
          <section key={group}>
            <h4>{group}</h4>
            <dl>{KEY_HELP.filter((k) => k.group === group).map((k) => (
              <div key={k.text}><dt>{k.keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{k.text}</dd></div>
            ))}</dl>
          </section>
        ))}
      </div>
    </div>
  );
}
