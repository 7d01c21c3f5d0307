// Activity: a chip that says what is being computed, for how long by now and how far, where a panel waits for it.
// UI state: what is computed is the session's; the seconds are counted here between its messages.
import { useEffect, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import type { ActivityInfo } from "../state/protocol";
import { Button } from "./parts";

export function ActivityChip({ kind }: { kind: "curves" | "posterior" }) {
  const { lab } = useLocal();
  const now = lab.activity.value;
  const info = now?.message[kind] ?? null;
  const [, tick] = useState(0);
  useEffect(() => {
    if (!info) return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [!info]);
  if (!info || !now) return null;
  return (
    <span class="sl-activity" role="status">
      <span class="sl-spinner" aria-hidden="true" />
      <span>{activityText(info, (performance.now() - now.at) / 1000)}</span>
      {kind === "posterior" && <Button kernel icon="stop" title="Give up this preview; the next change begins another" kind="quiet" onClick={() => void lab.act("stop_preview")} />}
    </span>
  );
}

/** "computing pl+bb · 3 s", with the share done where it is known. */
export function activityText(info: ActivityInfo, since: number): string {
  const share = info.progress === null ? "" : ` · ${Math.round(100 * info.progress)} %`;
  return `${info.text} · ${Math.round(info.seconds + since)} s${share}`;
}
