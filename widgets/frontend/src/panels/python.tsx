// Python: each click as the line that does the same, and the shortest script that leads here.
// UI state: lines are the session's journal; the open script is view-local.
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import { Button, Empty, Panel } from "../ui/parts";
import { PyLine } from "../ui/pycode";

export function Python() {
  const local = useLocal();
  const { journal } = local.lab.view.value!;
  const [script, setScript] = useState<string | null>(null);
  const end = useRef<HTMLOListElement>(null);
  const last = journal.reduce((at, line, i) => (line.undone ? at : i), -1);
  useEffect(() => { end.current?.scrollTo?.({ top: end.current.scrollHeight }); }, [journal.length]);
  const read = async () => {
    const reply = await local.act("python", "script");
    if (reply.ok) setScript(reply.text ?? "");
  };
  const done = journal.filter((line) => !line.undone);
  const at = `${done.length} ${done.at(-1)?.code}`;
  const readAt = useRef("");
  useEffect(() => {
    if (script === null || readAt.current === at) return;
    readAt.current = at; // an open script is of the set-up one sees
    void read();
  }, [at]);
  const minimal = () => {
    if (script !== null) return setScript(null);
    readAt.current = at;
    void read();
  };
  return (
    <Panel name="python" title="Python" tools={journal.length > 0 && (
      <>
        <span class="sl-grow" />
        <Button label="Minimal script" title="The shortest script that leads to the present state" pressed={script !== null} onClick={minimal} />
        <Copy text={() => (script ?? done.map((line) => line.code).join("\n"))} label="Copy" title={script === null ? "Copy the journal; lab.to_cell(journal=True) puts it into a cell" : "Copy the script; lab.to_cell() puts it into a cell"} />
      </>
    )}>
      {script !== null ? <pre class="sl-script" tabIndex={0}>{script.split("\n").map((code, i) => <div key={i}><PyLine code={code} /></div>)}</pre>
        : journal.length === 0 ? <Empty title="Nothing yet">Freeze something: the line of Python that does the same appears here.</Empty>
          : (
            <ol class="sl-journal" ref={end} tabIndex={0} aria-label="Journal" data-rove="rows">
              {journal.map((line, i) => (
                <li key={i} class={`${line.undone ? "sl-undone" : ""} ${i === last ? "sl-last" : ""}`} title={line.undone ? "undone" : undefined}>
                  <code><PyLine code={line.code} /></code><Copy text={() => line.code} title="Copy this line" />
                </li>
              ))}
            </ol>
          )}
    </Panel>
  );
}

function Copy({ text, label, title }: { text: () => string; label?: string; title: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copyText(text());
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  };
  return <Button icon={done ? "check" : "copy"} label={label && (done ? "Copied" : label)} title={title} kind={label ? "plain" : "quiet"} onClick={() => void copy()} />;
}

/** The clipboard where the host grants it, else a selection and the old command. */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
