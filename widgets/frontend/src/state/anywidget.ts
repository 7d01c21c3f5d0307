// The part of anywidget's model that the panels use.
// UI state: none.

export interface AnyModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  on(name: string, callback: (...args: never[]) => void): void;
  off(name: string, callback?: (...args: never[]) => void): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}
