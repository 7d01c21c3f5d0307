// Golden: a model that replays what Python really said in one scene (written by tests/widgets/make_golden_views.py). It answers
// `hello` with the scene and refuses every command: nothing here imitates a session.
import edited from "../test/golden/edited.json";
import fitted from "../test/golden/fitted.json";
import lesson from "../test/golden/lesson.json";
import start from "../test/golden/start.json";
import { bytes } from "../src/state/frozen";
import type { LabView } from "../src/state/protocol";
import { FakeModel } from "./model";

export interface Scene {
  view: LabView;
  frames: { header: Record<string, unknown>; buffers: string[] }[];
}

export const SCENES = { start, edited, fitted, lesson } as unknown as Record<string, Scene>;

export class GoldenModel extends FakeModel {
  constructor(private readonly scene: Scene, traits: Record<string, unknown> = {}) {
    super(traits, false);
  }

  override send(content: unknown): void {
    super.send(content);
    const message = content as { type: string; id?: number };
    if (message.type === "hello") queueMicrotask(() => this.replay());
    else if (message.type === "action") queueMicrotask(() => this.deliver({ type: "reply", id: message.id, ok: false, error: { message: "A replayed scene takes no commands." } }));
  }

  private replay(): void {
    this.deliver(this.scene.view as unknown as Record<string, unknown>);
    for (const { header, buffers } of this.scene.frames) this.deliver(header, buffers.map((b) => new DataView(bytes(b).buffer as ArrayBuffer)));
  }
}
