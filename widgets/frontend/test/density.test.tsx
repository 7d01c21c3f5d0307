// The density in a prior's form: it shows where the parameter stands now, though the form has been open for long.
import { afterEach, it, vi } from "vitest";
import { show, until } from "./helpers";

const drawn = vi.hoisted(() => [] as number[]);
vi.mock("../src/plot/density", async (original) => ({
  ...(await original<typeof import("../src/plot/density")>()),
  drawDensity: (_s: unknown, _density: unknown, _span: unknown, value: number) => { drawn.push(value); },
}));

afterEach(() => { vi.restoreAllMocks(); document.body.innerHTML = ""; });

it("follows the value", async () => {
  const pen = new Proxy({}, { get: () => () => ({ width: 10 }), set: () => true });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(pen as never);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(400);
  const s = await show({ panels: ["priors"] }, { plays: ["type"] });
  const row = s.model.view.params.rows[0];
  await until(() => drawn.at(-1) === row.value);
  s.model.send({ type: "action", id: 99, name: "set_value", args: { pid: row.pid, value: -0.9 } });
  await until(() => drawn.at(-1) === -0.9);
  s.close();
});
