// A stand-in for anywidget's model, wired to the toy kernel.
import type { AnyModel } from "../src/state/protocol";
import { ToyKernel } from "./kernel";

export class FakeModel implements AnyModel {
  readonly sent: Record<string, unknown>[] = [];
  readonly kernel = new ToyKernel((message, buffers) => this.deliver(message, buffers));
  private readonly traits: Record<string, unknown>;
  private readonly listeners = new Map<string, Set<(...args: unknown[]) => void>>();

  constructor(traits: Record<string, unknown> = {}, private readonly wired = true) {
    this.traits = { panels: [], height: 0, ...traits };
  }

  get(key: string): unknown { return this.traits[key]; }

  set(key: string, value: unknown): void {
    this.traits[key] = value;
    this.listeners.get(`change:${key}`)?.forEach((f) => f());
  }

  on(name: string, callback: (...args: never[]) => void): void {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name)!.add(callback as (...args: unknown[]) => void);
  }

  off(name: string, callback?: (...args: never[]) => void): void {
    if (callback) this.listeners.get(name)?.delete(callback as (...args: unknown[]) => void);
    else this.listeners.delete(name);
  }

  save_changes(): void {}

  send(content: unknown): void {
    this.sent.push(content as Record<string, unknown>);
    if (this.wired) this.kernel.receive(content as Record<string, unknown>);
  }

  deliver(message: Record<string, unknown>, buffers: DataView[] = []): void {
    this.listeners.get("msg:custom")?.forEach((f) => f(structuredClone(message), buffers));
  }

  count(name: string): number { return this.listeners.get(name)?.size ?? 0; }
}
