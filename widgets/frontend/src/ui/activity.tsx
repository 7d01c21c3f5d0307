// Activity: a chip that says what is being computed, for how long by now and how far, where a panel waits for it.
// UI state: what is computed is the session's; the seconds are counted here between its messages.
import { useEffect, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import type { ActivityInfo } from "../state/protocol";
import { Button } from "./parts";

const STOPS = {
  stop_preview: "Stop: give up this preview; the next change begins another",
  stop_search: "Stop: everything stays as it is",
} as const;

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
      <span class="sl-activity-text" title={info.text}>{info.text}</span>
      <span class="sl-num">{activityTime(info, (performance.now() - now.at) / 1000)}</span>
      {info.stop && <Button kernel icon="stop" title={STOPS[info.stop]} kind="quiet" onClick={() => void lab.act(info.stop as keyof typeof STOPS)} />}
    </span>
  );
}

/** " · 3 s", with the share done where it is known. */
export function activityTime(info: ActivityInfo, since: number): string {
  const share = info.progress === null ? "" : ` · ${Math.round(100 * info.progress)} %`;
  return ` · ${Math.round(info.seconds + since)} s${share}`;
}
